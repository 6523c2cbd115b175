import type { ExportedFile } from '../../../shared/rpc/messages.ts';

/** How long a file's text is kept for the browser to write it, in milliseconds. */
const KEPT_MS = 60_000;

/** Lets the browser save a file where the person wants it. */
export function saveFile({ fileName, contentType, text }: ExportedFile): void {
  const address = URL.createObjectURL(new Blob([text], { type: contentType }));
  const link = document.createElement('a');
  link.href = address;
  link.download = fileName;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), KEPT_MS);
}
