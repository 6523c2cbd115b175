// @vitest-environment happy-dom
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { effectScope } from 'vue';

import { useCommands, useScreenCommands, type Command } from '../../renderer/stores/commands.ts';
import { createFakeApp, createFakeHost } from './fake-host.ts';

beforeEach(() => {
  createFakeApp(createFakeHost());
  document.body.replaceChildren();
});

function command(id: string, keys: string[], more: Partial<Command> = {}) {
  return { id, keys, groupKey: 'menus.go', ...more, run: vi.fn<() => void>() };
}

function press(target: Element, key: string, more: KeyboardEventInit = {}): KeyboardEvent {
  const event = new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...more });
  const commands = useCommands();
  const listener = (pressed: Event): void => commands.press(pressed as KeyboardEvent);
  window.addEventListener('keydown', listener);
  target.dispatchEvent(event);
  window.removeEventListener('keydown', listener);
  return event;
}

function add(tag: string, attributes: Record<string, string> = {}): Element {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  document.body.append(element);
  return element;
}

describe('a command', () => {
  test('runs by its key, and the key does nothing else then', () => {
    const sheet = command('shortcuts', ['?']);
    useCommands().add([sheet]);
    expect(press(document.body, '?').defaultPrevented).toBe(true);
    expect(sheet.run).toHaveBeenCalledOnce();
  });

  test('of a screen goes before one of all screens, and leaves with its screen', () => {
    const [all, own] = [command('palette', ['/']), command('find', ['/'])];
    useCommands().add([all]);
    const screen = effectScope();
    screen.run(() => useScreenCommands([own]));
    press(document.body, '/');
    screen.stop();
    press(document.body, '/');
    expect([own.run.mock.calls.length, all.run.mock.calls.length]).toEqual([1, 1]);
  });

  test('that is not possible leaves its key to another', () => {
    const [no, yes] = [command('no', ['X'], { when: () => false }), command('yes', ['X'])];
    useCommands().add([yes, no]);
    press(document.body, 'x');
    expect([no.run.mock.calls.length, yes.run.mock.calls.length]).toEqual([0, 1]);
  });
});

describe('in a field of text', () => {
  test('a letter is a letter, and a key with Ctrl still runs its command', () => {
    const [letter, palette] = [command('new', ['N']), command('palette', ['Mod+K'])];
    useCommands().add([letter, palette]);
    for (const field of [add('input'), add('textarea'), add('select')]) {
      press(field, 'n');
      press(field, 'k', { ctrlKey: true });
    }
    expect([letter.run.mock.calls.length, palette.run.mock.calls.length]).toEqual([0, 3]);
  });

  test('undo stays the field’s own', () => {
    const undo = command('undo', ['Mod+Z'], { whileTyping: false });
    useCommands().add([undo]);
    expect(press(add('input'), 'z', { ctrlKey: true }).defaultPrevented).toBe(false);
    press(add('input', { type: 'checkbox' }), 'z', { ctrlKey: true });
    expect(undo.run).toHaveBeenCalledOnce();
  });
});

test('in a window over the screens no command runs', () => {
  const palette = command('palette', ['Mod+K']);
  useCommands().add([palette]);
  const dialog = add('div', { role: 'dialog' });
  press(dialog, 'k', { ctrlKey: true });
  expect(palette.run).not.toHaveBeenCalled();
});
