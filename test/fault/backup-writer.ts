// Run by backups.test.ts: makes sessions and backups until it is killed, and says of each when it was done. Arguments: the data folder, and the
// number to begin with.
import { openEngine } from '../../electron/engine/engine.ts';
import { keysInMemory } from '../../electron/engine/keys-in-memory.ts';
import { silentLogger } from '../../shared/base/logger.ts';

const [dataDir, begin] = process.argv.slice(2) as [string, string];
const sync = { upstreams: [], keys: keysInMemory(), intervalMs: 0 };
const engine = await openEngine({ dataDir, tenants: ['t1'], sync, logger: silentLogger });
const { api, putCatalog } = engine.service.forUser({ id: 'writer', role: 'admin' });
await putCatalog('t1', 'events', [{ id: 'e1', name: 'Event' }]);
await putCatalog('t1', 'session_types', [{ id: 'talk', name: 'Talk' }]);

const write = async (): Promise<void> => {
  for (let number = Number(begin); ; number++) {
    const body = { event_id: 'e1', type_id: 'talk', name: `Session ${number}`, description: 'x'.repeat(5_000) };
    const { id } = await api.createSession({ tenantId: 't1', body });
    process.stdout.write(`session ${id}\n`);
  }
};
const copy = async (): Promise<void> => {
  for (;;) process.stdout.write(`backup ${(await engine.backups.make()).id}\n`);
};
await Promise.all([write(), copy()]);
