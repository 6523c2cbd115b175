import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import fc from 'fast-check';
import jsonPatch from 'fast-json-patch';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { createSqliteStorage } from '../../electron/storage-sqlite/create-storage.ts';
import { randomIds } from '../../shared/base/ids.ts';
import { own, type JsonObject } from '../../shared/base/json.ts';
import { ContractError } from '../../shared/contract/errors.ts';
import type { JsonPatch } from '../../shared/contract/patch.ts';
import { isServerOwned } from '../../shared/contract/session.ts';
import { createService, type Service } from '../../shared/service/service.ts';
import { openStore, type Store } from '../../shared/store/open-store.ts';

/** How often each law is tried: PROPERTY_RUNS=<n> says otherwise. */
const runs = { numRuns: Number(process.env['PROPERTY_RUNS'] ?? 30) };

const ME = { id: 'me', role: 'admin' } as const;
const OTHER = { id: 'other', role: 'admin' } as const;

const folder = mkdtempSync(join(tmpdir(), 'offstage-undo-'));
let store: Store;
let service: Service;
let worlds = 0;
let nowMs = 0;

async function open(): Promise<void> {
  store = await openStore(createSqliteStorage({ path: join(folder, 'undo.sqlite') }), randomIds);
  const tenants = { has: () => true } as unknown as ReadonlySet<string>;
  service = createService({ store, clock: () => nowMs, ids: randomIds, tenants });
}

async function restart(): Promise<void> {
  await store.close();
  await open();
}

beforeAll(open);
afterAll(async () => {
  await store.close();
  rmSync(folder, { recursive: true, force: true });
});

/** A tenant of its own, with what sessions need. */
async function newWorld(): Promise<string> {
  const tenantId = `world-${(worlds += 1)}`;
  const put = async (kind: string, ...ids: string[]): Promise<void> => {
    const items = ids.map((id) => ({ id, name: id }));
    await service.catalog.put(OTHER, tenantId, kind, items);
  };
  await put('events', 'e1');
  await put('session_types', 'talk', 'workshop');
  await put('rooms', 'r1', 'r2');
  await put('contacts', 'c1', 'c2');
  await put('speaker_types', 'main');
  return tenantId;
}

type Field = 'name' | 'code' | 'type_id' | 'room_ids' | 'speakers' | 'start_date' | 'end_date' | 'has_fees';
type Write = { field: Field; value: unknown };

type Command =
  | { do: 'create'; at: number; write: Write }
  | { do: 'patch'; at: number; writes: Write[] }
  | { do: 'delete'; at: number }
  | { do: 'bulk'; write: Write }
  | { do: 'batch'; at: number; other: number; write: Write }
  | { do: 'room'; id: string; name: string };

const values: Readonly<Record<Field, fc.Arbitrary<unknown>>> = {
  name: fc.constantFrom('A', 'B', 'C'),
  code: fc.constantFrom('1', '2', null),
  type_id: fc.constantFrom('talk', 'workshop'),
  room_ids: fc.constantFrom(['r1'], ['r1', 'r2'], ['r2', 'r1'], [], ['new'], null),
  speakers: fc.constantFrom(
    [{ contact_id: 'c1', type_id: 'main' }],
    [
      { contact_id: 'c2', type_id: 'main', job_title: 'Chair' },
      { contact_id: 'c1', type_id: 'main' },
    ],
    null,
  ),
  start_date: fc.constantFrom('2026-02-01T10:00:00Z', '2026-02-01T11:00:00Z', null),
  end_date: fc.constantFrom('2026-02-01T10:30:00Z', '2026-02-01T12:00:00Z', null),
  has_fees: fc.constantFrom(true, false, null),
};

const write: fc.Arbitrary<Write> = fc
  .constantFrom(...(Object.keys(values) as Field[]))
  .chain((field) => fc.record({ field: fc.constant(field), value: values[field] }));
const name: fc.Arbitrary<Write> = fc.record({ field: fc.constant('name' as const), value: values.name });
const at = fc.nat({ max: 2 });

const command: fc.Arbitrary<Command> = fc.oneof(
  { arbitrary: fc.record({ do: fc.constant('create' as const), at, write }), weight: 3 },
  {
    arbitrary: fc.record({
      do: fc.constant('patch' as const),
      at,
      writes: fc.array(write, { minLength: 1, maxLength: 3 }),
    }),
    weight: 6,
  },
  { arbitrary: fc.record({ do: fc.constant('delete' as const), at }), weight: 2 },
  { arbitrary: fc.record({ do: fc.constant('bulk' as const), write }), weight: 1 },
  { arbitrary: fc.record({ do: fc.constant('batch' as const), at, other: at, write }), weight: 1 },
  {
    arbitrary: fc.record({
      do: fc.constant('room' as const),
      id: fc.constantFrom('r1', 'new'),
      name: fc.constantFrom('X', 'Y'),
    }),
    weight: 1,
  },
);

const idOf = (at: number): string => `offstage:s${at}`;

function patchTo(tenantId: string, id: string, writes: readonly Write[]): JsonPatch {
  const session: JsonObject = store.read((view) => view.findSession(tenantId, id))?.session ?? {};
  const last = new Map(writes.map(({ field, value }) => [field, value]));
  return [...last].flatMap(([field, value]): JsonPatch => {
    if (value !== null) return [{ op: 'add', path: `/${field}`, value }];
    return own(session, field) === undefined ? [] : [{ op: 'remove', path: `/${field}` }];
  });
}

/** Does a command as this person; one that a rule refuses is none. */
async function perform(tenantId: string, who: typeof ME | typeof OTHER, command: Command): Promise<void> {
  // So that no two saves are one step.
  nowMs += 100_000;
  const user = service.forUser(who);
  const { api } = user;
  try {
    switch (command.do) {
      case 'create': {
        const { field, value } = command.write;
        const body: JsonObject = { event_id: 'e1', type_id: 'talk', name: 'New', sys_external_id: idOf(command.at) };
        if (value !== null) body[field] = value;
        await api.createSession({ tenantId, body: body as never });
        break;
      }
      case 'patch': {
        const id = idOf(command.at);
        await api.patchSession({ tenantId, id, body: patchTo(tenantId, id, command.writes) });
        break;
      }
      case 'delete':
        await api.deleteSession({ tenantId, id: idOf(command.at) });
        break;
      case 'bulk': {
        const { field, value } = command.write;
        const change = { ids: [0, 1, 2].map(idOf), set: { [field]: value } };
        await user.changeSessions(tenantId, change, { leaveRefused: true });
        break;
      }
      case 'batch': {
        const id = idOf(command.at);
        const patch_directives = patchTo(tenantId, id, [command.write]);
        await api.batchSessions({
          tenantId,
          body: {
            operations: [
              { id, operation: 'patch', patch_directives },
              { id: idOf(command.other), operation: 'delete' },
            ],
          },
        });
        break;
      }
      case 'room':
        await user.putCatalog(tenantId, 'rooms', [{ id: command.id, name: command.name }]);
        break;
    }
  } catch (error) {
    if (!(error instanceof ContractError) || error.status >= 500) throw error;
  }
}

/** What people can set, of everything. */
function stateOf(tenantId: string): unknown {
  return store.read((view) => ({
    sessions: Object.fromEntries(
      view
        .listSessions(tenantId, {})
        .map(({ session }) => [
          session.id,
          Object.fromEntries(Object.entries(session).filter(([name]) => !isServerOwned(name))),
        ]),
    ),
    rooms: view.listCatalog(tenantId, 'rooms'),
  }));
}

const restarts = fc.array(fc.boolean(), { minLength: 40, maxLength: 40 }).map((all) => {
  let next = 0;
  // Opening takes a while: one in four.
  return async (): Promise<void> => {
    const flips = [all[next++ % 40], all[next++ % 40]];
    if (flips.every(Boolean)) await restart();
  };
});

test('n steps and n undos are the first state, and n redos the last, with restarts anywhere', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(command, { minLength: 1, maxLength: 12 }), restarts, async (commands, maybeRestart) => {
      const tenantId = await newWorld();
      const states = [stateOf(tenantId)];
      for (const command of commands) {
        const before = stateOf(tenantId);
        await perform(tenantId, ME, command);
        const after = stateOf(tenantId);
        if (JSON.stringify(after) !== JSON.stringify(before)) states.push(after);
        await maybeRestart();
      }
      for (const expected of states.slice(0, -1).toReversed()) {
        expect(await service.forUser(ME).undo(tenantId)).toMatchObject({ left: [], synced: false });
        expect(stateOf(tenantId)).toEqual(expected);
        await maybeRestart();
      }
      expect(service.forUser(ME).undoState(tenantId).canUndo).toBe(false);
      for (const expected of states.slice(1)) {
        expect(await service.forUser(ME).redo(tenantId)).toMatchObject({ left: [] });
        expect(stateOf(tenantId)).toEqual(expected);
        await maybeRestart();
      }
      expect(service.forUser(ME).undoState(tenantId)).toMatchObject({ canRedo: false });
    }),
    runs,
  );
});

type Move = { mine: Command } | { theirs: { at: number; field: 'name' | 'code' } } | { move: 'undo' | 'redo' };

const move: fc.Arbitrary<Move> = fc.oneof(
  { arbitrary: fc.record({ mine: command }), weight: 2 },
  {
    arbitrary: fc.record({ mine: fc.record({ do: fc.constant('patch' as const), at, writes: fc.tuple(name) }) }),
    weight: 3,
  },
  {
    arbitrary: fc.record({ theirs: fc.record({ at, field: fc.constantFrom('name' as const, 'code' as const) }) }),
    weight: 2,
  },
  { arbitrary: fc.record({ move: fc.constantFrom('undo' as const, 'redo' as const) }), weight: 5 },
);

test('whatever is undone and redone, nothing that somebody else wrote is lost', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(move, { minLength: 10, maxLength: 30 }), async (moves) => {
      const tenantId = await newWorld();
      /** The last word of somebody else: until a person writes the field anew, or deletes the session. */
      const theirs = new Map<string, string>();
      let unique = 0;
      for (const at of [0, 1, 2])
        await perform(tenantId, ME, { do: 'create', at, write: { field: 'code', value: '1' } });
      for (const move of moves) {
        if ('theirs' in move) {
          const { at, field } = move.theirs;
          const value = `theirs ${(unique += 1)}`;
          await perform(tenantId, OTHER, { do: 'patch', at, writes: [{ field, value }] });
          if (valueOf(tenantId, at, field) === value) theirs.set(`${at} ${field}`, value);
        } else if ('mine' in move) {
          await perform(tenantId, ME, move.mine);
          for (const [place, value] of theirs) {
            const [at, field] = place.split(' ') as [string, 'name' | 'code'];
            if (valueOf(tenantId, Number(at), field) !== value) theirs.delete(place);
          }
        } else {
          nowMs += 100_000;
          try {
            const report = await service.forUser(ME)[move.move](tenantId);
            expect(report.done).toBeLessThanOrEqual(report.of);
            if (report.left.length === 0) expect(report.done).toBe(report.of);
          } catch (error) {
            if (!(error instanceof ContractError) || error.status >= 500) throw error;
          }
        }
        for (const [place, value] of theirs) {
          const [at, field] = place.split(' ') as [string, 'name' | 'code'];
          expect(valueOf(tenantId, Number(at), field)).toBe(value);
        }
      }
      expectHistoryToTellEverything(tenantId);
    }),
    runs,
  );
});

function valueOf(tenantId: string, at: number, field: string): unknown {
  return store.read((view) => view.findSession(tenantId, idOf(at)))?.session[field];
}

/** From nothing, the patches of history make each session as it is; and back from there, nothing. */
function expectHistoryToTellEverything(tenantId: string): void {
  for (const at of [0, 1, 2]) {
    const { entries, session } = store.read((view) => ({
      entries: view.listHistory(tenantId, 'sessions', idOf(at)),
      session: view.findSession(tenantId, idOf(at))?.session,
    }));
    const state = entries.reduce<unknown>((state, { forward }) => applied(state, forward), undefined);
    expect(state).toEqual(session);
    expect(entries.toReversed().reduce<unknown>((state, { back }) => applied(state, back), session)).toBeUndefined();
  }
}

function applied(state: unknown, patch: readonly jsonPatch.Operation[]): unknown {
  const [first] = patch;
  if (first?.path === '') return 'value' in first ? (first.value as unknown) : undefined;
  return jsonPatch.applyPatch(structuredClone(state), patch, true).newDocument;
}
