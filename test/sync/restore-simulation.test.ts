import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { createSqliteStorage } from '../../electron/storage-sqlite/create-storage.ts';
import { randomIds } from '../../shared/base/ids.ts';
import type { JsonObject } from '../../shared/base/json.ts';
import { silentLogger } from '../../shared/base/logger.ts';
import { because } from '../../shared/base/reasons.ts';
import { ContractError } from '../../shared/contract/errors.ts';
import type { SessionsApi } from '../../shared/contract/operations.ts';
import type { SessionInput } from '../../shared/contract/session.ts';
import { holdRestored } from '../../shared/replication/hold-restored.ts';
import { createReplicator, type Replicator } from '../../shared/replication/replicator.ts';
import { contentOf } from '../../shared/replication/session-state.ts';
import { createService } from '../../shared/service/service.ts';
import { openStore, type Store } from '../../shared/store/open-store.ts';
import type { SqliteStorage } from '../../electron/storage-sqlite/transactional-storage.ts';
import { openHeadquarters, plainTraits, type Headquarters } from '../support/headquarters.ts';

/** How often the law is tried: PROPERTY_RUNS=<n> says otherwise. */
const runs = { numRuns: Number(process.env['PROPERTY_RUNS'] ?? 25) };

const ME = { id: 'me', role: 'admin' } as const;
const EVENT = 'e1';

const folder = mkdtempSync(join(tmpdir(), 'offstage-restore-'));
const database = join(folder, 'laptop.sqlite');
let storage: SqliteStorage;
let store: Store;
let nowMs = Date.UTC(2026, 0, 1);
let worlds = 0;
const clock = (): number => (nowMs += 1);

async function open(): Promise<void> {
  storage = createSqliteStorage({ path: database });
  store = await openStore(storage, randomIds);
}

/** As the engine does it: everything that waits in the copy is held. */
async function restore(copy: string): Promise<void> {
  await store.close();
  copyFileSync(copy, database);
  await open();
  await holdRestored(store, clock());
  await store.renewEpoch();
}

beforeAll(open);
afterAll(async () => {
  await store.close();
  rmSync(folder, { recursive: true, force: true });
});

type Move =
  | { do: 'create' | 'delete' | 'third deletes' | 'third creates' }
  | { do: 'patch' | 'third patches'; field: 'name' | 'code' | 'location'; value: string }
  | { do: 'sync'; lost: boolean };

const move: fc.Arbitrary<Move & { at: number }> = fc
  .tuple(
    fc.oneof(
      { arbitrary: fc.record({ do: fc.constantFrom('create' as const, 'third creates' as const) }), weight: 3 },
      { arbitrary: fc.record({ do: fc.constantFrom('delete' as const, 'third deletes' as const) }), weight: 2 },
      {
        arbitrary: fc.record({
          do: fc.constantFrom('patch' as const, 'third patches' as const),
          field: fc.constantFrom('name' as const, 'code' as const, 'location' as const),
          value: fc.constantFrom('A', 'B', 'C'),
        }),
        weight: 6,
      },
      { arbitrary: fc.record({ do: fc.constant('sync' as const), lost: fc.boolean() }), weight: 3 },
    ),
    fc.nat({ max: 5 }),
  )
  .map(([move, at]) => ({ ...move, at }));

class World {
  readonly tenantId = `world-${(worlds += 1)}`;
  readonly hq: Headquarters = openHeadquarters(plainTraits, clock);
  #replicator: Replicator | undefined;
  /** Answers of headquarters' to writes are lost, after it did what it was asked. */
  #losesAnswers = false;

  async open(): Promise<void> {
    await store.subscribe(this.tenantId, EVENT, 'hq');
    const context = { tenantId: this.tenantId, principalId: 'test', operation: 'test', atMs: 0 };
    await store.change(context, (change) => change.saveCatalogItem('session_types', { id: 'talk', name: 'Talk' }));
  }

  get replicator(): Replicator {
    const { tenantId } = this;
    this.#replicator ??= createReplicator({
      store,
      tenantId,
      upstream: 'hq',
      remote: this.#lossy(this.hq.as('laptop')),
      remoteTenantId: tenantId,
      clock,
      ids: randomIds,
      random: () => 0.5,
      logger: silentLogger,
    });
    return this.#replicator;
  }

  async restore(copy: string): Promise<void> {
    await this.replicator.stop();
    this.#replicator = undefined;
    await restore(copy);
  }

  async sync(times: number, lost = false): Promise<void> {
    this.#losesAnswers = lost;
    for (let time = 0; time < times; time++) {
      nowMs += 10 * 60_000;
      await this.replicator.sync('hand');
    }
    this.#losesAnswers = false;
  }

  async make(move: Move & { at: number }): Promise<void> {
    const service = createService({ store, clock, ids: randomIds, tenants: new Set([this.tenantId]) });
    const here = service.forUser(ME).api;
    const third = this.hq.as('third');
    const { tenantId } = this;
    const ids = store.read((view) => view.listSessions(tenantId, {})).map(({ session }) => session.id);
    const id = ids[move.at % Math.max(1, ids.length)] ?? 'offstage:none';
    const theirs = [...this.hq.sessions.keys()];
    const theirId = theirs[move.at % Math.max(1, theirs.length)] ?? 'none';
    const body: SessionInput = { event_id: EVENT, type_id: 'talk', name: `Made ${clock()}` };
    try {
      switch (move.do) {
        case 'create':
          await here.createSession({ tenantId, body });
          break;
        case 'third creates':
          await third.createSession({ tenantId, body });
          break;
        case 'delete':
          await here.deleteSession({ tenantId, id });
          break;
        case 'third deletes':
          await third.deleteSession({ tenantId, id: theirId });
          break;
        case 'patch':
          await here.patchSession({ tenantId, id, body: [{ op: 'add', path: `/${move.field}`, value: move.value }] });
          break;
        case 'third patches': {
          const patch = [{ op: 'add' as const, path: `/${move.field}`, value: move.value }];
          await third.patchSession({ tenantId, id: theirId, body: patch });
          break;
        }
        case 'sync':
          await this.sync(1, move.lost);
          break;
      }
    } catch (error) {
      if (!(error instanceof ContractError) || error.status >= 500) throw error;
    }
  }

  #lossy(remote: SessionsApi): SessionsApi {
    const losing =
      <Request, Answer>(call: (request: Request) => Promise<Answer>) =>
      async (request: Request): Promise<Answer> => {
        const answer = await call(request);
        if (this.#losesAnswers)
          throw new ContractError('unreachable', because('said', { text: 'The answer was lost.' }));
        return answer;
      };
    return {
      ...remote,
      createSession: losing(remote.createSession),
      patchSession: losing(remote.patchSession),
      batchSessions: losing(remote.batchSessions),
      deleteSession: losing(remote.deleteSession),
    };
  }

  /** Headquarters' sessions by their ids, as people can set them. */
  atHeadquarters(): Record<string, JsonObject> {
    return Object.fromEntries([...this.hq.sessions].map(([id, session]) => [id, comparable(session)]));
  }

  /** The same of those here with which nothing is open. */
  settledHere(): Record<string, JsonObject> {
    const records = store.read((view) => view.listSessions(this.tenantId, {})).filter(({ unsettled }) => !unsettled);
    return Object.fromEntries(records.map(({ sync, session }) => [sync.remote_id, comparable(session)]));
  }

  isOpen(remoteId: string): boolean {
    return store.read((view) => view.findByRemoteIds(this.tenantId, [remoteId])).some(({ unsettled }) => unsettled);
  }
}

/** Headquarters gets our external id, also where the session here has none; here, the options objects are always there. */
function comparable(session: JsonObject): JsonObject {
  const { sys_external_id: _, ...content } = contentOf(session);
  return { capacity_options: {}, registration_question_options: {}, ...content };
}

test('after a restore headquarters hears nothing until a person says so, and then all agree', async () => {
  const before = fc.array(move, { minLength: 3, maxLength: 15 });
  const after = fc.array(move, { maxLength: 15 });
  await fc.assert(
    fc.asyncProperty(before, after, async (before, after) => {
      const world = new World();
      await world.open();
      for (const move of before) await world.make(move);
      const copy = join(folder, `copy-${worlds}.sqlite`);
      await storage.copyTo(copy);
      for (const move of after) await world.make(move);
      const { epoch } = store;
      await world.restore(copy);
      rmSync(copy);
      expect(store.epoch).not.toBe(epoch);

      const heard: unknown[] = [];
      world.hq.onWrite = (write) => void heard.push(write);
      await world.sync(4);
      expect(heard).toEqual([]);
      const there = world.atHeadquarters();
      const open = new Set(Object.keys(there).filter((id) => world.isOpen(id)));
      expect(world.settledHere()).toEqual(Object.fromEntries(Object.entries(there).filter(([id]) => !open.has(id))));

      await world.replicator.release();
      for (const { id } of world.replicator.conflicts()) await world.replicator.resolve(id, 'theirs');
      await world.sync(4);
      for (const { id } of world.replicator.conflicts()) await world.replicator.resolve(id, 'theirs');
      await world.sync(4);
      expect(world.replicator.status()).toMatchObject({ pending: 0, conflicts: 0, refused: 0 });
      expect(world.settledHere()).toEqual(world.atHeadquarters());
      const externalIds = [...world.hq.sessions.values()].flatMap(({ sys_external_id: id }) =>
        id === undefined ? [] : [id],
      );
      expect(new Set(externalIds).size).toBe(externalIds.length);
    }),
    runs,
  );
});
