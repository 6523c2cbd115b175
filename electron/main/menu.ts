import type * as Electron from 'electron';

import { commandTable, type CommandEntry } from '../../shared/rpc/commands.ts';
import en from '../../renderer/i18n/en.json' with { type: 'json' };

/** Each language's messages, by the path of their file. */
const languages = import.meta.glob<typeof en>('../../renderer/i18n/*.json', { eager: true, import: 'default' });

type Labels = Readonly<Record<string, string>>;

/** The native menus, in the system's language: the same commands and keys as in the page, which runs them. */
export function setMenu({ Menu, app }: typeof Electron, run: (commandId: string) => void): void {
  const [language = 'en'] = app.getLocale().split('-');
  const words = languages[`../../renderer/i18n/${language}.json`] ?? en;
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
