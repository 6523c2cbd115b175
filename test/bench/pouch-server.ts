import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import { loadRival } from './load-rival.ts';
import { serveParent } from './process.ts';

/** As much of express and express-pouchdb as is used here (https://github.com/pouchdb/pouchdb-server). */
type Express = () => { use(path: string, middleware: unknown): void } & Parameters<typeof createServer>[1];
type ExpressPouch = (Pouch: unknown, options: object) => unknown;

// A process of its own: an express-pouchdb over leveldb in the folder given. Tells its address.
const [folder] = process.argv.slice(2) as [string];
const Pouch = (loadRival('pouchdb') as { defaults(options: object): unknown }).defaults({ prefix: `${folder}/` });
// With express 5, every `_changes` of express-pouchdb 4 fails.
const app = (loadRival('express') as Express)();
const options = { mode: 'minimumForPouchDB', logPath: `${folder}/log.txt`, inMemoryConfig: true };
app.use('/', (loadRival('express-pouchdb') as ExpressPouch)(Pouch, options));
const server = createServer(app as never);
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
serveParent(() => null);
process.send?.(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
