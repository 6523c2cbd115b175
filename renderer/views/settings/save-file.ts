import type { ExportedFile } from '../../../shared/rpc/messages.ts';

/** How long a file's content is kept for the browser to write it, in milliseconds. */
const KEPT_MS = 60_000;

/** Lets the browser save a file where the person wants it. */
export function saveFile({ fileName, contentType, text }: ExportedFile): void {
  saveBlob(fileName, new Blob([text], { type: contentType }));
}

export function saveBlob(fileName: string, content: Blob): void {
  const address = URL.createObjectURL(content);
  const link = document.createElement('a');
  link.href = address;
  link.download = fileName;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), KEPT_MS);
}
