import type * as Electron from 'electron';

/** The native menus. What the app itself does is run in the window, by its command's id. */
export function setMenu({ Menu }: typeof Electron, run: (commandId: string) => void): void {
  const command = (label: string, id: string, accelerator: string): Electron.MenuItemConstructorOptions => ({
    label,
    accelerator,
    click: () => run(id),
  });
  Menu.setApplicationMenu(
    Menu.buildFromTemplate([
      ...(process.platform === 'darwin' ? [{ role: 'appMenu' } as const] : []),
      {
        label: 'Edit',
        submenu: [
          command('Undo', 'undo', 'CmdOrCtrl+Z'),
          command('Redo', 'redo', 'CmdOrCtrl+Shift+Z'),
          { type: 'separator' },
          { role: 'cut' },
          { role: 'copy' },
          { role: 'paste' },
          { role: 'selectAll' },
        ],
      },
      { role: 'viewMenu' },
      { role: 'windowMenu' },
    ]),
  );
}
