import { useEventListener } from '@vueuse/core';
import { useRoute, useRouter } from 'vue-router';

import { commandTable, type CommandId } from '../../../shared/rpc/commands.ts';
import { useUndo } from '../../composables/use-undo.ts';
import { useHost } from '../../host/bridge-key.ts';
import { useCommands, type Command } from '../../stores/commands.ts';
import { useDays } from '../../stores/days.ts';
import { useEdit } from '../../stores/edit.ts';
import { useEvent } from '../../stores/event.ts';
import { useOpenFile } from '../../stores/open-file.ts';
import { usePreferences } from '../../stores/preferences.ts';
import { useSync } from '../../stores/sync.ts';
import { useWorkspace } from '../../stores/workspace.ts';
import { languageNames } from '../../i18n/i18n.ts';

/** What opens over the screens. */
export interface FrameDialogs {
  openPalette(): void;
  openShortcuts(): void;
}

/** Gives the commands of all screens what they do, and listens for keys and for what is asked for from outside of the page. */
export function useFrameCommands({ openPalette, openShortcuts }: FrameDialogs): void {
  const { bridge, onIntent } = useHost();
  const router = useRouter();
  const route = useRoute();
  const commands = useCommands();
  const edit = useEdit();
  const event = useEvent();
  const openFile = useOpenFile();
  const preferences = usePreferences();
  const sync = useSync();
  const undo = useUndo();
  const days = useDays();
  const workspace = useWorkspace();

  const hasEvent = (): boolean => workspace.current !== undefined;
  const hasHeadquarters = (): boolean => sync.status !== null && sync.status !== undefined;
  const go = (name: string): Pick<Command, 'run' | 'when'> => ({
    when: hasEvent,
    run: async () => await router.push({ name }),
  });

  const deeds: Record<CommandId, Pick<Command, 'run' | 'when' | 'whileTyping'>> = {
    addEvent: { run: async () => await router.push({ name: 'welcome' }) },
    openFile: { run: () => openFile.choose() },
    print: {
      when: hasEvent,
      // Who looks at a day means that day.
      run: async () => {
        const query = route.name === 'schedule' && days.current !== undefined ? { day: days.current.date } : {};
        await router.push({ name: 'print', query });
      },
    },
    export: { when: hasEvent, run: async () => await router.push({ name: 'print', hash: '#files' }) },
    backups: { when: hasEvent, run: async () => await router.push({ name: 'settings', hash: '#data' }) },
    syncNow: {
      when: hasHeadquarters,
      run: async () => await edit.perform(async () => await bridge.sync.run({ tenantId: event.tenantId })),
    },
    pauseSync: {
      when: hasHeadquarters,
      run: async () => {
        const { tenantId } = event;
        const isPaused = sync.status?.state === 'paused';
        await edit.perform(async () => await (isPaused ? bridge.sync.resume : bridge.sync.pause)({ tenantId }));
      },
    },
    // In a field of text these keys are the field's own: there they take back what was typed and is not saved yet.
    undo: { when: () => undo.canUndo.value, whileTyping: false, run: undo.undo },
    redo: { when: () => undo.canRedo.value, whileTyping: false, run: undo.redo },
    palette: { when: hasEvent, run: openPalette },
    goNow: go('now'),
    goSchedule: go('schedule'),
    goSessions: go('sessions'),
    goAbstracts: go('abstracts'),
    goPeople: go('people'),
    goSync: go('sync'),
    goSettings: go('settings'),
    nextEvent: {
      when: () => workspace.events.length > 1,
      run() {
        const at = workspace.events.findIndex((entry) => entry === workspace.current);
        const next = workspace.events[(at + 1) % workspace.events.length];
        if (next !== undefined) workspace.choose({ tenantId: next.tenantId, eventId: next.event.id });
      },
    },
    closeEditor: {
      when: () => route.query['session'] !== undefined,
      run: async () => await router.push({ query: { ...route.query, session: undefined } }),
    },
    theme: {
      run: async () => {
        const isDark = document.documentElement.dataset['theme'] === 'dark';
        await preferences.save({ theme: isDark ? 'light' : 'dark' });
      },
    },
    language: {
      run: async () => {
        const at = languageNames.findIndex((name) => name === document.documentElement.lang);
        const next = languageNames[(at + 1) % languageNames.length];
        if (next !== undefined) await preferences.save({ language: next });
      },
    },
    shortcuts: { run: openShortcuts },
    about: { when: hasEvent, run: async () => await router.push({ name: 'settings', hash: '#about' }) },
  };

  commands.add(commandTable.map(({ id, keys, menu }) => ({ id, keys, groupKey: `menus.${menu}`, ...deeds[id] })));
  useEventListener(window, 'keydown', (pressed) => commands.press(pressed));
  onIntent((intent) => {
    if (intent.kind === 'command') commands.run(intent.id);
    else if (intent.kind === 'session') void router.push({ query: { ...route.query, session: intent.id } });
    else void openFile.open(new File([new Uint8Array(intent.bytes)], intent.name));
  });
}
