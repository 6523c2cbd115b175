import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

import { beforeAll, describe, expect, test } from 'vitest';

import { folderForTests } from '../support/temporary-folder.ts';
import { blocksOf, pages, readPage } from './pages.ts';
import { copyProject } from './project-copy.ts';

/** Commands that cannot run here, and why. Their blocks are marked `sh elsewhere`. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  'npm test': 'it is what runs this',
  'npm ci': 'it would install anew what all tests use',
  'npm audit': 'it needs the network, and a registry that has advisories',
  'npm run package': 'it fetches Electron, and the tools for each kind of installer',
  'systemctl daemon-reload': 'it needs a system with systemd, and its owner',
  'systemctl enable --now offstage-hub': 'the same',
  'journalctl -u offstage-hub -f': 'the same',
};

/** How other shells would be called: then their commands would run nowhere. */
const SHELLS = new Set(['bash', 'shell', 'console', 'zsh', 'shell-session', 'powershell', 'cmd', 'bat']);

const TIMEOUT_MS = 180_000;

const folder = folderForTests();
const project = join(folder, 'offstage');
beforeAll(() => copyProject(project));

test('commands stand in blocks that are run, or are named with the reason why not', () => {
  const blocks = pages().flatMap((page) => blocksOf(readPage(page)).map((block) => ({ page, ...block })));
  expect(blocks.filter(({ language }) => SHELLS.has(language))).toEqual([]);
  expect(blocks.filter(({ language, mark }) => language === 'sh' && !['', 'elsewhere'].includes(mark))).toEqual([]);
  const elsewhere = blocks.filter(({ mark }) => mark === 'elsewhere').flatMap(({ text }) => commandsOf(text));
  expect(new Set(elsewhere)).toEqual(new Set(Object.keys(ELSEWHERE)));
});

const withCommands = pages().filter((page) => commandBlocks(page).length > 0);

// A page's blocks are one story, told in one folder: what was started runs on until the next one is.
describe.runIf(process.platform === 'linux')('the commands', () => {
  test.each(withCommands)(
    'of %s do what they say',
    async (page) => expect(await tell(commandBlocks(page))).toEqual([]),
    TIMEOUT_MS,
  );
});

/** Runs blocks one after the other; answers what went wrong. */
async function tell(blocks: readonly string[]): Promise<string[]> {
  const running = new Running();
  try {
    for (const text of blocks) await run(text, running);
    return [];
  } catch (error) {
    return [String(error)];
  } finally {
    await running.stop();
  }
}

function commandBlocks(page: string): string[] {
  return blocksOf(readPage(page)).flatMap(({ language, mark, text }) => (language === 'sh' && mark === '' ? [text] : []));
}

function commandsOf(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.replace(/\s+#.*$/, '').trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
}

/** What was started last and goes on by itself, on a port of its own. */
class Running {
  #child: ChildProcess | undefined;
  #script = '';
  url = 'http://127.0.0.1:4680';

  /** Waits until a program says its address, and keeps it. */
  async take(script: string, child: ChildProcess, address: string): Promise<void> {
    this.#child = child;
    this.#script = script;
    this.url = address;
    const answer = await fetch(`${address}/-/health`);
    if (!answer.ok) throw new Error(`${script} runs, and answers ${answer.status}.`);
  }

  async stop(): Promise<void> {
    const child = this.#child;
    if (child?.pid === undefined || child.exitCode !== null) return;
    const gone = once(child, 'close');
    // npm and the shell stand between: the whole group is told.
    process.kill(-child.pid, 'SIGTERM');
    await gone;
    this.#child = undefined;
  }

  /** Starts again what was stopped for a while. */
  async resume(): Promise<void> {
    if (this.#script !== '') await run(this.#script, this);
  }
}

/** Runs a block to its end, or until it says that it is there to stay. */
async function run(text: string, running: Running): Promise<void> {
  const serves = /hub(\.js| --) |^npm start/m.test(text) && !text.includes('--help');
  const restores = text.includes('--restore');
  // Two programs cannot have one data folder.
  if (serves) await running.stop();
  const script = onFreePorts(text).replaceAll('http://127.0.0.1:4680', running.url);
  const child = spawn('bash', ['-euo', 'pipefail', '-c', script], {
    cwd: project,
    detached: true,
    env: environment(),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const address = new Promise<string>((resolve) => {
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (part: string) => {
        output += part;
        const [found] = /http:\/\/127\.0\.0\.1:[1-9]\d*(?=["/])/.exec(output) ?? [];
        if (found !== undefined && /"ready":true|Offstage is running/.test(output)) resolve(found);
      });
    }
  });
  const ended = once(child, 'close').then(([code]) => ({ code: code as number | null }));
  if (!serves || restores) {
    const { code } = await ended;
    if (code !== 0) throw new Error(`${text} ended with ${code}: ${output}`);
    if (restores) await running.resume();
    return;
  }
  const first = await Promise.race([address, ended]);
  if (typeof first !== 'string') throw new Error(`${text} ended with ${first.code}: ${output}`);
  await running.take(text, child, first);
}

/** The same on a port that nobody has. */
function onFreePorts(text: string): string {
  return text
    .replaceAll(/--port \d+/g, '--port 0')
    .replaceAll(/(hub --|hub\.js) /g, '$1 --port 0 ')
    .replaceAll(/^npm start$/gm, 'npm start -- --port 0')
    .replaceAll(/^npm start -- (?!--port)/gm, 'npm start -- --port 0 ');
}

/** A person's at the console of a computer without a screen, who has nothing in their home folder. */
function environment(): NodeJS.ProcessEnv {
  const { DISPLAY: _, WAYLAND_DISPLAY: __, XDG_CONFIG_HOME: ___, ...rest } = process.env;
  const PATH = `${join(project, 'node_modules', '.bin')}:${process.env['PATH']}`;
  return { ...rest, PATH, HOME: folder, VITEST: undefined };
}
