import type * as Electron from 'electron';

import { commandTable, type CommandEntry } from '../../shared/rpc/commands.ts';
import de from '../../renderer/i18n/de.json' with { type: 'json' };
import en from '../../renderer/i18n/en.json' with { type: 'json' };

type Labels = Readonly<Record<string, string>>;

/** The native menus, in the system's language: the same commands and keys as in the page, which runs them. */
export function setMenu({ Menu, app }: typeof Electron, run: (commandId: string) => void): void {
  const words = app.getLocale().startsWith('de') ? de : en;
  const labels: Labels = words.commands;
  const menus: Labels = words.menus;
  const submenu = (menu: CommandEntry['menu']): Electron.MenuItemConstructorOptions[] =>
    commandTable
      .filter((entry) => entry.menu === menu)
      .flatMap((entry: CommandEntry) => [
        ...(entry.beginsGroup === true ? [{ type: 'separator' as const }] : []),
        {
          label: labels[entry.id] ?? entry.id,
          click: () => run(entry.id),
          // The page hears the keys itself, and knows when somebody is typing: here they are shown.
          registerAccelerator: false,
          ...acceleratorOf(entry.keys),
        },
      ]);
  const more: Partial<Record<CommandEntry['menu'], Electron.MenuItemConstructorOptions[]>> = {
    file: [{ type: 'separator' }, { role: process.platform === 'darwin' ? 'close' : 'quit' }],
    edit: [{ type: 'separator' }, { role: 'cut' }, { role: 'copy' }, { role: 'paste' }, { role: 'selectAll' }],
    view: [
      { type: 'separator' },
      { role: 'zoomIn' },
      { role: 'zoomOut' },
      { role: 'resetZoom' },
      { role: 'togglefullscreen' },
    ],
  };
  const names = ['file', 'edit', 'go', 'view', 'help'] as const;
  Menu.setApplicationMenu(
    Menu.buildFromTemplate([
      ...(process.platform === 'darwin' ? [{ role: 'appMenu' } as const] : []),
      ...names.map((name) => ({ label: menus[name] ?? name, submenu: [...submenu(name), ...(more[name] ?? [])] })),
    ]),
  );
}

/** The first keys that are pressed together with Ctrl, Alt or the command key: others, a menu cannot show. */
function acceleratorOf(keys: readonly string[]): { accelerator?: string } {
  const shown = keys.find((key) => /^(Mod|Alt)\+/.test(key) && !key.includes(' '));
  return shown === undefined ? {} : { accelerator: shown.replace('Mod', 'CmdOrCtrl') };
}
