import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

import type { Plugin } from 'vite';

/** `…/node_modules/name/` or `…/node_modules/@scope/name/`, the innermost. */
const PACKAGE = /^.*(?=\bnode_modules\/)node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/;

/**
 * Writes down of which packages a build took code, as a JSON list of their folders from the project on: by it the notices are made, and held
 * against what is delivered.
 */
export function recordBundledPackages(path: string): Plugin {
  return {
    name: 'record-bundled-packages',
    writeBundle(_, bundle) {
      const folders = Object.values(bundle)
        .flatMap((part) => (part.type === 'chunk' ? Object.entries(part.modules) : []))
        .filter(([, { renderedLength }]) => renderedLength > 0)
        .flatMap(([id]) => PACKAGE.exec(id.replaceAll('\\', '/'))?.[0] ?? [])
        .map((folder) => folder.slice(folder.indexOf('node_modules/')));
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, JSON.stringify([...new Set(folders)].sort(), null, 2));
    },
  };
}
