import { expect, test } from 'vitest';

import { toPlainText } from '../../shared/interchange/plain-text.ts';

test.each([
  ['stays as it is without tags', ' if a < b && x<y then *stop*\n\nnow ', 'if a < b && x<y then *stop*\n\nnow'],
  ['has paragraphs apart', '<p>One</p>\n<p>Two<br>lines</p>', 'One\n\nTwo\nlines'],
  ['has lists by line', 'All:<ul><li>a</li> <li>b</li></ul>End', 'All:\n- a\n- b\n\nEnd'],
  ['has entities decoded', '<p>Fish &amp; chips &lt;3 &nbsp;&eacute;&#39;</p>', "Fish & chips <3 é'"],
  [
    'has links with their address',
    '<a href="https://a.example">A</a> <a href="javascript:x">B</a>',
    'A (https://a.example) B',
  ],
  ['has no scripts', '<p>a<script>alert(1)</script><style>p{}</style>b</p>', 'ab'],
  ['has white space as HTML shows it', '<p>a\n   b <b> c</b></p>', 'a b c'],
  ['survives what is not closed', '<p>a <b>b <i>c', 'a b c'],
  [
    'keeps a link that is its own address once',
    '<a href="https://a.example">https://a.example</a>.',
    'https://a.example.',
  ],
])('a description %s', (_, html, text) => {
  expect(toPlainText(html)).toBe(text);
});

test('a megabyte of tags is read', () => {
  expect(toPlainText('<p>x<br>'.repeat(125_000))).toHaveLength(125_000 * 3 - 2);
});
