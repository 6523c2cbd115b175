// What `npm start` and `npm test` need before anything of the project can run. It uses nothing but what every Node has,
// since on a fresh machine nothing is installed yet and Node may be an older one than the project's.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('..', import.meta.url));

const bin = join(root, 'node_modules', '.bin');
const MIN_NODE = 24;

/** The environment in which the project's own tools come first, and Node keeps what it has compiled: the next start of a process takes half the time. */
export const environment = {
  ...process.env,
  PATH: bin + delimiter + process.env.PATH,
  NODE_COMPILE_CACHE: join(root, 'node_modules', '.cache', 'compiled'),
};

const inProject = {
  cwd: root,
  env: environment,
  shell: process.platform === 'win32',
};

/** Runs a command in the project, and answers its exit code. */
export function run(command, args, options = {}) {
  const result = spawnSync(command, args, { ...inProject, stdio: 'inherit', ...options });
  if (result.error) throw result.error;
  return result.status ?? 1;
}

/** Runs a command in the project while others run, and answers its exit code and what it printed. */
export async function runAside(command, args) {
  return await new Promise((resolve, reject) => {
    const child = spawn(command, args, { ...inProject, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text) => (output += text));
    child.once('error', reject);
    child.once('close', (code) => resolve({ code: code ?? 1, output }));
  });
}

/** Installs the dependencies where they are missing or older than the lock file. */
export function install() {
  const installed = join(root, 'node_modules', '.package-lock.json');
  const isCurrent =
    existsSync(installed) && statSync(installed).mtimeMs >= statSync(join(root, 'package-lock.json')).mtimeMs;
  if (isCurrent) return;
  console.log('Installing the dependencies …');
  // In its own environment: it takes away the folder of what is compiled.
  if (run('npm', ['ci'], { env: process.env }) !== 0) fail('The dependencies could not be installed.');
}

/** The Node to run the project on: its own where there is one for this system, else this one if it is new enough. */
export function projectNode() {
  const own = join(bin, 'node');
  if (existsSync(own)) return own;
  if (Number(process.versions.node.split('.')[0]) >= MIN_NODE) return process.execPath;
  return fail(`Offstage needs Node ${MIN_NODE} or newer; this is ${process.versions.node}.`);
}

export function fail(message) {
  console.error(message);
  process.exit(1);
}
