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
  let plain = '';
  let unseen = 0;
  const links: string[] = [];
  const parser = new Parser(
    {
      onopentag(name, { href }) {
        if (UNSEEN.has(name)) unseen += 1;
        if (PARAGRAPHS.has(name)) plain = `${plain.trimEnd()}\n\n`;
        else if (name === 'li') plain = `${plain.trimEnd()}\n- `;
        else if (name === 'br' || name === 'tr') plain += '\n';
        if (name === 'a') links.push(href ?? '');
      },
      ontext(data) {
        if (unseen === 0) plain += data.replaceAll(/\s+/g, ' ').replace(/^ /, /\s$/.test(plain) ? '' : ' ');
      },
      onclosetag(name) {
        if (UNSEEN.has(name)) unseen -= 1;
        if (PARAGRAPHS.has(name)) plain = `${plain.trimEnd()}\n\n`;
        const href = name === 'a' ? links.pop() : undefined;
        if (href !== undefined && /^https?:/.test(href) && !plain.endsWith(href)) plain += ` (${href})`;
      },
    },
    { decodeEntities: true },
  );
  parser.end(text);
  return plain.trim();
}
