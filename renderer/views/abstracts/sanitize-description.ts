import createSanitizer from 'dompurify';

/** What formatted text may hold: no pictures, styles or forms, and nothing that loads or runs. */
const ALLOWED_TAGS = 'p br ul ol li strong b em i u a blockquote code pre hr h1 h2 h3 h4 h5 h6'.split(' ');

/** The description's formatted text with everything taken out that could harm; links open outside of the app. */
export function sanitizeDescription(html: string): DocumentFragment {
  const fragment = createSanitizer.sanitize(withoutComplaints(html), {
    ALLOWED_TAGS,
    ALLOWED_ATTR: ['href'],
    ALLOW_DATA_ATTR: false,
    ALLOWED_URI_REGEXP: /^(?:https?|mailto):/i,
    RETURN_DOM_FRAGMENT: true,
  });
  for (const link of fragment.querySelectorAll('a')) {
    link.target = '_blank';
    link.rel = 'noopener noreferrer';
  }
  // The screen has headings of its own, whose order those of a text would break.
  for (const heading of fragment.querySelectorAll('h1, h2, h3, h4, h5, h6')) {
    const paragraph = document.createElement('p');
    const strong = paragraph.appendChild(document.createElement('strong'));
    strong.append(...heading.childNodes);
    heading.replaceWith(paragraph);
  }
  return fragment;
}

/**
 * Renames the attributes at which the page's policy would complain in the console as soon as they are parsed, before anything can take them out: text
 * processors write many. Safety does not rest on it: the sanitizer sees what comes out.
 */
function withoutComplaints(html: string): string {
  return html.replace(/<[^<>]*>/g, (tag) => tag.replace(/([\s"'/])(style|on[a-z]+)(?=\s*=)/gi, '$1data-$2'));
}
