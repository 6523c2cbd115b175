import { defineStore } from 'pinia';
import { computed, onScopeDispose, shallowRef } from 'vue';

import { hasModifier, KeySequence } from '../commands/key-press.ts';
import { i18n } from '../i18n/i18n.ts';

/** Something that a person can ask for by its keys, in the palette and, if it stands in the table of all screens, in the menu. */
export interface Command {
  id: string;
  /** Where its name stands in the messages; `commands.` and the id where it is not said. */
  titleKey?: string;
  /** See `CommandEntry`. */
  keys: readonly string[];
  /** The heading it stands under in the sheet of shortcuts, a key of the messages; the name of its screen, mostly. */
  groupKey: string;
  /** Whether it can be done now; without it, always. */
  when?: () => boolean;
  /** Whether it is done while text is typed: where it is not said, by keys with Ctrl or Alt alone. */
  whileTyping?: boolean;
  run: () => unknown;
}

/**
 * Every command that can be asked for now: those of all screens, and those of the screen that is seen. Where two have the same keys, the one that
 * was added last is meant: a screen's before those of all.
 */
export const useCommands = defineStore('commands', () => {
  const lists = shallowRef<readonly (readonly Command[])[]>([]);
  const all = computed<readonly Command[]>(() => lists.value.flat());
  const sequence = new KeySequence();

  /** Adds commands; answers what takes them out again. */
  function add(commands: readonly Command[]): () => void {
    lists.value = [...lists.value, commands];
    return () => (lists.value = lists.value.filter((list) => list !== commands));
  }

  function isPossible({ when }: Command): boolean {
    return when?.() ?? true;
  }

  return {
    all,
    add,
    isPossible,
    title: ({ id, titleKey }: Command): string => i18n.global.t(titleKey ?? `commands.${id}`),
    find: (id: string): Command | undefined => all.value.findLast((command) => command.id === id),

    /** Runs the command, if there is one of that id and it is possible. */
    run(id: string): void {
      const command = all.value.findLast((each) => each.id === id);
      if (command !== undefined && isPossible(command)) void command.run();
    },

    /** Takes a key that nothing on the page has taken for itself. */
    press(event: KeyboardEvent): void {
      if (event.defaultPrevented || event.isComposing || isModifier(event.key)) return;
      const target = event.target instanceof Element ? event.target : undefined;
      // What is open over the screens answers to its own keys alone.
      if (target?.closest('[role="dialog"], [role="alertdialog"], [role="menu"]') != null) return;
      const isTyping = isTextField(target);
      const candidates = all.value
        .toReversed()
        .filter((command) => isPossible(command))
        .flatMap((command) => {
          const { keys: names, whileTyping } = command;
          const keys = isTyping ? names.filter((name) => whileTyping ?? hasModifier(name)) : names;
          return keys.length === 0 ? [] : [{ command, keys }];
        });
      const found = sequence.take(event, event.timeStamp, candidates);
      if (found === undefined) return;
      event.preventDefault();
      void found.command.run();
    },
  };
});

/** Adds a screen's commands for as long as it is there. */
export function useScreenCommands(commands: readonly Command[]): void {
  onScopeDispose(useCommands().add(commands));
}

function isModifier(key: string): boolean {
  return ['Control', 'Alt', 'Shift', 'Meta', 'AltGraph'].includes(key);
}

/** Whether keys pressed there are letters of a text. */
function isTextField(target: Element | undefined): boolean {
  if (target === undefined) return false;
  if (target.matches('textarea, select') || (target as HTMLElement).isContentEditable) return true;
  return target.matches('input:not([type="checkbox"], [type="radio"], [type="button"], [type="range"])');
}
