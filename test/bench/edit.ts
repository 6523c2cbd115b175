import type Database from 'better-sqlite3';

import type { JsonPatch } from '../../shared/contract/patch.ts';
import { recordKey, type SessionRecord } from '../../shared/store/records.ts';
import { idOf, someNumbers, TENANT } from './documents.ts';
import { compare, perOperationUs, type Measure } from './measure.ts';
import { copyOf, filledFile, openOurs, openRaw } from './stores.ts';

/** Edits in a round: enough for several checkpoints on both sides, which come after so many written pages, and cost as much as many edits. */
const EDITS = 500;

export const edit: Measure = {
  name: 'edit',
  title: 'One durable edit through the service: a JSON Patch of the name, validated, references checked, history kept',
  rival: 'better-sqlite3, one row in one transaction, synced',
  unit: 'us',
  note: 'An edit reads, validates, checks references and keeps history. Its own work takes as long as a synced commit of a fast disk, and it writes six pages where the row alone takes three.',
  async run(sessions) {
    const path = copyOf(await filledFile(sessions));
    const raw = openRaw(copyOf(path));
    const update = rawUpdate(raw);
    const { api, close } = await openOurs(path);
    const comparison = await compare(
      async (round) => {
        const ids = someNumbers(sessions, EDITS, round).map(idOf);
        const patch: JsonPatch = [{ op: 'replace', path: '/name', value: `Round ${round} of all` }];
        return await perOperationUs(EDITS, async () => {
          for (const id of ids) await api.patchSession({ tenantId: TENANT, id, body: patch });
        });
      },
      async (round) => {
        const records = someNumbers(sessions, EDITS, round).map((number) => readRaw(raw, number));
        return await perOperationUs(EDITS, () => {
          for (const record of records) update(record, `Round ${round} of all`);
        });
      },
      { rounds: 9, warmUps: 2 },
    );
    raw.close();
    await close();
    return [{ what: 'edit', comparison, goal: { timeAtMost: 2.5 } }];
  },
};

function readRaw(db: Database.Database, number: number): SessionRecord {
  const select = db.prepare<[string], string>('SELECT json FROM "sessions-v0" WHERE id = ?').pluck();
  return JSON.parse(select.get(recordKey(TENANT, idOf(number)))!) as SessionRecord;
}

/** Gives a session, known already, another name. */
function rawUpdate(db: Database.Database): (record: SessionRecord, name: string) => void {
  let seq = db.prepare<[], number>('SELECT max(seq) FROM "sessions-v0"').pluck().get()!;
  const update = db.prepare(
    'UPDATE "sessions-v0" SET "$.name_folded" = ?, lwt = ?, rev = ?, seq = ?, json = ? WHERE id = ?',
  );
  return db.transaction((record: SessionRecord, name: string) => {
    const folded = name.toLowerCase();
    const json = JSON.stringify({ ...record, name_folded: folded, session: { ...record.session, name } });
    update.run(folded, Date.now(), `${seq}-bench`, ++seq, json, record.key);
  });
}
