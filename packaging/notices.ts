// `npm run notices`: builds, and writes THIRD-PARTY-NOTICES.txt anew: what the app is made of, and under which terms.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { z } from 'zod';

const root = fileURLToPath(new URL('..', import.meta.url));

/** What is delivered and no build sees: the native part, the program around all, and the rules that styles begin with. */
const BESIDE_THE_BUNDLE = ['node_modules/better-sqlite3', 'node_modules/electron', 'node_modules/tailwindcss'];

/** The licences that a part of the app may have. Who adds one has read it. */
const ALLOWED = new Set([
  'MIT',
  'ISC',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'Apache-2.0',
  '0BSD',
  'CC0-1.0',
  'Unlicense',
  'BlueOak-1.0.0',
]);

/** A part that leaves the choice between licences, and the one that is chosen. */
const CHOSEN: Readonly<Record<string, string>> = { '(MPL-2.0 OR Apache-2.0)': 'Apache-2.0' };

const ownLicence = readFileSync(join(root, 'LICENSE'), 'utf8');

const STANDARD_TERMS: Readonly<Record<string, string>> = {
  MIT: ownLicence.slice(ownLicence.indexOf('Permission is hereby granted')).trim(),
  ISC: `Permission to use, copy, modify, and/or distribute this software for any purpose with or without fee is hereby granted, provided that the
above copyright notice and this permission notice appear in all copies.

THE SOFTWARE IS PROVIDED "AS IS" AND THE AUTHOR DISCLAIMS ALL WARRANTIES WITH REGARD TO THIS SOFTWARE INCLUDING ALL IMPLIED WARRANTIES OF
MERCHANTABILITY AND FITNESS. IN NO EVENT SHALL THE AUTHOR BE LIABLE FOR ANY SPECIAL, DIRECT, INDIRECT, OR CONSEQUENTIAL DAMAGES OR ANY DAMAGES
WHATSOEVER RESULTING FROM LOSS OF USE, DATA OR PROFITS, WHETHER IN AN ACTION OF CONTRACT, NEGLIGENCE OR OTHER TORTIOUS ACTION, ARISING OUT OF OR
IN CONNECTION WITH THE USE OR PERFORMANCE OF THIS SOFTWARE.`,
};

const manifest = z.object({
  name: z.string(),
  version: z.string(),
  license: z.string(),
  author: z.union([z.string(), z.object({ name: z.string() }).transform(({ name }) => name)]).optional(),
});

/** A part of the app that others made. */
export interface Part {
  name: string;
  version: string;
  licence: string;
  /** The licence as its makers put it, with their names. */
  text: string;
}

/** Every part of what was built last, by name. A licence that is not allowed is an error. */
export function readParts(): Part[] {
  const bundled = readdirSync(join(root, 'out', 'bundled')).flatMap((name) =>
    z.array(z.string()).parse(JSON.parse(readFileSync(join(root, 'out', 'bundled', name), 'utf8'))),
  );
  const parts = [...new Set([...bundled, ...BESIDE_THE_BUNDLE])].map((folder) => readPart(join(root, folder)));
  // One version may lie in several folders.
  const different = new Map(parts.map((part) => [`${part.name}@${part.version}`, part]));
  return [...different.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, part]) => part);
}

function readPart(folder: string): Part {
  const { name, version, license, author } = manifest.parse(
    JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')),
  );
  const licence = CHOSEN[license] ?? license;
  if (!ALLOWED.has(licence))
    throw new Error(`${name} ${version} is under “${license}”, which is not among those allowed.`);
  const files = readdirSync(folder)
    .filter((file) => /^(licen[cs]e|copying|notice)/i.test(file))
    .sort();
  const texts = files.map((file) => readFileSync(join(folder, file), 'utf8').trim());
  const text = texts.length > 0 ? texts.join('\n\n') : standardText(licence, author ?? `the makers of ${name}`);
  return { name, version, licence, text: text.replaceAll(/[ \t\r]+$/gm, '') };
}

/** The text of a licence that a package names without bringing it. */
function standardText(licence: string, author: string): string {
  const terms = STANDARD_TERMS[licence];
  if (terms === undefined) throw new Error(`A package of ${author} brings no text of its licence, ${licence}.`);
  return `Copyright (c) ${author}\n\n${terms}`;
}

/** The notices as they are delivered: parts with the very same text share it. */
export function noticesOf(parts: readonly Part[]): string {
  const byText = Map.groupBy(parts, ({ text }) => text);
  const sections = [...byText].map(([text, sharing]) =>
    [...sharing.map(({ name, version, licence }) => `${name} ${version} (${licence})`), '', text].join('\n'),
  );
  const head = `Offstage is made of the following parts, each under its own licence. Offstage itself is under the MIT licence.
SQLite, which better-sqlite3 brings, is in the public domain. The licences of what Electron is made of lie beside the app in LICENSES.chromium.html.`;
  return `${[head, ...sections].join(`\n\n${'-'.repeat(80)}\n\n`)}\n`;
}

if (import.meta.main) {
  if (!existsSync(join(root, 'out', 'bundled'))) throw new Error('Nothing is built yet: npm run build');
  const parts = readParts();
  writeFileSync(join(root, 'THIRD-PARTY-NOTICES.txt'), noticesOf(parts));
  console.log(`THIRD-PARTY-NOTICES.txt tells of ${parts.length} parts.`);
}
