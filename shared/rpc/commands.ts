/**
 * The commands that are there on every screen, in the order of the menus. Their names stand in the app's messages under `commands.` and the id;
 * what they do, the page knows (renderer/components/frame): the desktop's menu tells it by an intent.
 */
export interface CommandEntry {
  id: string;
  menu: 'file' | 'edit' | 'go' | 'view' | 'help';
  /**
   * Keys that run it, the first shown: `Mod` is Ctrl, or the command key of a Mac; a blank stands between keys that are pressed one after the
   * other. Letters and digits are as they stand on the keys, signs as they are typed.
   */
  keys: readonly string[];
  /** Whether a line stands before it in its menu. */
  beginsGroup?: true;
}

export const commandTable = [
  { id: 'addEvent', menu: 'file', keys: ['Alt+A'] },
  { id: 'openFile', menu: 'file', keys: ['Mod+O'] },
  { id: 'print', menu: 'file', keys: ['Mod+P'], beginsGroup: true },
  { id: 'export', menu: 'file', keys: ['Mod+Shift+E'] },
  { id: 'backups', menu: 'file', keys: ['Alt+B'] },
  { id: 'syncNow', menu: 'file', keys: ['Alt+S'], beginsGroup: true },
  { id: 'pauseSync', menu: 'file', keys: ['Alt+Shift+S'] },
  { id: 'undo', menu: 'edit', keys: ['Mod+Z'] },
  { id: 'redo', menu: 'edit', keys: ['Mod+Shift+Z', 'Mod+Y'] },
  { id: 'palette', menu: 'go', keys: ['Mod+K', '/'] },
  { id: 'goNow', menu: 'go', keys: ['Alt+1', 'G N'], beginsGroup: true },
  { id: 'goSchedule', menu: 'go', keys: ['Alt+2', 'G S'] },
  { id: 'goSessions', menu: 'go', keys: ['Alt+3', 'G L'] },
  { id: 'goAbstracts', menu: 'go', keys: ['Alt+4', 'G A'] },
  { id: 'goPeople', menu: 'go', keys: ['Alt+5', 'G P'] },
  { id: 'goSync', menu: 'go', keys: ['Alt+6', 'G W'] },
  { id: 'goSettings', menu: 'go', keys: ['Alt+7', 'G E'] },
  { id: 'nextEvent', menu: 'go', keys: ['Alt+E'], beginsGroup: true },
  { id: 'closeEditor', menu: 'view', keys: ['Escape'] },
  { id: 'theme', menu: 'view', keys: ['Alt+T'] },
  { id: 'language', menu: 'view', keys: ['Alt+L'] },
  { id: 'shortcuts', menu: 'help', keys: ['?'] },
  { id: 'about', menu: 'help', keys: ['Alt+H'] },
] as const satisfies readonly CommandEntry[];

export type CommandId = (typeof commandTable)[number]['id'];
