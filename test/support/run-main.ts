// `node test/support/run-main.ts MAIN FOLDER`: runs a built main program over the stand-in for Electron, its data in that folder. Opens the
// demonstration event as a page does, says as a line of JSON what came of it, and quits.
import { registerHooks } from 'node:module';
import { pathToFileURL } from 'node:url';

import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/message-port';

import type { Bridge } from '../../shared/rpc/contract.ts';
import { createElectronStandIn } from './electron-stand-in.ts';

const [, , main, folder] = process.argv;
if (main === undefined || folder === undefined) throw new Error('Name the program and a folder.');

const standIn = createElectronStandIn(folder);
Object.assign(globalThis, { electronStandIn: standIn.electron });
const ELECTRON = 'stand-in:electron';
registerHooks({
  resolve: (specifier, context, next) =>
    specifier === 'electron' ? { url: ELECTRON, format: 'module', shortCircuit: true } : next(specifier, context),
  load(url, context, next) {
    if (url !== ELECTRON) return next(url, context);
    const names = Object.keys(standIn.electron).join(', ');
    return { format: 'module', source: `export const { ${names} } = globalThis.electronStandIn;`, shortCircuit: true };
  },
});

await import(pathToFileURL(main).href);
while (standIn.windows[0] === undefined) await new Promise((resolve) => setTimeout(resolve, 10));
const [window] = standIn.windows;
const asked = new Promise((resolve) => window.webContents.once('port', resolve));
standIn.askForBridge(window);
await asked;
const { port } = window.webContents.ports[0]!;
port.start();
const bridge: Bridge = createORPCClient(new RPCLink({ port }));
const { eventId } = await bridge.workspace.openDemo();
const { status } = await standIn.request(window.url);
standIn.electron.app.quit();
while (!standIn.app.isQuit) await new Promise((resolve) => setTimeout(resolve, 10));
console.log(JSON.stringify({ url: window.url, status, menus: standIn.menu().length, eventId }));
process.exit(0);
