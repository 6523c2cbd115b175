import { getDocumentProxy } from 'unpdf';

/** A piece of text where it stands on its page, in points from the upper left corner. */
export interface PrintedText {
  text: string;
  left: number;
  right: number;
  baseline: number;
  size: number;
}

export interface PdfPage {
  width: number;
  height: number;
  texts: PrintedText[];
}

/** Every text of a PDF, page by page, from the top down, and from the left within a line. */
export async function readPdf(pdf: Uint8Array): Promise<PdfPage[]> {
  const document = await getDocumentProxy(new Uint8Array(pdf));
  return await Promise.all(
    Array.from({ length: document.numPages }, async (_, at) => {
      const page = await document.getPage(at + 1);
      const [, , width, height] = page.view as [number, number, number, number];
      const { items } = await page.getTextContent();
      const texts = items.flatMap((item): PrintedText[] => {
        if (!('str' in item) || item.str.trim() === '') return [];
        const [, , , , left, bottom] = item.transform as [number, number, number, number, number, number];
        return [{ text: item.str, left, right: left + item.width, baseline: height - bottom, size: item.height }];
      });
      return { width, height, texts: texts.sort((a, b) => a.baseline - b.baseline || a.left - b.left) };
    }),
  );
}

/** What of the page stands in a strip of it, from the top down, without blanks: how a text was broken into lines, nobody asks. */
export function packed(texts: readonly PrintedText[]): string {
  return texts
    .map(({ text }) => text)
    .join('')
    .replaceAll(/\s/g, '');
}
