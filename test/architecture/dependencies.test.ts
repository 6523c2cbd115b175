import { readFileSync } from 'node:fs';

import { expect, test } from 'vitest';
import { z } from 'zod';

const REGISTRY = 'https://registry.npmjs.org/';

const versions = z.record(z.string(), z.string()).default({});

const project = z
  .object({
    dependencies: versions,
    devDependencies: versions,
    optionalDependencies: versions,
    allowScripts: z.record(z.string(), z.boolean()),
  })
  .parse(read('package.json'));

const { packages } = z
  .object({
    packages: z.record(
      z.string(),
      z.object({
        resolved: z.string().optional(),
        integrity: z.string().optional(),
        hasInstallScript: z.boolean().optional(),
      }),
    ),
  })
  .parse(read('package-lock.json'));

/** All that is installed, by its place. */
const installed = Object.entries(packages).filter(([path]) => path !== '');

function read(name: string): unknown {
  return JSON.parse(readFileSync(new URL(`../../${name}`, import.meta.url), 'utf8'));
}

test('every version is pinned', () => {
  const named = Object.entries({
    ...project.dependencies,
    ...project.devDependencies,
    ...project.optionalDependencies,
  });
  expect(named.filter(([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version))).toEqual([]);
});

test('everything comes from the registry of npm, with a digest of its content', () => {
  expect(installed.length).toBeGreaterThan(100);
  const strange = installed.filter(([, { integrity }]) => !/^sha512-[\w+/]{86}==$/.test(integrity ?? ''));
  expect(strange).toEqual([]);
  // A lock file that omits where packages come from takes them from the registry that npm is told of (.npmrc names none).
  const elsewhere = installed.filter(([, { resolved = REGISTRY }]) => !resolved.startsWith(REGISTRY));
  expect(elsewhere).toEqual([]);
});

test('no package runs a script when it is installed, but those that package.json decides about', () => {
  const withScripts = installed
    .filter(([, { hasInstallScript }]) => hasInstallScript === true)
    .map(([path]) => path.split('node_modules/').at(-1));
  expect(withScripts.filter((name) => name === undefined || !(name in project.allowScripts))).toEqual([]);
});
