// @vitest-environment happy-dom
import { createPinia } from 'pinia';
import { createApp, shallowRef } from 'vue';
import { afterEach, expect, test, vi } from 'vitest';

import { BRIDGE } from '../../renderer/host/bridge-key.ts';
import type { Host, HostState } from '../../renderer/host/host.ts';
import { i18n } from '../../renderer/i18n/i18n.ts';
import { useDrafts } from '../../renderer/stores/drafts.ts';
import type { JsonObject } from '../../shared/base/json.ts';
import { because } from '../../shared/base/reasons.ts';
import { ContractError } from '../../shared/contract/errors.ts';
import type { JsonPatch } from '../../shared/contract/patch.ts';

afterEach(() => {
  localStorage.clear();
  vi.useRealTimers();
});

/** One session behind a bridge, with a version that grows, and ways to fail. */
class FakeEngine {
  session: JsonObject = { id: 's', event_id: 'e', type_id: 't', name: 'Opening', sys_version: 1 };
  created: JsonObject[] = [];
  isAway = false;
  patches: JsonPatch[] = [];

  change(fields: JsonObject): JsonObject {
    this.session = { ...this.session, ...fields, sys_version: (this.session['sys_version'] as number) + 1 };
    return this.session;
  }

  readonly sessions = {
    getSession: async ({ id }: { id: string }) =>
      await this.#answer(() => {
        if (id !== this.session['id']) throw new ContractError('not_found', because('said', { text: '' }));
        return this.session;
      }),
    createSession: async ({ body }: { body: JsonObject }) =>
      await this.#answer(() => {
        this.created.push(body);
        return (this.session = { ...body, id: body['sys_external_id'], sys_version: 1 });
      }),
    patchSession: async ({ body, ifMatch }: { body: JsonPatch; ifMatch?: string }) =>
      await this.#answer(() => {
        if (ifMatch !== `"${String(this.session['sys_version'])}"`)
          throw new ContractError('precondition_failed', because('said', { text: '' }));
        this.patches.push(body);
        return this.change(Object.fromEntries(body.map(({ path, value }) => [path.slice(1), value])));
      }),
  };

  async #answer<T>(work: () => T): Promise<T> {
    await Promise.resolve();
    if (this.isAway) throw new ContractError('unreachable', because('said', { text: 'away' }));
    return work();
  }
}

function openDrafts(engine: FakeEngine) {
  const state = shallowRef<HostState>('connected');
  const workspace = { events: [{ tenantId: 'local', event: { id: 'e', name: 'Event' } }], host: {} };
  const bridge = { sessions: engine.sessions, settings: {}, workspace: {} };
  const host = {
    state,
    bridge,
    follow(
      stream: (bridge: unknown, signal: AbortSignal) => unknown,
      { onMessage }: { onMessage: (message: unknown) => void },
    ) {
      // Of all streams only these are needed: without an event there is nothing to edit, and what waits is sent once its sessions are here.
      stream(
        {
          workspace: { watch: () => onMessage(workspace) },
          event: {
            watchSessions: () => onMessage({ changed: [], removed: [], stage: 'complete' }),
            watchCatalog: () => onMessage({ items: {}, removed: [], complete: true }),
          },
          settings: still,
          edit: still,
        },
        new AbortController().signal,
      );
      return () => undefined;
    },
  } as unknown as Host;
  const app = createApp({}).use(createPinia()).use(i18n).provide(BRIDGE, host);
  return { drafts: app.runWithContext(() => useDrafts()), state };
}

const still = new Proxy({}, { get: () => () => undefined });

const settled = async (): Promise<void> => await new Promise((resolve) => setTimeout(resolve, 20));

test('typing is saved after a pause, and at once when the field is left', async () => {
  const engine = new FakeEngine();
  const { drafts } = openDrafts(engine);
  drafts.open('s');
  await settled();
  drafts.type('s', { name: 'Clos' }, 'soon');
  drafts.type('s', { name: 'Closing' }, 'soon');
  await settled();
  expect(engine.patches).toEqual([]);
  await drafts.save('s');
  expect(engine.patches).toEqual([[{ op: 'add', path: '/name', value: 'Closing' }]]);
  expect(drafts.drafts.get('s')?.state.fields).toEqual({});
});

test('a save after someone else changed another field is looked at and sent again', async () => {
  const engine = new FakeEngine();
  const { drafts } = openDrafts(engine);
  drafts.open('s');
  await settled();
  engine.change({ location: 'Lawn' });
  drafts.type('s', { name: 'Closing' }, 'now');
  await settled();
  expect(engine.session).toMatchObject({ name: 'Closing', location: 'Lawn' });
});

test('a save after someone else changed the same field waits for the person', async () => {
  const engine = new FakeEngine();
  const { drafts } = openDrafts(engine);
  drafts.open('s');
  await settled();
  engine.change({ name: 'Welcome' });
  drafts.type('s', { name: 'Closing' }, 'now');
  await settled();
  expect(engine.session['name']).toBe('Welcome');
  drafts.keepMine('s', 'name');
  await settled();
  expect(engine.session['name']).toBe('Closing');
});

test('what is typed while the engine is away is sent when it is back', async () => {
  const engine = new FakeEngine();
  const { drafts, state } = openDrafts(engine);
  drafts.open('s');
  await settled();
  engine.isAway = true;
  state.value = 'lost';
  drafts.type('s', { name: 'Closing' }, 'now');
  await settled();
  expect(drafts.drafts.get('s')?.state.fields['name']).toMatchObject({ value: 'Closing', state: 'away' });
  engine.isAway = false;
  state.value = 'connected';
  await settled();
  expect(engine.session['name']).toBe('Closing');
});

/** A window in which a name has been taken out that has to be there: it is typed, and not saved. */
async function openUnsaved(): Promise<{ engine: FakeEngine; first: ReturnType<typeof openDrafts> }> {
  const engine = new FakeEngine();
  const first = openDrafts(engine);
  first.drafts.open('s');
  await settled();
  first.drafts.type('s', { name: '' }, 'now');
  await settled();
  return { engine, first };
}

test('what is typed and not saved is there again after the window is loaded anew', async () => {
  const { engine } = await openUnsaved();

  const { drafts } = openDrafts(engine);
  await settled();
  expect(drafts.drafts.get('s')).toMatchObject({
    at: 'there',
    state: { fields: { name: { value: '', base: 'Opening' } } },
  });
});

test('what an earlier load of the window could not send is sent when the engine is back, whether or not the editor is opened', async () => {
  const engine = new FakeEngine();
  const first = openDrafts(engine);
  first.drafts.open('s');
  await settled();
  engine.isAway = true;
  first.drafts.type('s', { name: 'Closing' }, 'now');
  const id = first.drafts.openNew({ name: 'Lunch', type_id: 't' });
  first.drafts.type(id, { location: 'Garden' }, 'now');
  await settled();

  const { state } = openDrafts(engine);
  await settled();
  expect([engine.patches, engine.created]).toEqual([[], []]);
  engine.isAway = false;
  state.value = 'lost';
  await settled();
  state.value = 'connected';
  await settled();
  expect(engine.patches).toEqual([[{ op: 'add', path: '/name', value: 'Closing' }]]);
  expect(engine.created).toMatchObject([{ sys_external_id: id, name: 'Lunch', location: 'Garden' }]);
});

test('a new session is created once, at the first save that nothing is wrong with', async () => {
  const engine = new FakeEngine();
  const { drafts } = openDrafts(engine);
  const id = drafts.openNew({ room_ids: ['r'] });
  drafts.type(id, { name: 'Lunch' }, 'now');
  await settled();
  expect(engine.created).toEqual([]);
  drafts.type(id, { type_id: 't' }, 'now');
  drafts.type(id, { name: 'Lunch for all' }, 'now');
  await settled();
  expect(engine.created).toEqual([
    { event_id: 'e', sys_external_id: id, room_ids: ['r'], name: 'Lunch', type_id: 't' },
  ]);
  expect(engine.session).toMatchObject({ id, name: 'Lunch for all' });
});

test('what could not be saved and was mended in one window does not come back from another', async () => {
  const { engine, first } = await openUnsaved();
  const second = openDrafts(engine);
  await settled();
  second.drafts.type('s', { location: 'Lawn' }, 'soon');

  await inOtherWindows(async () => {
    first.drafts.type('s', { name: 'Closing' }, 'now');
    await settled();
  });
  expect(Object.keys(second.drafts.drafts.get('s')!.state.fields)).toEqual(['location']);
  await second.drafts.save('s');
  expect([engine.session, localStorage.length]).toMatchObject([{ name: 'Closing', location: 'Lawn' }, 0]);
});

test('a window that looks at a session again leaves what another typed into it where it is kept', async () => {
  const engine = new FakeEngine();
  const second = openDrafts(engine);
  second.drafts.open('s');
  await settled();
  const first = openDrafts(engine);
  first.drafts.open('s');
  await settled();
  first.drafts.type('s', { name: '' }, 'now');
  await settled();
  second.drafts.type('s', { location: 'Lawn' }, 'now');
  await settled();

  const { drafts } = openDrafts(engine);
  await settled();
  expect(drafts.drafts.get('s')?.state.fields).toMatchObject({ name: { value: '' } });
});

test('a new session that another window creates or gives up is new no longer', async () => {
  const engine = new FakeEngine();
  const first = openDrafts(engine);
  const [created, givenUp] = [first.drafts.openNew({ type_id: 't' }), first.drafts.openNew({ type_id: 't' })];
  first.drafts.type(created, { location: 'Garden' }, 'now');
  first.drafts.type(givenUp, { location: 'Cellar' }, 'now');
  const { drafts } = openDrafts(engine);
  await settled();
  const stages = (): unknown[] => [created, givenUp].map((id) => drafts.drafts.get(id)?.at);
  expect(stages()).toEqual(['new', 'new']);

  await inOtherWindows(async () => {
    first.drafts.type(created, { name: 'Lunch' }, 'now');
    first.drafts.discard(givenUp);
    await settled();
  });
  expect(stages()).toEqual(['there', 'gone']);
  expect([engine.created.length, localStorage.length]).toEqual([1, 0]);
});

/** Tells of what this changes where windows keep drafts, as browsers tell the other windows. Here all stand in one, which is told of its own, too. */
async function inOtherWindows(work: () => Promise<void>): Promise<void> {
  const kept = (): [string, string | null][] =>
    Object.keys(localStorage).map((key) => [key, localStorage.getItem(key)]);
  const before = new Map(kept());
  await work();
  const after = new Map(kept());
  for (const key of new Set([...before.keys(), ...after.keys()])) {
    const newValue = after.get(key) ?? null;
    if (newValue !== before.get(key)) window.dispatchEvent(new StorageEvent('storage', { key, newValue }));
  }
  await settled();
}
