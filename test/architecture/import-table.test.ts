import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { cruise, type IForbiddenRuleType } from 'dependency-cruiser';
import { expect, test } from 'vitest';

import { temporaryFolder } from '../support/temporary-folder.ts';
import { importTable, type Room } from './import-table.ts';

const root = new URL('../..', import.meta.url).pathname;

test('every import stands in the table, and none goes in a circle', async () => {
  expect(await violations(root)).toEqual([]);
});

test.each([
  ['shared/base/a.ts', `import '../contract/b.ts';`, ['shared/base']],
  ['shared/service/a.ts', `import '../http/b.ts';`, ['shared/service']],
  ['shared/replica/a.ts', `export {};`, ['rooms']],
  ['shared/store/a.ts', `import 'node:fs';`, ['shared/store']],
  ['shared/interchange/a.ts', `import 'ical.js';`, ['shared/interchange']],
  ['electron/hub/a.ts', `import '../storage-sqlite/b.ts';`, ['electron/hub']],
  ['renderer/views/a.ts', `import '../../shared/http/b.ts';`, ['renderer']],
  ['renderer/host/a.ts', `import '../../electron/storage-sqlite/b.ts';`, ['renderer/host']],
])('the check sees %s with %s', async (path, text, expected) => {
  const folder = temporaryFolder();
  const files = {
    [path]: text,
    'shared/contract/b.ts': 'export {};',
    'shared/http/b.ts': 'export {};',
    'electron/storage-sqlite/b.ts': 'export {};',
  };
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  const seen = await violations(folder);
  expect(seen.map((violation) => violation.split(':')[0])).toEqual(expected);
});

/** Every import that breaks the table, as `rule: from → to`, and every file outside its rooms. */
async function violations(folder: string): Promise<string[]> {
  const { output } = await cruise(
    ['shared', 'electron', 'renderer'].filter((top) => existsSync(join(folder, top))),
    {
      baseDir: folder,
      validate: true,
      tsPreCompilationDeps: true,
      ruleSet: { forbidden: [...importTable.map(toRule), noCircles] },
      doNotFollow: { path: 'node_modules' },
    },
  );
  if (typeof output === 'string') throw new Error(output);
  const homeless = output.modules
    .map((module) => module.source)
    .filter((source) => /^(shared|electron|renderer)\/[^/]+\//.test(source))
    .filter((source) => !importTable.some((room) => source.startsWith(`${room.folder}/`)));
  return [
    ...output.summary.violations.map(({ rule, from, to }) => `${rule.name}: ${from} → ${to}`),
    ...homeless.map((source) => `rooms: ${source}`),
  ];
}

function toRule(room: Room): IForbiddenRuleType {
  const inner = importTable
    .filter(({ folder }) => folder.startsWith(`${room.folder}/`))
    .map(({ folder }) => `^${folder}/`);
  const folders = [room.folder, ...room.rooms].map((folder) => `^${folder}(/|$)`);
  const packages = room.packages.map((name) =>
    name === 'node' ? '^(node:)?[a-z_/]+$' : `(^|node_modules/)${name}(/|$)`,
  );
  return {
    name: room.folder,
    severity: 'error',
    // A room within another has rules of its own.
    from: { path: `^${room.folder}/`, pathNot: inner },
    to: { pathNot: [...folders, ...packages] },
  };
}

const noCircles: IForbiddenRuleType = {
  name: 'circles',
  severity: 'error',
  from: {},
  // Types are gone at run time: a circle of types alone holds nobody up.
  to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
};
