import { writeFile } from 'node:fs/promises';

import type * as Electron from 'electron';

import { desktopChannels, type SavedPdf } from '../../shared/rpc/desktop.ts';
import { isOwnPage } from './guards.ts';

/** No system takes longer names. */
const MAX_NAME_LENGTH = 120;

/** What names of files cannot hold, on one system or another. */
const NOT_IN_NAMES = /[\p{Cc}<>:"/\\|?*]+/gu;

/** Saves what a window would print as a PDF, where the person says; the pages say themselves how large their paper is. */
export function answerPdfs({ ipcMain, dialog, BrowserWindow }: typeof Electron): void {
  ipcMain.handle(desktopChannels.savePdf, async ({ senderFrame, sender }, given: unknown): Promise<SavedPdf> => {
    const window = BrowserWindow.fromWebContents(sender);
    if (!isOwnPage(senderFrame) || window === null) return 'cancelled';
    const { filePath, canceled } = await dialog.showSaveDialog(window, {
      defaultPath: `${nameOf(given)}.pdf`,
      filters: [{ name: 'PDF', extensions: ['pdf'] }],
    });
    if (canceled || filePath === '') return 'cancelled';
    try {
      const pdf = await sender.printToPDF({ preferCSSPageSize: true, printBackground: true, generateTaggedPDF: true });
      await writeFile(filePath, pdf);
      return 'saved';
    } catch (error) {
      const isFull = error instanceof Error && 'code' in error && error.code === 'ENOSPC';
      return { failed: isFull ? 'storage_full' : 'internal', why: String(error) };
    }
  });
}

function nameOf(given: unknown): string {
  const name = typeof given === 'string' ? given.replaceAll(NOT_IN_NAMES, ' ').trim().slice(0, MAX_NAME_LENGTH) : '';
  return name === '' ? 'Offstage' : name.toWellFormed();
}
