import { silentLogger } from '../../shared/base/logger.ts';
import { own, type JsonObject } from '../../shared/base/json.ts';
import { ContractError } from '../../shared/contract/errors.ts';
import type { OperationName, SessionsApi } from '../../shared/contract/operations.ts';
import type { JsonPatch } from '../../shared/contract/patch.ts';
import { isServerOwned, type Session } from '../../shared/contract/session.ts';
import { createReplicator, type Replicator } from '../../shared/replication/replicator.ts';
import type { FieldConflict } from '../../shared/replication/review.ts';
import { sameValue } from '../../shared/replication/same-value.ts';
import { createService } from '../../shared/service/service.ts';
import type { SettledSession, Store } from '../../shared/store/open-store.ts';
import type { SessionRecord, Stored } from '../../shared/store/records.ts';
import { createFaultyNetwork, networkFaults, type NetworkFault } from '../support/faulty-network.ts';
import {
  openHeadquarters,
  type Headquarters,
  type HeadquartersTraits,
  type RemoteWrite,
} from '../support/headquarters.ts';
import { seededRandom, type Random } from '../support/random.ts';

/** What a run of one seed found. */
export interface SimulationResult {
  /** What was promised and not kept; empty where all promises hold. */
  broken: string[];
  /** What happened, in order. */
  trace: string[];
}

/** The stores of the replicas: opened once, and used by many worlds, each under a tenant of its own. */
export interface SimulationStores {
  count: number;
  of(replica: number): Store;
  /** A tenant that no world has used. */
  newTenant(): string;
  /** Closes a store and opens it again from its file, as a restart of the process does. */
  reopen(replica: number): Promise<void>;
}

const EVENTS = ['e1', 'e2'];
/** An event that no replica keeps. */
const ELSEWHERE = 'e3';
const FIELDS = ['name', 'code', 'location', 'description'] as const;
/** Ids of sessions that two laptops may make, each from the same file. */
const SHARED_IDS = [0, 1].map((n) => `offstage:00000000-0000-5000-8000-00000000000${n}`);
const blindingFaults: ReadonlySet<NetworkFault> = new Set(['late', 'duplicate', 'page shift', 'empty list']);
const UNKNOWN_ROOM = 'room-unknown';
const DAY_MS = 24 * 60 * 60 * 1000;

/** Runs one world: chaos, then healing, then the promises. The same seed runs alike on every machine. */
export async function simulate(seed: number, stores: SimulationStores, steps = 70): Promise<SimulationResult> {
  const world = new World(seed, stores);
  await world.open();
  try {
    for (let step = 0; step < steps && world.broken.length === 0; step++) await world.step();
    await world.heal();
    world.checkPromises();
  } catch (error) {
    world.broken.push(`it threw ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  }
  return { broken: world.broken, trace: world.trace };
}

/** A value that a person saved, and what stood there before, as that person saw it. */
interface Intent {
  replica: number;
  /** What it may overwrite at headquarters: values that its author saw there. */
  over: Set<string>;
  /** Replaced or given up by a person who knew of it. */
  isDone: boolean;
}

interface Replica {
  index: number;
  api: SessionsApi;
  replicator: Replicator;
  /** Lets what is parked go on. */
  release: (() => void) | undefined;
  /** Told when the replica is parked, or its sync is over. */
  onIdle: () => void;
  isSyncing: boolean;
  /** Whether something went on during the sync that makes "synced" old news. */
  isDisturbed: boolean;
  /** A crash leaves the life before behind: what it awaits never comes. */
  life: number;
  /** Sessions whose absence a consistent answer has proven. */
  gone: Set<string>;
}

class World {
  readonly broken: string[] = [];
  readonly trace: string[] = [];
  readonly #random: Random;
  readonly #stores: SimulationStores;
  readonly #tenantId: string;
  readonly #traits: HeadquartersTraits;
  readonly #hq: Headquarters;
  readonly #third: SessionsApi;
  readonly #faults: readonly NetworkFault[];
  readonly #faultRate: number;
  readonly #replicas: Replica[] = [];
  readonly #intents = new Map<string, Intent>();
  readonly #arrived = new Set<string>();
  /** The sessions of headquarters' that had a value. */
  readonly #arrivedIn = new Map<string, Set<string>>();
  /** What a person saw in a conflict, and decided against. */
  readonly #overruled = new Set<string>();
  /** What sessions lost by a restore, until somebody writes them again. */
  readonly #restored = new Map<string, Set<string>>();
  /** Sessions that a restore took back to an earlier state. */
  readonly #wentBack = new Set<string>();
  /** What headquarters holds that this version does not know, by the session's id there. */
  readonly #unknownFields = new Map<string, unknown>();
  /** Sessions whose external id somebody at headquarters dropped. */
  readonly #dropped = new Set<string>();
  /** The external ids with which sessions were made, and how often each was changed since. */
  readonly #born = new Map<string, { externalId: string; changes: number }>();
  /** Without external ids: what replicas made, by its id there, as long as nobody changed it. */
  readonly #unnamed = new Map<string, string>();
  readonly #tellsTwins: boolean;
  /** Per replica, what may have arrived: creates by their external ids, all else by the session's id there. */
  readonly #inDoubt = new Map<number, Set<string>>();
  /** Per replica, the values that its people gave up. */
  readonly #deletedHere = new Map<string, Set<string>>();
  /** Per replica and session, the values that came to headquarters since that replica read it. */
  readonly #writtenSinceRead = new Map<string, Set<string>>();
  #late: (() => Promise<void>)[] = [];
  #snapshot: Map<string, JsonObject> | undefined;
  #lags = false;
  #nowMs = Date.UTC(2026, 0, 1);
  #ids = 0;
  #tokens = 0;
  #isHealing = false;

  constructor(seed: number, stores: SimulationStores) {
    const random = seededRandom(seed);
    this.#random = random;
    this.#stores = stores;
    this.#tenantId = stores.newTenant();
    this.#traits = {
      keepsExternalIds: random.chance(0.8),
      honoursTest: random.chance(0.8),
      takesBatches: random.chance(0.7),
      hasVersions: random.chance(0.8),
      rewrites: random.chance(0.2),
      pageSize: random.pick([2, 3, 500]),
      forgetsEmptyEvents: random.chance(0.3),
    };
    // Without external ids twins have nothing in common but what they say: what arrives twice, or late, or is not listed, cannot be told from
    // another's session that is just alike (sync.md, "Push"). Half of these worlds have such faults, and cannot promise one session for each create.
    this.#tellsTwins = this.#traits.keepsExternalIds || random.chance(0.5);
    const isTold = (fault: NetworkFault): boolean => this.#traits.keepsExternalIds || !blindingFaults.has(fault);
    this.#faults = this.#tellsTwins ? networkFaults.filter(isTold) : networkFaults;
    this.#faultRate = random.pick([0, 0.1, 0.3, 0.5]);
    this.#hq = openHeadquarters(this.#traits, () => this.#nowMs);
    this.#hq.unknown.add(UNKNOWN_ROOM);
    this.#hq.onWrite = (write) => this.#onWrite(write);
    this.#third = this.#hq.as('third');
    this.#note(`world ${JSON.stringify(this.#traits)} faults ${this.#faultRate}`);
  }

  async open(): Promise<void> {
    const count = Math.min(this.#stores.count, this.#random.pick([2, 2, 3]));
    for (let index = 0; index < count; index++) {
      await this.#prepareStore(this.#stores.of(index));
      this.#replicas.push(this.#openReplica(index, 0));
    }
    const first = this.#random.below(4);
    for (let n = 0; n < first; n++) await this.#thirdCreates();
  }

  async step(): Promise<void> {
    const { chance, pick, below } = this.#random;
    this.#nowMs += below(2000);
    const replica = pick(this.#replicas);
    const roll = this.#random.next();
    if (roll < 0.62) {
      if (replica.isSyncing) await this.#advance(replica);
      else await this.#startSync(replica);
    } else if (roll < 0.77) await this.#userActs(replica);
    else if (roll < 0.88) await this.#thirdActs();
    else if (roll < 0.9) await this.#crash(replica);
    else if (roll < 0.91) await this.#cancel(replica);
    else if (roll < 0.93) this.#nowMs += pick([5_000, 60_000, 400_000]);
    else if (roll < 0.95) await this.#deliverLate();
    else if (roll < 0.96) this.#hq.expireKeys();
    else if (roll < 0.975) {
      if (this.#traits.keepsExternalIds || !this.#tellsTwins) this.#hq.lag((this.#lags = chance(0.6)));
      this.#disturb();
    } else if (roll < 0.985) this.#snapshotOrRestore();
    else await this.#decide(replica);
  }

  // ——— the replicas

  async #prepareStore(store: Store): Promise<void> {
    const context = { tenantId: this.#tenantId, principalId: 'setup', operation: 'setup', atMs: 0 };
    await store.change(context, (change) => {
      for (const id of [...EVENTS, ELSEWHERE]) change.saveCatalogItem('events', { id, name: id });
      change.saveCatalogItem('session_types', { id: 'talk', name: 'Talk' });
      for (const id of ['track-a', 'track-b', 'track-c']) change.saveCatalogItem('tracks', { id, name: id });
      for (const id of ['room-1', 'room-2', UNKNOWN_ROOM]) change.saveCatalogItem('rooms', { id, name: id });
      for (const id of ['ada', 'grace']) change.saveCatalogItem('contacts', { id, name: id });
      change.saveCatalogItem('speaker_types', { id: 'main', name: 'Main' });
    });
    for (const event of EVENTS) await store.subscribe(this.#tenantId, event, 'hq', 0);
  }

  #openReplica(index: number, life: number): Replica {
    const store = this.#stores.of(index);
    const clock = (): number => (this.#nowMs += 1);
    const ids = (): string => `${String((this.#ids += 1)).padStart(8, '0')}-0000-7000-8000-000000000000`;
    const service = createService({ store, clock, ids, tenants: new Set([this.#tenantId]) });
    const replica: Replica = {
      index,
      life,
      api: service.as({ id: `user-${index}`, role: 'editor' }),
      release: undefined,
      onIdle: () => {},
      isSyncing: false,
      isDisturbed: false,
      gone: new Set(),
      replicator: undefined as unknown as Replicator,
    };
    const pass = async (what: string): Promise<void> => await this.#park(replica, what);
    const remote = createFaultyNetwork({
      remote: this.#watch(replica, this.#hq.as(`replica-${index}`)),
      random: this.#random,
      faultRate: () => (this.#isHealing ? 0 : this.#faultRate),
      faults: this.#faults,
      pass,
      deliverLater: (deliver) => void this.#late.push(deliver),
      note: (what, fault) => {
        // A listing that is cut short hides what nobody here knows of.
        if (fault !== undefined) replica.isDisturbed = true;
        this.#note(`replica ${index}: ${what}`);
      },
    });
    replica.replicator = createReplicator({
      store: this.#watchedStore(store, replica, pass),
      tenantId: this.#tenantId,
      upstream: 'hq',
      remote: this.#watchRepeats(replica, remote),
      remoteTenantId: 'remote',
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
    return replica;
  }

  /** The store, with a stop before some of the sync's own writes, and an eye on what it removes. */
  #watchedStore(store: Store, replica: Replica, pass: (what: string) => Promise<void>): Store {
    return {
      ...store,
      change: async (context, work) => {
        if (context.principalId === 'headquarters' && !this.#isHealing && this.#random.chance(0.15))
          await pass('a write');
        return await store.change(context, (change) =>
          work({
            ...change,
            settleSession: (settled, previous) => {
              if (context.principalId === 'headquarters') this.#checkRemoval(replica, settled, previous);
              change.settleSession(settled, previous);
            },
          }),
        );
      },
    };
  }

  /** Sees that nothing is sent again while nobody has looked whether it arrived. */
  #watchRepeats({ index }: Replica, remote: SessionsApi): SessionsApi {
    const inDoubt = this.#inDoubt.get(index) ?? new Set<string>();
    this.#inDoubt.set(index, inDoubt);
    const send = async <Answer>(ids: readonly string[], call: () => Promise<Answer>): Promise<Answer> => {
      const again = ids.filter((id) => inDoubt.has(id));
      if (again.length > 0) this.broken.push(`promise 2: replica ${index} sent ${again.join()} again without looking`);
      for (const id of ids) inDoubt.add(id);
      try {
        const answer = await call();
        for (const id of ids) inDoubt.delete(id);
        return answer;
      } catch (error) {
        // It was turned away, and not done.
        if (error instanceof ContractError && error.status < 500) for (const id of ids) inDoubt.delete(id);
        throw error;
      }
    };
    return {
      ...remote,
      createSession: async (request) =>
        await send([String(request.body.sys_external_id)], async () => await remote.createSession(request)),
      // The probe whether `test` is honoured changes nothing.
      patchSession: async (request) =>
        await send(isProbe(request.body) ? [] : [request.id], async () => await remote.patchSession(request)),
      deleteSession: async (request) => await send([request.id], async () => await remote.deleteSession(request)),
      batchSessions: async (request) => {
        const ids = request.body.operations.map(({ id }) => id);
        const answer = await send(ids, async () => await remote.batchSessions(request));
        const told = new Set(answer.results.map(({ id }) => id));
        for (const id of ids) if (!told.has(id)) inDoubt.add(id);
        return answer;
      },
      getSession: async (request) => {
        try {
          return await remote.getSession(request);
        } finally {
          inDoubt.delete(request.id);
        }
      },
      listSessionsByEvent: async (request) => {
        try {
          const page = await remote.listSessionsByEvent(request);
          if (page.LastEvaluatedKey === undefined) inDoubt.clear();
          return page;
        } catch (error) {
          // An event without sessions may be unknown there.
          if (error instanceof ContractError && error.kind === 'not_found') inDoubt.clear();
          throw error;
        }
      },
    };
  }

  /** Notes which absences are proven. */
  #watch(replica: Replica, api: SessionsApi): SessionsApi {
    const watched = (name: OperationName) => async (request: { id?: string }) => {
      try {
        const answer: unknown = await (api[name] as (request: unknown) => Promise<unknown>)(request);
        if (name === 'getSession') {
          replica.gone.delete(request.id ?? '');
          this.#writtenSinceRead.delete(`${replica.index} ${request.id}`);
        }
        if (name === 'deleteSession') replica.gone.add(request.id ?? '');
        if (name === 'batchSessions') {
          for (const { id, status_code } of (answer as { results: { id: string; status_code: number }[] }).results) {
            if (!this.#hq.sessions.has(id) || status_code === 404) replica.gone.add(id);
          }
        }
        return answer;
      } catch (error) {
        if (error instanceof ContractError && error.kind === 'not_found' && request.id !== undefined) {
          replica.gone.add(request.id);
        }
        throw error;
      }
    };
    return Object.fromEntries(
      Object.keys(api).map((name) => [name, watched(name as OperationName)]),
    ) as unknown as SessionsApi;
  }

  #checkRemoval(replica: Replica, { session, sync, deleted }: SettledSession, previous?: Stored<SessionRecord>): void {
    if (deleted !== true || previous === undefined || previous._deleted || previous.sync.remote_id === '') return;
    if (!EVENTS.includes(session.event_id)) return;
    // Another of two twins took its place.
    if (sync.twin === true) return;
    if (!replica.gone.has(previous.sync.remote_id)) {
      this.broken.push(
        `promise 4: ${session.id} (${previous.sync.remote_id}) was removed at replica ${replica.index} without a proof`,
      );
    }
  }

  async #park(replica: Replica, what: string): Promise<void> {
    if (this.#isHealing) return;
    const { life } = replica;
    await new Promise<void>((resolve) => {
      replica.release = resolve;
      replica.onIdle();
    });
    // What a crash left behind never goes on.
    if (replica.life !== life) await new Promise(() => {});
    void what;
  }

  async #startSync(replica: Replica): Promise<void> {
    this.#note(`replica ${replica.index}: sync`);
    replica.isSyncing = true;
    replica.isDisturbed = this.#lags;
    const by = this.#random.chance(0.7) ? 'hand' : 'timer';
    await this.#untilIdle(replica, () => {
      void this.#sync(replica, by);
    });
  }

  async #sync(replica: Replica, by: 'hand' | 'timer'): Promise<void> {
    const { life } = replica;
    const status = await replica.replicator.sync(by);
    if (replica.life !== life) return;
    replica.isSyncing = false;
    if (status.state === 'synced') {
      const open = this.#stores.of(replica.index).read((view) => view.listUnsettled(this.#tenantId));
      for (const { session, sync } of open) {
        if (sync.dirty || sync.conflicts !== undefined)
          this.broken.push(`promise 6: "synced" while ${session.id} waits`);
      }
      if (!replica.isDisturbed) this.#checkEqual(replica, 'promise 6: "synced"');
    }
    replica.onIdle();
  }

  async #advance(replica: Replica): Promise<void> {
    const { release } = replica;
    replica.release = undefined;
    if (release !== undefined) await this.#untilIdle(replica, release);
  }

  async #untilIdle(replica: Replica, go: () => void): Promise<void> {
    await new Promise<void>((resolve) => {
      replica.onIdle = resolve;
      go();
    });
    replica.onIdle = () => {};
  }

  /** The process ends between two awaits, and starts again with what is on disk. */
  async #crash(replica: Replica): Promise<void> {
    this.#note(`replica ${replica.index}: crash`);
    replica.life += 1;
    replica.release?.();
    await this.#stores.reopen(replica.index);
    this.#replicas[replica.index] = this.#openReplica(replica.index, 0);
  }

  /** A person ends the sync. What has left may still arrive, and nobody here hears of it. */
  async #cancel(replica: Replica): Promise<void> {
    if (!replica.isSyncing) return;
    this.#note(`replica ${replica.index}: cancel`);
    const stopped = replica.replicator.stop();
    while (replica.isSyncing) await this.#advance(replica);
    await stopped;
  }

  // ——— what people do here

  #token(): string {
    return `t${(this.#tokens += 1)}`;
  }

  #value(field: string, token: string): string {
    return field === 'name' && this.#traits.rewrites ? ` ${token} ` : token;
  }

  async #userActs(replica: Replica): Promise<void> {
    this.#disturb();
    const sessions = this.#localSessions(replica);
    const roll = this.#random.next();
    if (sessions.length === 0 || roll < 0.3) return await this.#userCreates(replica);
    const { session } = this.#random.pick(sessions);
    if (roll < 0.42) return await this.#userDeletes(replica, session);
    if (roll < 0.5) return await this.#userBatches(replica, sessions);
    await this.#userPatches(replica, session);
  }

  async #userCreates(replica: Replica): Promise<void> {
    const { chance, pick, some } = this.#random;
    const body: JsonObject = { event_id: pick(EVENTS), type_id: 'talk', track_ids: some(['track-a', 'track-b'], 0.4) };
    for (const field of FIELDS) if (field === 'name' || chance(0.3)) body[field] = this.#value(field, this.#token());
    if (chance(0.1)) body['room_ids'] = [UNKNOWN_ROOM];
    // As an import of one file does on two laptops.
    if (chance(0.15)) body['sys_external_id'] = pick(SHARED_IDS);
    const external = body['sys_external_id'];
    const isThere = typeof external === 'string' && this.#find(replica, external) !== undefined;
    const { id } = await replica.api.createSession({ tenantId: this.#tenantId, body: body as never });
    this.#note(`replica ${replica.index}: creates ${id} ${JSON.stringify(body)}`);
    if (!isThere) for (const field of FIELDS) this.#intend(replica, body[field], undefined);
  }

  #patchFor(replica: Replica, session: Session): JsonPatch {
    const { chance, pick, some } = this.#random;
    const patch: JsonPatch = [];
    for (const field of FIELDS) {
      if (!chance(0.35)) continue;
      const value = this.#value(field, this.#token());
      patch.push({ op: 'add', path: `/${field}`, value });
      this.#intend(replica, value, session[field]);
      // An edit settles the conflict at its place; what was mine stays in history.
      const { conflicts = [] } = this.#find(replica, session.id)?.sync ?? {};
      for (const { pointer, mine } of conflicts) if (pointer === field) this.#finish(mine);
    }
    if (chance(0.25))
      patch.push({ op: 'add', path: '/track_ids', value: some(['track-a', 'track-b', 'track-c'], 0.5) });
    if (chance(0.08)) patch.push({ op: 'add', path: '/room_ids', value: [pick(['room-1', 'room-2', UNKNOWN_ROOM])] });
    if (chance(0.1)) {
      const speakers = some(['ada', 'grace'], 0.6).map((id) => ({
        contact_id: id,
        type_id: 'main',
        job_title: this.#token(),
      }));
      patch.push({ op: 'add', path: '/speakers', value: speakers });
    }
    if (chance(0.1)) {
      const day = 1 + this.#random.below(9);
      patch.push({ op: 'add', path: '/start_date', value: `2026-03-0${day}T09:00:00Z` });
      patch.push({ op: 'add', path: '/end_date', value: `2026-03-0${day}T10:00:00Z` });
    }
    if (chance(0.06)) patch.push({ op: 'replace', path: '/event_id', value: pick([...EVENTS, ELSEWHERE]) });
    return patch;
  }

  async #userPatches(replica: Replica, session: Session): Promise<void> {
    if (session.sys_locked === true) return;
    const body = this.#patchFor(replica, session);
    this.#note(`replica ${replica.index}: patches ${session.id} ${JSON.stringify(body)}`);
    await replica.api.patchSession({ tenantId: this.#tenantId, id: session.id, body });
  }

  async #userBatches(replica: Replica, sessions: readonly Stored<SessionRecord>[]): Promise<void> {
    const chosen = this.#random.some(sessions, 0.5).filter(({ session }) => session.sys_locked !== true);
    if (chosen.length === 0) return;
    const operations = chosen.map(({ session }) => ({
      id: session.id,
      operation: 'patch' as const,
      patch_directives: this.#patchFor(replica, session),
    }));
    this.#note(`replica ${replica.index}: batch ${JSON.stringify(operations)}`);
    await replica.api.batchSessions({ tenantId: this.#tenantId, body: { operations } });
  }

  async #userDeletes(replica: Replica, session: Session): Promise<void> {
    if (session.sys_locked === true) return;
    this.#note(`replica ${replica.index}: deletes ${session.id}`);
    this.#giveUp(replica, session.id);
    await replica.api.deleteSession({ tenantId: this.#tenantId, id: session.id });
  }

  /** A person says of a session's values, as shown here and as in conflict, that they may go. */
  #giveUp(replica: Replica, id: string): void {
    const record = this.#find(replica, id);
    if (record === undefined) return;
    const values = [
      ...tokensOf(record.session),
      ...(record.sync.conflicts ?? []).flatMap(({ mine }) => tokensIn(mine)),
    ];
    const known = this.#deletedHere.get(`${replica.index}`) ?? new Set();
    for (const value of values) {
      known.add(value);
      const intent = this.#intents.get(value);
      for (const earlier of intent?.over ?? []) known.add(earlier);
      if (intent !== undefined) intent.isDone = true;
    }
    this.#deletedHere.set(`${replica.index}`, known);
  }

  #intend(replica: Replica, value: unknown, over: unknown): void {
    if (typeof value !== 'string') return;
    const seen = new Set<string>();
    if (typeof over === 'string') {
      const before = this.#intents.get(over.trim());
      seen.add(over.trim());
      if (before !== undefined) {
        before.isDone = true;
        if (before.replica === replica.index) for (const earlier of before.over) seen.add(earlier);
      }
    }
    this.#intents.set(value.trim(), { replica: replica.index, over: seen, isDone: false });
  }

  async #decide(replica: Replica): Promise<void> {
    this.#disturb();
    for (const { id, fields } of replica.replicator.conflicts()) {
      if (fields.some(({ pointer }) => pointer === 'id' || isServerOwned(pointer))) {
        this.broken.push(`promise 3: ${id} has a conflict in what nobody can edit`);
      }
      const whole = fields.some(({ pointer }) => pointer === '');
      // What a restored headquarters lost of ours is asked about, whoever wrote what it has now.
      const wentBack = this.#wentBack.has(this.#find(replica, id)?.sync.remote_id ?? '');
      // Of two twins that were sent in different states nobody knows what the one that stays was before others wrote to it.
      const sends = this.#find(replica, id)?.sync.made?.length ?? 0;
      if (!whole && !wentBack && sends < 2) this.#checkNotOwn(replica, id, fields);
      const choice = this.#random.pick(['mine', 'theirs'] as const);
      this.#note(`replica ${replica.index}: resolves ${id} by ${choice}: ${JSON.stringify(fields)}`);
      if (whole) {
        if (choice === 'theirs' || fields[0]?.mine === undefined) this.#giveUp(replica, id);
      } else {
        for (const { mine, theirs } of fields) {
          const [ours] = tokensIn(mine);
          const intent = ours === undefined ? undefined : this.#intents.get(ours);
          if (intent === undefined) continue;
          if (choice === 'theirs') intent.isDone = true;
          else for (const their of tokensIn(theirs)) intent.over.add(their);
        }
        if (choice === 'mine') for (const { theirs } of fields) this.#overrule(theirs);
      }
      await replica.replicator.resolve(id, choice);
    }
    for (const { id, missing, operation } of replica.replicator.refused()) {
      // One answer may have settled several.
      if (!replica.replicator.refused().some((refusal) => refusal.id === id)) continue;
      this.#note(`replica ${replica.index}: ${operation} of ${id} was refused`);
      if (missing.length > 0)
        await replica.replicator.replaceReference('rooms', UNKNOWN_ROOM, this.#random.pick(['room-1', undefined]));
      else if (this.#random.chance(0.8)) await replica.replicator.retry(id);
      else {
        this.#giveUp(replica, id);
        await replica.replicator.discard(id);
      }
    }
    if (replica.replicator.status().brake !== undefined) {
      const action = this.#random.pick(['apply', 'keep'] as const);
      this.#note(`replica ${replica.index}: brake ${action}`);
      await replica.replicator.brake(action);
    }
  }

  /** What was sent and is read back is ours: nobody is asked to choose between two edits of one place, both made here. */
  #checkNotOwn(replica: Replica, id: string, fields: readonly FieldConflict[]): void {
    for (const { mine, theirs } of fields) {
      const [ours, their] = [tokensIn(mine)[0] ?? '', tokensIn(theirs)[0] ?? ''];
      const isOwn = [ours, their].every((token) => this.#intents.get(token)?.replica === replica.index);
      if (isOwn)
        this.broken.push(
          `promise 3: ${id} has a conflict between ${ours} and ${their}, both saved at replica ${replica.index}`,
        );
    }
  }

  #overrule(value: unknown): void {
    for (const token of tokensIn(value)) this.#overruled.add(token);
    this.#finish(value);
  }

  #finish(value: unknown): void {
    for (const token of tokensIn(value)) {
      const intent = this.#intents.get(token);
      if (intent !== undefined) intent.isDone = true;
    }
  }

  // ——— what happens at headquarters

  async #thirdActs(): Promise<void> {
    this.#disturb();
    const sessions = [...this.#hq.sessions.values()];
    const roll = this.#random.next();
    if (sessions.length === 0 || roll < 0.2) return await this.#thirdCreates();
    const session = this.#random.pick(sessions);
    const id = String(session['id']);
    if (roll < 0.32) {
      await this.#third.deleteSession({ tenantId: 'remote', id });
    } else if (roll < 0.37) {
      // A moment when much goes at once.
      for (const each of sessions)
        if (this.#random.chance(0.7)) await this.#third.deleteSession({ tenantId: 'remote', id: String(each['id']) });
    } else if (roll < 0.45) {
      await this.#third.patchSession({
        tenantId: 'remote',
        id,
        body: [{ op: 'add', path: '/event_id', value: this.#random.pick([...EVENTS, ELSEWHERE]) }],
      });
    } else if (roll < 0.5) {
      await this.#third.patchSession({
        tenantId: 'remote',
        id,
        body: [{ op: 'add', path: '/sys_locked', value: session['sys_locked'] !== true }],
      });
    } else if (roll < 0.58) {
      // A client that knows nothing of our external ids.
      const { sys_external_id: external, ...body }: JsonObject = { ...session, code: this.#token() };
      if (external !== undefined) this.#dropped.add(String(external));
      await this.#third.updateSession({ tenantId: 'remote', id, body: body as never });
    } else {
      const body: JsonPatch = [];
      for (const field of FIELDS)
        if (this.#random.chance(0.35)) body.push({ op: 'add', path: `/${field}`, value: this.#token() });
      if (this.#random.chance(0.3))
        body.push({ op: 'add', path: '/track_ids', value: this.#random.some(['track-a', 'track-b', 'track-c'], 0.5) });
      if (this.#random.chance(0.2)) {
        const speakers = this.#random
          .some(['ada', 'grace'], 0.6)
          .map((contact) => ({ contact_id: contact, type_id: 'main', job_title: this.#token() }));
        body.push({ op: 'add', path: '/speakers', value: speakers });
      }
      await this.#third.patchSession({ tenantId: 'remote', id, body });
    }
  }

  async #thirdCreates(): Promise<void> {
    const { pick, chance } = this.#random;
    const body: JsonObject = { event_id: pick(EVENTS), type_id: 'talk', name: this.#token() };
    if (chance(0.4)) body['x_future'] = { of: this.#token(), list: [1, null] };
    if (chance(0.2)) body['code'] = null;
    const { id } = await this.#third.createSession({ tenantId: 'remote', body: body as never });
    if (body['x_future'] !== undefined) this.#unknownFields.set(id, body['x_future']);
  }

  #snapshotOrRestore(): void {
    if (this.#snapshot === undefined) {
      this.#snapshot = this.#hq.snapshot();
      this.#note('headquarters: snapshot');
      return;
    }
    // What headquarters rewrote is, in history, its own writing and not ours.
    if (this.#traits.rewrites) return;
    this.#note('headquarters: restored');
    this.#disturb();
    for (const [id, now] of this.#hq.sessions) {
      const then = this.#snapshot.get(id);
      if (then === undefined || JSON.stringify(then) === JSON.stringify(now)) continue;
      // What moved away is kept by nobody here.
      if (now['event_id'] === ELSEWHERE || then['event_id'] === ELSEWHERE) continue;
      this.#wentBack.add(id);
      const lost = tokensOf(now).filter((token) => !tokensOf(then).includes(token));
      this.#restored.set(id, new Set([...(this.#restored.get(id) ?? []), ...lost]));
      for (const token of lost) this.#arrived.delete(token);
    }
    this.#hq.restore(this.#snapshot);
    for (const session of this.#hq.sessions.values()) for (const token of tokensOf(session)) this.#arrived.add(token);
  }

  async #deliverLate(): Promise<void> {
    const at = this.#random.below(Math.max(1, this.#late.length));
    const [deliver] = this.#late.splice(at, 1);
    if (deliver === undefined) return;
    this.#note('a late request arrives');
    this.#disturb();
    await deliver();
  }

  #onWrite(write: RemoteWrite): void {
    const { id, by, before, after } = write;
    for (const replica of this.#replicas) if (by !== `replica-${replica.index}`) replica.isDisturbed = true;
    this.#note(
      `headquarters: ${by} ${before === undefined ? 'makes' : after === undefined ? 'deletes' : 'changes'} ${id} ${JSON.stringify(after)}`,
    );
    for (const token of after === undefined ? [] : tokensOf(after)) {
      this.#arrived.add(token);
      this.#arrivedIn.set(token, (this.#arrivedIn.get(token) ?? new Set()).add(id));
    }
    for (const { index } of this.#replicas) {
      const since = this.#writtenSinceRead.get(`${index} ${id}`) ?? new Set();
      for (const token of after === undefined ? [] : tokensOf(after))
        if (!tokensOf(before ?? {}).includes(token)) since.add(token);
      this.#writtenSinceRead.set(`${index} ${id}`, since);
    }
    if (before === undefined && after !== undefined && by !== 'third' && !this.#traits.keepsExternalIds) {
      this.#unnamed.set(id, tokensOf(after).join());
    } else this.#unnamed.delete(id);
    const born = this.#born.get(id);
    if (before === undefined && typeof after?.['sys_external_id'] === 'string') {
      this.#born.set(id, { externalId: after['sys_external_id'], changes: 0 });
    } else if (born !== undefined) born.changes += 1;
    // Written again before its author saw what was lost: nobody can tell any more.
    if (this.#restored.has(id)) {
      for (const token of this.#restored.get(id) ?? []) this.#arrived.add(token);
      this.#restored.delete(id);
    }
    if (by === 'third' || before === undefined) return;
    if (after === undefined) return this.#checkDelete(write);
    for (const field of FIELDS) {
      const [was, is] = [tokensIn(before[field])[0], tokensIn(after[field])[0]];
      if (was === undefined || was === is) continue;
      const intent = is === undefined ? undefined : this.#intents.get(is);
      // Where nothing guards a write, what came in since it was read for the last time is the window that is left (sync.md, promise 3).
      const sinceRead = this.#writtenSinceRead.get(`${by.slice('replica-'.length)} ${id}`);
      if (!this.#traits.honoursTest && sinceRead?.has(was) === true) continue;
      // Deleted by a person here, and made anew under the same id.
      if (this.#deletedHere.get(by.slice('replica-'.length))?.has(was) === true) continue;
      if (intent?.over.has(was) !== true && !this.#overruled.has(was)) {
        this.broken.push(`promise 3: ${by} overwrote ${field} of ${id}: ${was} by ${String(is)}, without knowing it`);
      }
    }
  }

  /** What a replica deletes there, its user saw and gave up; or it is a twin, and its values are elsewhere. */
  #checkDelete({ id, by, before }: RemoteWrite): void {
    const replica = this.#replicas.find(({ index }) => by === `replica-${index}`);
    if (replica === undefined || before === undefined) return;
    const elsewhere = new Set([...this.#hq.sessions.values()].flatMap(tokensOf));
    for (const { session, sync } of this.#localSessions(replica)) {
      const kept = (sync.conflicts ?? []).flatMap(({ mine }) => tokensIn(mine));
      for (const token of [...tokensOf(session), ...kept]) elsewhere.add(token);
    }
    // What its author replaced before it was known to have arrived.
    for (const [token, { isDone }] of this.#intents) if (isDone) elsewhere.add(token);
    const known = this.#deletedHere.get(`${replica.index}`);
    const wasElsewhere = (token: string): boolean => (this.#arrivedIn.get(token)?.size ?? 0) > 1;
    const unseen = tokensOf(before).filter(
      (token) => known?.has(token) !== true && !elsewhere.has(token) && !wasElsewhere(token),
    );
    // What was written after the delete was read for the last time is the window that is left (sync.md, promise 3).
    const late = this.#writtenSinceRead.get(`${replica.index} ${id}`) ?? new Set();
    const lost = unseen.filter((token) => !late.has(token));
    if (lost.length > 0) this.broken.push(`promise 3: ${by} deleted ${id} with ${lost.join(', ')}, without knowing it`);
  }

  #disturb(): void {
    for (const replica of this.#replicas) replica.isDisturbed = true;
  }

  // ——— healing, and the promises

  async heal(): Promise<void> {
    this.#note('healing');
    this.#isHealing = true;
    this.#hq.lag(false);
    this.#disturb();
    for (const deliver of this.#late.splice(0)) await deliver();
    for (const session of this.#hq.sessions.values()) {
      if (session['sys_locked'] !== true) continue;
      await this.#third.patchSession({
        tenantId: 'remote',
        id: String(session['id']),
        body: [{ op: 'add', path: '/sys_locked', value: false }],
      });
    }
    for (const replica of this.#replicas) while (replica.isSyncing) await this.#advance(replica);
    for (let round = 0; round < 12; round++) {
      for (const replica of this.#replicas) {
        this.#nowMs += DAY_MS + 1;
        await replica.replicator.sync('hand');
        await this.#decide(replica);
        await this.#settleAbsent(replica);
      }
      if (
        round > 1 &&
        this.#replicas.every((replica) => replica.replicator.status().state === 'synced') &&
        this.#differences().length === 0
      )
        return;
    }
  }

  /** What is kept here though headquarters lacks it is sent back, or let go. */
  async #settleAbsent(replica: Replica): Promise<void> {
    for (const { session, sync } of this.#localSessions(replica)) {
      if (sync.absent !== 'not at headquarters') continue;
      const choice = this.#random.pick(['mine', 'theirs'] as const);
      if (choice === 'theirs') this.#giveUp(replica, session.id);
      await replica.replicator.resolve(session.id, choice);
    }
  }

  checkPromises(): void {
    for (const [token, { replica, isDone }] of this.#intents) {
      if (!isDone && !this.#arrived.has(token))
        this.broken.push(`promise 1: ${token}, saved at replica ${replica}, is lost`);
    }
    this.#checkCreates();
    for (const replica of this.#replicas) {
      const status = replica.replicator.status();
      if (status.state !== 'synced')
        this.broken.push(`promise 6: replica ${replica.index} does not end as synced: ${JSON.stringify(status)}`);
    }
    this.broken.push(...this.#differences());
    for (const [id, value] of this.#unknownFields) {
      const session = this.#hq.sessions.get(id);
      if (session !== undefined && !sameValue(session['x_future'], value))
        this.broken.push(`promise 8: ${id} lost what is not known here`);
    }
  }

  #checkCreates(): void {
    const unnamed = this.#tellsTwins ? [...this.#unnamed].filter(([id]) => this.#hq.sessions.has(id)) : [];
    for (const alike of Map.groupBy(unnamed, ([, tokens]) => tokens).values()) {
      if (alike.length > 1) this.broken.push(`promise 2: ${alike.map(([id]) => id).join(', ')} are one create`);
    }
    const live = [...this.#born].filter(([id]) => this.#hq.sessions.has(id));
    for (const [external, twins] of Map.groupBy(live, ([, { externalId }]) => externalId)) {
      if (this.#dropped.has(external) || twins.length < 2) continue;
      // Nobody looks where nobody keeps the event.
      if (twins.some(([id]) => this.#hq.sessions.get(id)?.['event_id'] === ELSEWHERE)) continue;
      // The earliest stays; of the others none does that nobody changed since it was sent.
      const [first, ...others] = twins.toSorted(([a], [b]) => this.#madeAt(a) - this.#madeAt(b));
      const doubles = others.filter(([, { changes }]) => changes === 0).map(([id]) => id);
      // Of one file two laptops make two, each in its own words: what differs stays.
      const isShared = SHARED_IDS.includes(external);
      const same = doubles.filter((id) => !isShared || this.#tokensAt(id) === this.#tokensAt(first?.[0] ?? ''));
      if (same.length > 0) this.broken.push(`promise 2: ${external} is at headquarters also as ${same.join(', ')}`);
    }
  }

  #madeAt(id: string): number {
    return Date.parse(String(this.#hq.sessions.get(id)?.['sys_created_at']));
  }

  #tokensAt(id: string): string {
    return tokensOf(this.#hq.sessions.get(id) ?? {}).join();
  }

  /** In what the replicas and headquarters differ. */
  #differences(): string[] {
    const before = this.broken.length;
    for (const replica of this.#replicas) this.#checkEqual(replica, 'promise 7: converged');
    return this.broken.splice(before);
  }

  #checkEqual(replica: Replica, claim: string): void {
    const records = this.#localSessions(replica);
    const byRemoteId = new Map(records.map((record) => [record.sync.remote_id, record]));
    if (byRemoteId.size !== records.length)
      this.broken.push(`${claim}: replica ${replica.index} has two records of one session`);
    for (const [id, theirs] of this.#hq.sessions) {
      if (!EVENTS.includes(String(theirs['event_id']))) continue;
      const record = byRemoteId.get(id);
      if (record === undefined) {
        this.broken.push(`${claim}: replica ${replica.index} lacks ${id}`);
        continue;
      }
      byRemoteId.delete(id);
      const names = new Set([...Object.keys(theirs), ...Object.keys(record.session)]);
      for (const name of names) {
        if (name === 'id' || isServerOwned(name)) continue;
        const [mine, their] = [own(record.session, name) ?? {}, own(theirs, name) ?? {}];
        if (!sameValue(mine, their)) {
          this.broken.push(
            `${claim}: replica ${replica.index} has ${id}.${name} ${JSON.stringify(mine)}, headquarters ${JSON.stringify(their)}`,
          );
        }
      }
    }
    for (const [id, { session }] of byRemoteId) {
      if (EVENTS.includes(session.event_id))
        this.broken.push(`${claim}: replica ${replica.index} has ${session.id} (${id}), headquarters not`);
    }
  }

  #localSessions(replica: Replica): Stored<SessionRecord>[] {
    return this.#stores.of(replica.index).read((view) => view.listSessions(this.#tenantId, {}));
  }

  #find(replica: Replica, id: string): Stored<SessionRecord> | undefined {
    return this.#stores.of(replica.index).read((view) => view.findSession(this.#tenantId, id));
  }

  #note(what: string): void {
    this.trace.push(what);
  }
}

function isProbe(patch: JsonPatch): boolean {
  return patch.length === 1 && patch[0]?.op === 'test';
}

/** The values of a session that tell who wrote them. */
function tokensOf(session: JsonObject): string[] {
  return FIELDS.flatMap((field) => tokensIn(session[field]));
}

function tokensIn(value: unknown): string[] {
  if (typeof value === 'string') return [value.trim()];
  if (typeof value !== 'object' || value === null) return [];
  return tokensOf(value as JsonObject);
}
