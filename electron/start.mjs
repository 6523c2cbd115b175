// `npm start`: installs on the first run, builds, and opens the app: in Electron where its binary is there or can be had, else in a browser.
// `npm start -- --demo` or `-- --import FILE` go to the browser host as they are (see `npm run hub -- --help`).
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

import { environment, fail, install, projectNode, root, run } from './prepare.mjs';

const flags = process.argv.slice(2);
/** The hub's own choice; what a browser remembers of the app, such as the event looked at last, belongs to it. */
const USUAL_PORT = 4680;

install();
console.log('Building …');
if (run('electron-vite', ['build', '--logLevel', 'warn']) !== 0) fail('Offstage could not be built.');
if (flags.length === 0 && haveElectron()) process.exit(run('electron', ['.']));
await openInBrowser();

/** Whether Electron can run here: its binary is fetched on the first start, which needs the network once, and a screen. */
function haveElectron() {
  const hasScreen = process.platform !== 'linux' || process.env.DISPLAY || process.env.WAYLAND_DISPLAY;
  if (!hasScreen) return false;
  if (existsSync(join(root, 'node_modules', 'electron', 'path.txt'))) return true;
  console.log('Fetching Electron …');
  return run('install-electron', [], { stdio: 'ignore' }) === 0;
}

async function openInBrowser() {
  const keyFile = join(process.env.XDG_CONFIG_HOME ?? join(homedir(), '.config'), 'offstage', 'keys.json');
  const own = [
    '--data',
    join(root, '.data'),
    '--tenant',
    'local',
    '--app',
    '--key-file',
    keyFile,
    '--log-level',
    'error',
    ...((await isTaken(USUAL_PORT)) ? ['--port', '0'] : []),
  ];
  const hub = spawn(projectNode(), [join(root, 'out', 'hub.js'), ...own, ...flags], {
    stdio: ['inherit', 'pipe', 'inherit'],
    env: environment,
  });
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => hub.kill(signal));
  hub.on('exit', (code) => process.exit(code ?? 1));
  createInterface({ input: hub.stdout }).once('line', (line) => {
    console.log(`
Offstage is running. Open this address in a browser on this computer:

  ${JSON.parse(line).app}

Stop it with Ctrl C.
`);
  });
}

/** Whether another program has a port of this computer: then any other serves as well. */
async function isTaken(port) {
  const server = createServer();
  return await new Promise((resolve) => {
    server.once('error', () => resolve(true));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(false)));
  });
}
