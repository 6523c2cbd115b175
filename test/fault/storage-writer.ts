// Run by storage-kill.test.ts: writes pairs of documents, some by transaction and some in bulk, until it is killed, and says of
// each when it was acknowledged. Arguments: the database file, and the number to begin with.
import { createSqliteStorage } from '../../electron/storage-sqlite/create-storage.ts';
import { insert, openInstance, state } from '../support/storage-documents.ts';
import { pairsSchema } from './storage-pairs.ts';

const [path, begin] = process.argv.slice(2) as [string, string];
const storage = createSqliteStorage({ path });
const left = await openInstance(storage, pairsSchema, { database: 'db', collection: 'left' });
await openInstance(storage, pairsSchema, { database: 'db', collection: 'right' });

let next = Number(begin);
// Several at a time, so that commits are shared.
const write = async (): Promise<void> => {
  for (;;) {
    const number = next++;
    const id = `n${number}`;
    const text = 'x'.repeat((number * 997) % 5_000);
    await storage.transaction((transaction) => {
      transaction.write('left', [{ document: { id, text } }]);
      transaction.write('right', [{ document: { id, text } }]);
      const [counter] = transaction.findById<{ id: string; text: string }>('left', ['counter']);
      const previous = counter === undefined ? {} : { previous: counter };
      transaction.write('left', [{ ...previous, document: { id: 'counter', text: id } }]);
    });
    process.stdout.write(`pair ${id}\n`);
    const { error } = await left.bulkWrite(insert(state({ id: `${id}b`, text })), 'test');
    if (error.length > 0) throw new Error(`refused: ${JSON.stringify(error)}`);
    process.stdout.write(`bulk ${id}b\n`);
  }
};
await Promise.all([write(), write(), write()]);
