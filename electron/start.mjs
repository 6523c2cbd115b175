// `npm start`: installs on the first run, builds, and starts a hub with the demonstration event on this machine.
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

import { fail, install, projectNode, root, run } from './prepare.mjs';

install();
if (run('electron-vite', ['build', '--logLevel', 'warn']) !== 0) fail('Offstage could not be built.');

const key = randomBytes(18).toString('base64url');
const flags = ['--data', join(root, '.data'), '--demo', '--api-key', `${key}=admin`, '--log-level', 'error'];
const hub = spawn(projectNode(), [join(root, 'out', 'hub.js'), ...flags, ...process.argv.slice(2)], {
  stdio: ['inherit', 'pipe', 'inherit'],
});
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => hub.kill(signal));
hub.on('exit', (code) => process.exit(code ?? 1));

createInterface({ input: hub.stdout }).once('line', (line) => {
  const { url, tenants } = JSON.parse(line);
  console.log(`
Offstage serves the demonstration event.

  address   ${url}
  tenant    ${tenants[0]}
  key       ${key}

  Try:      curl -H 'Authorization: ${key}' '${url}/sessions/${tenants[0]}/event/demo-2026?fields=name,start_date'

Stop it with Ctrl C.
`);
});
