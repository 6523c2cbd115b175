import { readdirSync, readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { join } from 'node:path';

import type { WorkflowTemplate } from '@actions/workflow-parser';
import { expect, test } from 'vitest';

// GitHub's parser imports its schema as bundlers allow it; Node wants to be told that it is JSON.
registerHooks({
  resolve(specifier, context, next) {
    const found = next(specifier, context);
    return found.url.endsWith('.json') ? { ...found, importAttributes: { type: 'json' } } : found;
  },
});
const { convertWorkflowTemplate, NoOperationTraceWriter, parseWorkflow } = await import('@actions/workflow-parser');

const root = new URL('../..', import.meta.url).pathname;
const folder = join(root, '.github', 'workflows');

/** A workflow as GitHub reads it, by GitHub's own parser and schema; what it finds wrong, with its place. */
async function read(name: string, content = readFileSync(join(folder, name), 'utf8')) {
  const { context, value } = parseWorkflow({ name, content }, new NoOperationTraceWriter());
  const workflow = value === undefined ? undefined : await convertWorkflowTemplate(context, value);
  return { workflow, faults: context.errors.getErrors().map(({ message }) => message) };
}

function stepsOf(workflow: WorkflowTemplate | undefined): { uses?: string; run?: string }[] {
  const jobs = workflow?.jobs ?? [];
  const steps = jobs.flatMap((job) => (job.type === 'job' ? job.steps : []));
  return steps.map((step) => {
    if ('uses' in step) return { uses: step.uses.value };
    return 'run' in step ? { run: String(step.run) } : {};
  });
}

const names = readdirSync(folder);

test('there is a workflow that tests and one that releases', () => {
  expect(names.toSorted()).toEqual(['ci.yml', 'release.yml']);
});

test.each(names)('%s is as GitHub’s own parser wants it', async (name) => {
  const { workflow, faults } = await read(name);
  expect(faults).toEqual([]);
  expect(stepsOf(workflow).length).toBeGreaterThan(3);
});

test('a workflow is held against GitHub’s schema in earnest', async () => {
  const text = readFileSync(join(folder, 'ci.yml'), 'utf8');
  expect((await read('ci.yml', text.replace('runs-on:', 'run-on:'))).faults.join()).toContain("'run-on'");
  expect((await read('ci.yml', `${text}      - run: echo \${{ secret.KEY }}\n`)).faults.join()).toContain("'secret'");
});

test.each(names)('%s uses no action but by the commit that was looked at', async (name) => {
  const { workflow } = await read(name);
  const used = stepsOf(workflow).flatMap(({ uses }) => uses ?? []);
  expect(used.length).toBeGreaterThan(1);
  expect(used.filter((each) => !/^actions\/[\w-]+@[0-9a-f]{40}$/.test(each))).toEqual([]);
});

test.each(names)('every script that %s runs is there', async (name) => {
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    scripts: Record<string, string>;
  };
  const { workflow } = await read(name);
  const commands = stepsOf(workflow)
    .map(({ run }) => run ?? '')
    .join('\n');
  const run = [...commands.matchAll(/npm run ([\w:-]+)/g)].map(([, script]) => script!);
  expect(run.filter((script) => !(script in scripts))).toEqual([]);
  const files = [...commands.matchAll(/node (packaging\/\S+)/g)].map(([, path]) => path!);
  expect(
    files.filter((path) => !readdirSync(join(root, 'packaging')).includes(path.slice('packaging/'.length))),
  ).toEqual([]);
});

test('a release is published only after all systems’ tests and installers, by a job that may write and has the key', async () => {
  const text = readFileSync(join(folder, 'release.yml'), 'utf8');
  const { workflow } = await read('release.yml');
  const publish = workflow?.jobs.find((job) => job.id.value === 'publish');
  expect(publish?.needs?.map((need) => need.value)).toEqual(['test', 'package']);
  expect(text.match(/contents: write/g)).toHaveLength(1);
  expect(text.slice(0, text.indexOf('  publish:'))).not.toContain('secrets.OFFSTAGE_UPDATE_KEY');
  expect(text).toContain('os: [ubuntu-24.04, windows-2025, macos-15]');
});
