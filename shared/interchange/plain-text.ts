import { Parser } from 'htmlparser2';

/** A tag, with or without attributes; `a < b` and `x<y` are none. */
const TAG = /<\/?[a-z][a-z\d]*(?:\s[^<>]*)?\/?>/i;

const PARAGRAPHS = new Set(['p', 'div', 'ul', 'ol', 'h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'blockquote', 'pre', 'table']);
const UNSEEN = new Set(['script', 'style', 'template', 'head']);

/**
 * A description as plain text: of HTML what a reader would see, paragraphs apart by a blank line, list items by lines
 * with a hyphen, links followed by their address. Text without tags stays as it is.
 */
export function toPlainText(text: string): string {
  if (!TAG.test(text)) return text.trim();
  const page = new PlainPage();
  let unseen = 0;
  const links: string[] = [];
  const parser = new Parser(
    {
      onopentag(name, { href }) {
        if (UNSEEN.has(name)) unseen += 1;
        if (PARAGRAPHS.has(name)) page.breakLines(2);
        else if (name === 'li') page.beginItem();
        else if (name === 'br' || name === 'tr') page.breakLines(1);
        if (name === 'a') links.push(href ?? '');
      },
      ontext(data) {
        if (unseen === 0) page.add(data);
      },
      onclosetag(name) {
        if (UNSEEN.has(name)) unseen -= 1;
        if (PARAGRAPHS.has(name)) page.breakLines(2);
        const href = name === 'a' ? links.pop() : undefined;
        if (href !== undefined && /^https?:/.test(href) && page.lastWords !== href) page.add(` (${href})`);
      },
    },
    { decodeEntities: true },
  );
  parser.end(text);
  return page.text();
}

/** Words with what separates them: white space is one blank, and where a line is to be broken, nothing else counts. */
class PlainPage {
  readonly #pieces: string[] = [];
  #breaks = 0;
  #hasBlank = false;
  #isItem = false;
  lastWords = '';

  breakLines(count: 1 | 2): void {
    this.#breaks = Math.max(this.#breaks, count);
  }

  beginItem(): void {
    this.#breaks = 1;
    this.#isItem = true;
  }

  add(data: string): void {
    const words = data.replaceAll(/\s+/g, ' ');
    if (words.trim() === '') {
      this.#hasBlank ||= words !== '';
      return;
    }
    const isFirst = this.#pieces.length === 0;
    if (!isFirst && this.#breaks > 0) this.#pieces.push('\n'.repeat(this.#breaks));
    else if (!isFirst && (this.#hasBlank || words.startsWith(' '))) this.#pieces.push(' ');
    if (this.#isItem) this.#pieces.push('- ');
    this.lastWords = words.trim();
    this.#pieces.push(this.lastWords);
    this.#breaks = 0;
    this.#isItem = false;
    this.#hasBlank = words.endsWith(' ');
  }

  text(): string {
    return this.#pieces.join('');
  }
}
