import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';

import { expect, onTestFinished, test } from 'vitest';

import { copyProject } from '../docs/project-copy.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

/** Runs `npm start` as a person at a console without a screen, who has nothing in their home folder, until it says an address; else it throws. */
async function start(project: string, from: string): Promise<URL> {
  const { DISPLAY: _, WAYLAND_DISPLAY: __, XDG_CONFIG_HOME: ___, VITEST: ____, ...rest } = process.env;
  const child = spawn('npm', ['--prefix', project, 'start'], {
    cwd: from,
    detached: true,
    env: { ...rest, HOME: from },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = once(child, 'close');
  onTestFinished(async () => {
    // npm and a shell stand between: the whole group is told.
    if (child.exitCode === null) process.kill(-child.pid!, 'SIGTERM');
    await ended;
  });
  let output = '';
  const said = new Promise<string>((resolve) => {
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text;
        const [found] = /http:\/\/127\.0\.0\.1:\d+\/#token=\S+/.exec(output) ?? [];
        if (found !== undefined) resolve(found);
      });
    }
  });
  const address = await Promise.race([said, ended]);
  if (typeof address !== 'string') throw new Error(`It ended: ${output}`);
  return new URL(address);
}

test('npm start opens the app from wherever it is called, in a folder of any name, and where its port is taken', async () => {
  const folder = temporaryFolder();
  const project = join(folder, 'Bühne & Saal', 'off stage');
  copyProject(project);
  const other = createServer();
  // Where another program has it already, it is taken just as well.
  await new Promise<void>((resolve) => other.once('error', () => resolve()).listen(4680, '127.0.0.1', resolve));
  onTestFinished(() => void other.close());

  const { origin, port } = await start(project, folder);
  expect(port).not.toBe('4680');
  expect(await (await fetch(origin)).text()).toContain('<div id="app">');
});
