import { own, type JsonObject } from '../../shared/base/json.ts';
import { silentLogger } from '../../shared/base/logger.ts';
import { because } from '../../shared/base/reasons.ts';
import type { HubApi } from '../../shared/contract/change-feed.ts';
import { ContractError } from '../../shared/contract/errors.ts';
import type { OperationName, SessionsApi } from '../../shared/contract/operations.ts';
import type { JsonPatch } from '../../shared/contract/patch.ts';
import type { Principal } from '../../shared/contract/roles.ts';
import { isServerOwned } from '../../shared/contract/session.ts';
import { createReplicator, type Replicator } from '../../shared/replication/replicator.ts';
import { sameValue } from '../../shared/replication/same-value.ts';
import { createService, type Service } from '../../shared/service/service.ts';
import type { SettledSession, Store } from '../../shared/store/open-store.ts';
import type { SessionRecord, Stored } from '../../shared/store/records.ts';
import { createFaultyNetwork, type NetworkFault } from '../support/faulty-network.ts';
import { openHeadquarters, plainTraits, type Headquarters, type RemoteWrite } from '../support/headquarters.ts';
import { seededRandom, type Random } from '../support/random.ts';
import { hubApiOf } from '../support/store-hub.ts';
import type { SimulationResult, SimulationStores } from './simulation.ts';

const EVENTS = ['e1', 'e2'];
const ELSEWHERE = 'e3';
const FIELDS = ['name', 'code', 'location'] as const;
const UNKNOWN_ROOM = 'room-unknown';
const DAY_MS = 24 * 60 * 60 * 1000;
/** Small enough that a few sessions take several pages. */
const FEED_PAGE_BYTES = 1200;

const faults: readonly NetworkFault[] = [
  'request lost',
  'response lost',
  'late',
  'duplicate',
  'failed before',
  'failed after',
  'rate limited',
  'captive portal',
  'page shift',
  'empty list',
  'cut batch',
];

/**
 * Runs one world of a chain: two laptops that follow a hub, which is kept in step with a headquarters that knows nothing but the contract. Between
 * any two steps of a sync others act, requests are lost, and machines crash; the hub may be restored. Then it heals, and the promises are checked
 * along the chain. The same seed runs alike on every machine.
 */
export async function simulateChain(seed: number, stores: SimulationStores, steps = 40): Promise<SimulationResult> {
  const world = new ChainWorld(seed, stores);
  try {
    await world.open();
    for (let step = 0; step < steps && world.broken.length === 0; step++) await world.act();
    await world.heal();
    world.checkPromises();
  } catch (error) {
    world.broken.push(`it threw ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  }
  return { broken: world.broken, trace: world.trace };
}

/** A machine of the chain: 0 is the hub. */
interface Machine {
  index: number;
  service: Service;
  api: SessionsApi;
  replicator: Replicator;
  isSyncing: boolean;
  /** Whether something went on during its sync that makes "synced" old news. */
  isDisturbed: boolean;
  /** Ids at its upstream whose absence a consistent answer has proven. */
  gone: Set<string>;
  /** Ends this life of it: what it awaits never comes. */
  crash: () => void;
  crashed: Promise<void>;
}

/** A value that a person saved, and what it may replace: what its author saw there. */
interface Intent {
  over: Set<string>;
  /** Replaced or given up by a person who knew of it. */
  isDone: boolean;
}

class ChainWorld {
  readonly broken: string[] = [];
  readonly trace: string[] = [];
  readonly #random: Random;
  readonly #stores: SimulationStores;
  readonly #tenantId: string;
  readonly #hq: Headquarters;
  readonly #third: SessionsApi;
  readonly #machines: Machine[] = [];
  readonly #faultRate: number;
  readonly #intents = new Map<string, Intent>();
  readonly #arrived = new Set<string>();
  readonly #overruled = new Set<string>();
  readonly #unknownFields = new Map<string, unknown>();
  readonly #rooms = new Set<string>();
  /** Sessions at headquarters that somebody else than the hub wrote to: one of two twins that they changed stays a session of its own. */
  readonly #writtenByOthers = new Set<string>();
  #late: (() => Promise<void>)[] = [];
  #nowMs = Date.UTC(2026, 0, 1);
  #ids = 0;
  #tokens = 0;
  #depth = 0;
  #isHealing = false;

  constructor(seed: number, stores: SimulationStores) {
    this.#random = seededRandom(seed);
    this.#stores = stores;
    this.#tenantId = stores.newTenant();
    this.#faultRate = this.#random.pick([0, 0.1, 0.3]);
    this.#hq = openHeadquarters({ ...plainTraits, pageSize: this.#random.pick([3, 500]) }, () => this.#nowMs);
    this.#hq.unknown.add(UNKNOWN_ROOM);
    this.#hq.onWrite = (write) => this.#onWrite(write);
    this.#third = this.#hq.as('third');
  }

  async open(): Promise<void> {
    for (let index = 0; index < 3; index++) {
      const store = this.#stores.of(index);
      if (index === 0) {
        await store.change(
          { tenantId: this.#tenantId, principalId: 'setup', operation: 'setup', atMs: 0 },
          (change) => {
            for (const id of [...EVENTS, ELSEWHERE]) change.saveCatalogItem('events', { id, name: id });
            change.saveCatalogItem('session_types', { id: 'talk', name: 'Talk' });
            for (const id of ['room-1', UNKNOWN_ROOM]) change.saveCatalogItem('rooms', { id, name: id });
          },
        );
      }
      for (const event of EVENTS) await store.subscribe(this.#tenantId, event, 'up', 0);
      this.#machines.push(this.#start(index));
    }
    // Without a catalog nobody can begin.
    this.#isHealing = true;
    for (const machine of this.#machines) await this.#sync(machine);
    this.#isHealing = false;
  }

  /** One thing that happens somewhere. */
  async act(): Promise<void> {
    const { pick, below } = this.#random;
    this.#nowMs += below(2000);
    const machine = pick(this.#machines);
    const roll = this.#random.next();
    if (roll < 0.4) await this.#sync(machine);
    else if (roll < 0.7) await this.#userActs(machine);
    else if (roll < 0.82) await this.#thirdActs();
    else if (roll < 0.88) await this.#decide(machine);
    else if (roll < 0.92) await this.#crash(machine);
    else if (roll < 0.94) this.#nowMs += pick([60_000, 700_000, DAY_MS]);
    else if (roll < 0.96) await this.#late.shift()?.();
    else if (roll < 0.98) await this.#addsRoom(machine);
    else await this.#restoreHub();
  }

  // ——— the machines

  #start(index: number): Machine {
    const store = this.#stores.of(index);
    const clock = (): number => (this.#nowMs += 1);
    const ids = (): string => `${String((this.#ids += 1)).padStart(8, '0')}-0000-7000-8000-000000000000`;
    const service = createService({ store, clock, ids, tenants: new Set([this.#tenantId]) });
    const { promise: crashed, resolve } = Promise.withResolvers<void>();
    let isAlive = true;
    const machine: Machine = {
      index,
      service,
      api: service.as({ id: `user-${index}`, role: 'editor' }),
      isSyncing: false,
      isDisturbed: false,
      gone: new Set(),
      replicator: undefined as unknown as Replicator,
      crashed,
      crash() {
        isAlive = false;
        resolve();
      },
    };
    /** Others act between any two steps; and what a crash left behind never goes on. */
    const pass = async (): Promise<void> => {
      if (isAlive && !this.#isHealing && this.#depth < 2 && this.#random.chance(0.2)) {
        this.#depth += 1;
        await this.act();
        this.#depth -= 1;
      }
      if (!isAlive) await new Promise(() => {});
    };
    const remote = createFaultyNetwork({
      remote: this.#watch(machine, index === 0 ? this.#hq.as('hub') : this.#hubApi(index)),
      random: this.#random,
      faultRate: () => (this.#isHealing ? 0 : this.#faultRate),
      faults,
      pass,
      deliverLater: (deliver) => void this.#late.push(deliver),
      note: (what, fault) => {
        if (fault !== undefined) machine.isDisturbed = true;
        this.#note(`${index}: ${what}`);
      },
    });
    machine.replicator = createReplicator({
      store: this.#watchedStore(store, machine),
      tenantId: this.#tenantId,
      upstream: 'up',
      remote,
      ...(index === 0 ? {} : { hub: this.#faultyHub(machine, pass) }),
      remoteTenantId: this.#tenantId,
      clock,
      ids,
      random: this.#random.next,
      logger: {
        ...silentLogger,
        error: ({ err }) => {
          this.broken.push(`a fault of its own: ${err instanceof Error ? (err.stack ?? '') : String(err)}`);
        },
      },
    });
    return machine;
  }

  get #hub(): Machine {
    return this.#machines[0]!;
  }

  #caller(index: number): Principal {
    return { id: `key-${index}`, role: 'editor', replicaId: this.#stores.of(index).replicaId };
  }

  /** The hub's own operations, as it is by then. */
  #hubApi(index: number): SessionsApi {
    const call = (name: OperationName) => async (request: never) => {
      const api = this.#hub.service.as(this.#caller(index));
      const kept = this.#keptAtHub();
      const answer = await (api[name] as (request: never) => Promise<unknown>)(request);
      // An edit that arrives settles the conflict at its place, also where its author had no feed to know of it; what was mine stays in history.
      const left = this.#keptAtHub();
      for (const mine of kept) if (!left.includes(mine)) this.#finish(mine);
      return answer;
    };
    return Object.fromEntries(
      Object.keys(this.#third).map((name) => [name, call(name as OperationName)]),
    ) as unknown as SessionsApi;
  }

  /** The values that are in conflict at the hub, and not shown. */
  #keptAtHub(): string[] {
    return this.#hub.replicator.conflicts().flatMap(({ fields }) => fields.flatMap(({ mine }) => tokensIn(mine)));
  }

  #faultyHub(machine: Machine, pass: () => Promise<void>): HubApi {
    const at = () => ({ store: this.#stores.of(0), ...this.#hub });
    const hub = hubApiOf(at, this.#tenantId, this.#caller(machine.index), FEED_PAGE_BYTES);
    const over = async <Answer>(what: string, deliver: () => Promise<Answer>): Promise<Answer> => {
      await pass();
      const fault =
        !this.#isHealing && this.#random.chance(this.#faultRate) ? this.#random.pick(FEED_FAULTS) : undefined;
      this.#note(`${machine.index}: ${what}${fault === undefined ? '' : ` !${fault}`}`);
      if (fault !== undefined) machine.isDisturbed = true;
      if (fault === 'request lost') throw new ContractError('unreachable', because('said', { text: 'injected' }));
      if (fault === 'no feed') throw new ContractError('not_found', because('said', { text: 'injected' }));
      if (fault === 'captive portal') throw new ContractError('unusable_answer', because('said', { text: 'injected' }));
      const answer = structuredClone(await deliver());
      if (fault === 'response lost') throw new ContractError('unreachable', because('said', { text: 'injected' }));
      await pass();
      return answer;
    };
    return {
      ...hub,
      changes: async (request) => await over(`changes ${request.since}`, async () => await hub.changes(request)),
      editCatalog: async (tenantId, edits) =>
        await over(`catalog ${JSON.stringify(edits)}`, async () => await hub.editCatalog(tenantId, edits)),
      settle: async (tenantId, order) =>
        await over(`settle ${JSON.stringify(order)}`, async () => await hub.settle(tenantId, order)),
    };
  }

  /** Notes which absences are proven. */
  #watch(machine: Machine, api: SessionsApi): SessionsApi {
    const watched = (name: OperationName) => async (request: { id?: string }) => {
      try {
        const answer: unknown = await (api[name] as (request: unknown) => Promise<unknown>)(request);
        if (name === 'getSession') machine.gone.delete(request.id ?? '');
        if (name === 'deleteSession') machine.gone.add(request.id ?? '');
        if (name === 'batchSessions') {
          for (const { id, status_code, result } of (
            answer as { results: { id: string; status_code: number; result?: unknown }[] }
          ).results) {
            if (status_code === 404 || (status_code === 200 && result === undefined)) machine.gone.add(id);
          }
        }
        return answer;
      } catch (error) {
        if (error instanceof ContractError && error.kind === 'not_found') machine.gone.add(request.id ?? '');
        throw error;
      }
    };
    return Object.fromEntries(
      Object.keys(api).map((name) => [name, watched(name as OperationName)]),
    ) as unknown as SessionsApi;
  }

  #watchedStore(store: Store, machine: Machine): Store {
    return {
      ...store,
      change: async (context, work) =>
        await store.change(context, (change) =>
          work({
            ...change,
            settleSession: (settled, previous) => {
              if (context.principalId === 'headquarters') this.#checkRemoval(machine, settled, previous);
              change.settleSession(settled, previous);
            },
          }),
        ),
    };
  }

  #checkRemoval(machine: Machine, { session, sync, deleted }: SettledSession, previous?: Stored<SessionRecord>): void {
    if (deleted !== true || previous === undefined || previous._deleted || previous.sync.remote_id === '') return;
    if (!EVENTS.includes(session.event_id) || sync.twin === true || machine.gone.has(previous.sync.remote_id)) return;
    this.broken.push(`promise 4: ${session.id} was removed at ${machine.index} without a proof`);
  }

  async #sync(machine: Machine): Promise<void> {
    // One that syncs already is somewhere below: it would wait for itself.
    if (machine.isSyncing) return;
    this.#note(`${machine.index}: sync`);
    machine.isSyncing = true;
    this.#disturb();
    machine.isDisturbed = false;
    const status = await Promise.race([machine.replicator.sync('hand'), machine.crashed]);
    if (status === undefined) return;
    machine.isSyncing = false;
    if (machine.isDisturbed) return;
    if (machine.index === 0 && status.state === 'synced') this.#checkHub('promise 6: "synced"');
    // A laptop's word is about the whole chain.
    if (machine.index > 0 && status.state === 'synced') this.#checkLaptop(machine, 'promise 6: "synced"');
  }

  async #crash(machine: Machine): Promise<void> {
    this.#note(`${machine.index}: crash`);
    machine.crash();
    this.#machines[machine.index] = this.#start(machine.index);
  }

  /** The hub goes back to a state before its last changes: of some sessions it knows less, and its feed has another epoch. */
  async #restoreHub(): Promise<void> {
    if (this.#isHealing) return;
    this.#note('the hub is restored');
    this.#disturb();
    await this.#stores.of(0).renewEpoch();
  }

  // ——— people

  async #userActs(machine: Machine): Promise<void> {
    this.#disturb(machine);
    const sessions = this.#sessions(machine);
    const roll = this.#random.next();
    if (sessions.length === 0 || roll < 0.3) {
      const body: JsonObject = { event_id: this.#random.pick(EVENTS), type_id: 'talk' };
      for (const field of FIELDS)
        if (field === 'name' || this.#random.chance(0.3)) body[field] = this.#token(undefined);
      if (this.#random.chance(0.1)) body['room_ids'] = [UNKNOWN_ROOM];
      await machine.api.createSession({ tenantId: this.#tenantId, body: body as never });
      this.#note(`${machine.index}: creates ${JSON.stringify(body)}`);
      return;
    }
    const { session } = this.#random.pick(sessions);
    const seen = `"${session.sys_version}"`;
    if (roll < 0.4) {
      this.#note(`${machine.index}: deletes ${session.id}`);
      this.#giveUp(machine, session.id);
      const request = { tenantId: this.#tenantId, id: session.id, ifMatch: seen };
      await this.#save(machine, async () => await machine.api.deleteSession(request));
      return;
    }
    const body: JsonPatch = [];
    for (const field of FIELDS) {
      if (!this.#random.chance(0.4)) continue;
      const { conflicts = [], above = [] } = this.#find(machine, session.id)?.sync ?? {};
      const value = this.#token(session[field]);
      body.push({ op: 'add', path: `/${field}`, value });
      // An edit settles the conflict at its place, here and further up; what was mine stays in history.
      for (const { pointer, mine } of [...conflicts, ...above.flatMap(({ conflict }) => conflict?.fields ?? [])]) {
        if (pointer === field || pointer === '') this.#finish(mine);
      }
    }
    if (this.#random.chance(0.08)) body.push({ op: 'add', path: '/event_id', value: this.#random.pick(EVENTS) });
    this.#note(`${machine.index}: patches ${session.id} ${JSON.stringify(body)}`);
    const request = { tenantId: this.#tenantId, id: session.id, body, ifMatch: seen };
    const isSaved = await this.#save(machine, async () => await machine.api.patchSession(request));
    if (isSaved) return;
    for (const operation of body) if ('value' in operation) this.#finish(operation.value);
  }

  /** Saves what a person made of a session as the app does: only if it is still what that person saw. Answers whether it was. */
  async #save({ index }: Machine, save: () => Promise<unknown>): Promise<boolean> {
    try {
      await save();
      return true;
    } catch (error) {
      if (!(error instanceof ContractError) || error.kind !== 'precondition_failed') throw error;
      this.#note(`${index}: it was another by then`);
      return false;
    }
  }

  async #addsRoom({ index, service }: Machine): Promise<void> {
    const id = `added-room-${(this.#ids += 1)}`;
    this.#note(`${index}: adds ${id}`);
    this.#disturb();
    this.#rooms.add(id);
    await service.catalog.edit({ id: `user-${index}`, role: 'editor' }, this.#tenantId, [
      { kind: 'rooms', item: { id, name: id.toUpperCase() } },
    ]);
  }

  #token(over: unknown): string {
    const token = `t${(this.#tokens += 1)}`;
    const seen = new Set<string>();
    if (typeof over === 'string') {
      const before = this.#intents.get(over);
      seen.add(over);
      for (const earlier of before?.over ?? []) seen.add(earlier);
      if (before !== undefined) before.isDone = true;
    }
    this.#intents.set(token, { over: seen, isDone: false });
    return token;
  }

  /** A person says of a session's values, as shown here and as in conflict, that they may go. */
  #giveUp(machine: Machine, id: string): void {
    const record = this.#find(machine, id);
    if (record === undefined) return;
    const { conflicts = [], above = [] } = record.sync;
    const kept = [...conflicts, ...above.flatMap(({ conflict }) => conflict?.fields ?? [])];
    for (const token of [...tokensOf(record.session), ...kept.flatMap(({ mine }) => tokensIn(mine))]) {
      this.#overruled.add(token);
      for (const earlier of this.#intents.get(token)?.over ?? []) this.#overruled.add(earlier);
      this.#finish(token);
    }
  }

  #finish(value: unknown): void {
    for (const token of tokensIn(value)) {
      const intent = this.#intents.get(token);
      if (intent !== undefined) intent.isDone = true;
    }
  }

  /** Somebody looks at what is open, here or further up, and decides. */
  async #decide(machine: Machine): Promise<void> {
    // It would wait for the sync that waits for it.
    if (machine.isSyncing) return;
    this.#disturb();
    for (const { id, fields, where } of machine.replicator.conflicts()) {
      const choice = this.#random.pick(['mine', 'theirs'] as const);
      this.#note(`${machine.index}: resolves ${id} (${where}) by ${choice} ${JSON.stringify(fields)}`);
      const isWhole = fields.some(({ pointer }) => pointer === '');
      const shown = this.#find(machine, id)?.session ?? {};
      const given = fields.flatMap(({ mine, theirs }) => (choice === 'theirs' ? tokensIn(mine) : tokensIn(theirs)));
      const kept = fields.flatMap(({ mine, theirs }) => (choice === 'theirs' ? tokensIn(theirs) : tokensIn(mine)));
      for (const token of [...given, ...(isWhole ? tokensOf(shown) : [])]) {
        this.#overruled.add(token);
        for (const earlier of this.#intents.get(token)?.over ?? []) this.#overruled.add(earlier);
      }
      for (const token of kept) for (const other of given) this.#intents.get(token)?.over.add(other);
      const refused = await this.#quietly(machine, async () => await machine.replicator.resolve(id, choice));
      // What it was about was settled by then, or is another by now; or nobody knows whether the decision arrived.
      if (refused === 'not_found' || refused === 'precondition_failed') continue;
      for (const token of [...given, ...(isWhole ? tokensOf(shown) : [])]) this.#finish(token);
    }
    for (const { id, missing, where } of machine.replicator.refused()) {
      this.#note(`${machine.index}: ${id} was refused (${where})`);
      if (missing.length > 0) {
        const to = this.#random.pick(['room-1', undefined]);
        await this.#quietly(machine, async () => await machine.replicator.replaceReference('rooms', UNKNOWN_ROOM, to));
      } else await this.#quietly(machine, async () => await machine.replicator.retry(id));
    }
    const { brake } = machine.replicator.status();
    if (brake !== undefined) await machine.replicator.brake('apply');
  }

  /** What is decided at the hub may be settled by then, or the hub out of reach. */
  async #quietly(machine: Machine, work: () => Promise<unknown>): Promise<ContractError['kind'] | undefined> {
    machine.isSyncing = true;
    try {
      await Promise.race([work(), machine.crashed]);
      return undefined;
    } catch (error) {
      if (!(error instanceof ContractError)) throw error;
      this.#note(`it was not: ${error.message}`);
      return error.kind;
    } finally {
      machine.isSyncing = false;
    }
  }

  // ——— headquarters

  async #thirdActs(): Promise<void> {
    this.#disturb();
    const sessions = [...this.#hq.sessions.values()];
    const roll = this.#random.next();
    if (sessions.length === 0 || roll < 0.3) {
      const body: JsonObject = { event_id: this.#random.pick(EVENTS), type_id: 'talk', name: this.#plain() };
      if (this.#random.chance(0.5)) body['x_future'] = { of: this.#plain() };
      const { id } = await this.#third.createSession({ tenantId: 'any', body: body as never });
      if (body['x_future'] !== undefined) this.#unknownFields.set(id, body['x_future']);
      return;
    }
    const id = String(this.#random.pick(sessions)['id']);
    if (roll < 0.4) await this.#third.deleteSession({ tenantId: 'any', id });
    else if (roll < 0.48) {
      const value = this.#random.pick([...EVENTS, ELSEWHERE]);
      await this.#third.patchSession({ tenantId: 'any', id, body: [{ op: 'add', path: '/event_id', value }] });
    } else {
      const body: JsonPatch = FIELDS.filter(() => this.#random.chance(0.4)).map((field) => ({
        op: 'add' as const,
        path: `/${field}`,
        value: this.#plain(),
      }));
      await this.#third.patchSession({ tenantId: 'any', id, body });
    }
  }

  /** A value of somebody at headquarters. */
  #plain(): string {
    return `t${(this.#tokens += 1)}`;
  }

  #onWrite({ id, by, before, after }: RemoteWrite): void {
    this.#disturb(by === 'hub' ? this.#hub : undefined);
    this.#note(`headquarters: ${by} writes ${id} ${JSON.stringify(after)}`);
    for (const token of after === undefined ? [] : tokensOf(after)) this.#arrived.add(token);
    if (by !== 'hub') this.#writtenByOthers.add(id);
    if (by !== 'hub' || before === undefined || after === undefined) return;
    for (const field of FIELDS) {
      const [was, is] = [tokensIn(before[field])[0], tokensIn(after[field])[0]];
      if (was === undefined || was === is || this.#overruled.has(was)) continue;
      if (is !== undefined && this.#intents.get(is)?.over.has(was) === true) continue;
      this.broken.push(`promise 3: ${field} of ${id} was overwritten: ${was} by ${is}, without knowing it`);
    }
  }

  #disturb(but?: Machine): void {
    for (const machine of this.#machines) if (machine !== but) machine.isDisturbed = true;
  }

  // ——— healing, and the promises

  async heal(): Promise<void> {
    this.#note('healing');
    this.#isHealing = true;
    for (const deliver of this.#late.splice(0)) await deliver();
    for (let round = 0; round < 14; round++) {
      this.#nowMs += DAY_MS + 1;
      for (const machine of [...this.#machines.slice(1), this.#hub, ...this.#machines.slice(1)]) {
        await this.#sync(machine);
        await this.#decide(machine);
        await this.#sync(machine);
      }
      if (round > 1 && this.#machines.every(({ replicator }) => replicator.status().state === 'synced')) return;
    }
  }

  checkPromises(): void {
    for (const [token, { isDone }] of this.#intents) {
      if (!isDone && !this.#arrived.has(token)) this.broken.push(`promise 1: ${token} is lost`);
    }
    this.#checkCreates();
    for (const { index, replicator } of this.#machines) {
      const status = replicator.status();
      if (status.state !== 'synced') this.broken.push(`promise 6: ${index} ends as ${JSON.stringify(status)}`);
    }
    this.#checkHub('promise 7: converged');
    for (const machine of this.#machines.slice(1)) {
      this.#checkLaptop(machine, 'promise 7: converged');
      this.#checkIds(machine);
      const names = this.#roomNames(machine);
      for (const id of this.#rooms)
        if (names.get(id) !== id.toUpperCase()) this.broken.push(`${machine.index} lacks ${id}`);
      if (!sameValue([...names], [...this.#roomNames(this.#hub)]))
        this.broken.push(`the rooms of ${machine.index} differ`);
    }
    for (const [id, value] of this.#unknownFields) {
      const session = this.#hq.sessions.get(id);
      if (session !== undefined && !sameValue(session['x_future'], value)) this.broken.push(`promise 8: ${id}`);
    }
  }

  /** Of twins the earliest stays; of the others none does that nobody else wrote to. */
  #checkCreates(): void {
    const named = [...this.#hq.sessions.values()].filter((session) => session['sys_external_id'] !== undefined);
    for (const [external, twins] of Map.groupBy(named, (session) => session['sys_external_id'])) {
      // Nobody looks where nobody keeps the event.
      if (twins.some((session) => session['event_id'] === ELSEWHERE)) continue;
      const madeAt = (session: JsonObject): string => `${String(session['sys_created_at'])} ${String(session['id'])}`;
      const [, ...others] = twins.toSorted((a, b) => (madeAt(a) < madeAt(b) ? -1 : 1));
      const doubles = others.map(({ id }) => String(id)).filter((id) => !this.#writtenByOthers.has(id));
      if (doubles.length > 0) this.broken.push(`promise 2: ${String(external)} is also ${doubles.join(', ')}`);
    }
  }

  #checkHub(claim: string): void {
    const theirs = [...this.#hq.sessions.values()].filter((session) => EVENTS.includes(String(session['event_id'])));
    this.#checkEqual(this.#hub, new Map(theirs.map((session) => [String(session['id']), session])), claim);
  }

  #checkLaptop(machine: Machine, claim: string): void {
    const theirs = this.#sessions(this.#hub).filter(({ session }) => EVENTS.includes(session.event_id));
    this.#checkEqual(machine, new Map(theirs.map(({ session }) => [session.id, session])), claim);
  }

  #checkEqual(machine: Machine, theirs: ReadonlyMap<string, JsonObject>, claim: string): void {
    const ours = this.#sessions(machine).filter(({ session }) => EVENTS.includes(session.event_id));
    const left = new Map(ours.map((record) => [record.sync.remote_id, record]));
    for (const [id, their] of theirs) {
      const record = left.get(id);
      left.delete(id);
      if (record === undefined) {
        this.broken.push(`${claim}: ${machine.index} lacks ${id}`);
        continue;
      }
      for (const name of new Set([...Object.keys(their), ...Object.keys(record.session)])) {
        if (name === 'id' || isServerOwned(name)) continue;
        const [mine, other] = [own(record.session, name) ?? {}, own(their, name) ?? {}];
        if (!sameValue(mine, other)) {
          this.broken.push(
            `${claim}: ${machine.index} has ${id}.${name} ${JSON.stringify(mine)}, not ${JSON.stringify(other)}`,
          );
        }
      }
    }
    for (const id of left.keys()) this.broken.push(`${claim}: ${machine.index} has ${id}, which is not upstream`);
  }

  /** A session has one id at all laptops and the hub. */
  #checkIds(machine: Machine): void {
    for (const { session, sync } of this.#sessions(machine)) {
      if (session.id !== sync.remote_id) this.broken.push(`${machine.index} names ${sync.remote_id} ${session.id}`);
    }
  }

  #roomNames({ service }: Machine): Map<string, string> {
    const rooms = service.catalog.list({ id: 'anybody', role: 'viewer' }, this.#tenantId, 'rooms');
    return new Map(rooms.map((room) => [room.id, String((room as JsonObject)['name'])]));
  }

  #sessions({ index }: Machine): Stored<SessionRecord>[] {
    return this.#stores.of(index).read((view) => view.listSessions(this.#tenantId, {}));
  }

  #find({ index }: Machine, id: string): Stored<SessionRecord> | undefined {
    return this.#stores.of(index).read((view) => view.findSession(this.#tenantId, id));
  }

  #note(what: string): void {
    this.trace.push(what);
  }
}

const FEED_FAULTS = ['request lost', 'response lost', 'no feed', 'captive portal'] as const;

/** The values of a session that tell who wrote them. */
function tokensOf(session: JsonObject): string[] {
  return FIELDS.flatMap((field) => tokensIn(session[field]));
}

function tokensIn(value: unknown): string[] {
  if (typeof value === 'string') return /^t\d+$/.test(value) ? [value] : [];
  return typeof value === 'object' && value !== null ? tokensOf(value as JsonObject) : [];
}
