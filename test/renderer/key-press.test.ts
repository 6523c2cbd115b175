import { describe, expect, test } from 'vitest';

import { hasModifier, isKey, KeySequence, type KeyPress } from '../../renderer/commands/key-press.ts';
import { commandTable, type CommandEntry } from '../../shared/rpc/commands.ts';

function press(key: string, more: Partial<KeyPress> = {}): KeyPress {
  return { key, code: '', ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, ...more };
}

describe('a key', () => {
  test('is its letter, with just the modifiers that are named', () => {
    const undo = press('z', { ctrlKey: true });
    expect(isKey(undo, 'Mod+Z')).toBe(true);
    expect(isKey(undo, 'Z')).toBe(false);
    expect(isKey({ ...undo, shiftKey: true }, 'Mod+Z')).toBe(false);
    expect(isKey({ ...undo, shiftKey: true, key: 'Z' }, 'Mod+Shift+Z')).toBe(true);
    expect(isKey({ ...undo, altKey: true }, 'Mod+Z')).toBe(false);
    expect(isKey({ ...undo, metaKey: true }, 'Mod+Z')).toBe(false);
  });

  test('is a digit by its place, whatever the keyboard makes of it', () => {
    // A French keyboard has the sign on the key, and the digit only with Shift.
    expect(isKey(press('&', { altKey: true, code: 'Digit1' }), 'Alt+1')).toBe(true);
    expect(isKey(press('1', { altKey: true, code: 'Numpad1' }), 'Alt+1')).toBe(true);
    expect(isKey(press('2', { altKey: true, code: 'Digit2' }), 'Alt+1')).toBe(false);
  });

  test('is a sign with Shift or without: keyboards differ', () => {
    expect(isKey(press('?', { shiftKey: true }), '?')).toBe(true);
    expect(isKey(press('/', { shiftKey: true }), '/')).toBe(true);
    expect(isKey(press('?', { ctrlKey: true }), '?')).toBe(false);
  });

  test('is a letter by its place where Alt makes another sign of it', () => {
    expect(isKey(press('ß', { altKey: true, code: 'KeyS' }), 'Alt+S')).toBe(true);
    expect(isKey(press('s', { altKey: true, code: 'KeyO' }), 'Alt+S')).toBe(true);
  });
});

describe('keys one after the other', () => {
  const list = { keys: ['G L'] };
  const letter = { keys: ['L'] };

  test('mean the pair, not the second alone', () => {
    const keys = new KeySequence();
    expect(keys.take(press('g'), 0, [letter, list])).toBeUndefined();
    expect(keys.take(press('l'), 500, [letter, list])).toBe(list);
    expect(keys.take(press('l'), 600, [letter, list])).toBe(letter);
  });

  test('are forgotten after a while, and after another key', () => {
    const keys = new KeySequence();
    keys.take(press('g'), 0, [list]);
    expect(keys.take(press('l'), 2_000, [list])).toBeUndefined();
    keys.take(press('g'), 3_000, [list]);
    keys.take(press('x'), 3_100, [list]);
    expect(keys.take(press('l'), 3_200, [list])).toBeUndefined();
  });
});

describe('the commands of all screens', () => {
  test('have keys, each its own', () => {
    const entries: readonly CommandEntry[] = commandTable;
    const keys = entries.flatMap((command) => command.keys);
    expect(new Set(keys).size).toBe(keys.length);
    expect(entries.filter((command) => command.keys.length === 0)).toEqual([]);
  });

  test('tell which of their keys are letters of what is typed', () => {
    expect(['Mod+K', 'Alt+1', '/', 'G N', 'Escape', 'Shift+A'].map(hasModifier)).toEqual([
      true,
      true,
      false,
      false,
      false,
      false,
    ]);
  });
});
