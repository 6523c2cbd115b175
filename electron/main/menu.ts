import type * as Electron from 'electron';

import { commandTable, type CommandEntry } from '../../shared/rpc/commands.ts';
import { wordsFor } from './words.ts';

/** The native menus, in the system's language: the same commands and keys as in the page, which runs them. */
export function setMenu({ Menu, app }: typeof Electron, run: (commandId: string) => void): void {
  const t = wordsFor(app);
  // Electron has names of its own for what the system does, in English alone.
  const role = <Name extends NonNullable<Electron.MenuItemConstructorOptions['role']>>(name: Name) => ({
    role: name,
    label: t(`menus.roles.${name}`),
  });
  const submenu = (menu: CommandEntry['menu']): Electron.MenuItemConstructorOptions[] =>
    commandTable
      .filter((entry) => entry.menu === menu)
      .flatMap((entry: CommandEntry) => [
        ...(entry.beginsGroup === true ? [{ type: 'separator' as const }] : []),
        {
          label: t(`commands.${entry.id}`),
          click: () => run(entry.id),
          // The page hears the keys itself, and knows when somebody is typing: here they are shown.
          registerAccelerator: false,
          ...acceleratorOf(entry.keys),
        },
      ]);
  const more: Partial<Record<CommandEntry['menu'], Electron.MenuItemConstructorOptions[]>> = {
    file: [{ type: 'separator' }, role(process.platform === 'darwin' ? 'close' : 'quit')],
    edit: [{ type: 'separator' }, ...(['cut', 'copy', 'paste', 'selectAll'] as const).map(role)],
    view: [{ type: 'separator' }, ...(['zoomIn', 'zoomOut', 'resetZoom', 'togglefullscreen'] as const).map(role)],
  };
  const names = ['file', 'edit', 'go', 'view', 'help'] as const;
  Menu.setApplicationMenu(
    Menu.buildFromTemplate([
      ...(process.platform === 'darwin' ? [{ role: 'appMenu' } as const] : []),
      ...names.map((name) => ({ label: t(`menus.${name}`), submenu: [...submenu(name), ...(more[name] ?? [])] })),
    ]),
  );
}

/** The first keys that are pressed together with Ctrl, Alt or the command key: others, a menu cannot show. */
function acceleratorOf(keys: readonly string[]): { accelerator?: string } {
  const shown = keys.find((key) => /^(Mod|Alt)\+/.test(key) && !key.includes(' '));
  return shown === undefined ? {} : { accelerator: shown.replace('Mod', 'CmdOrCtrl') };
}
