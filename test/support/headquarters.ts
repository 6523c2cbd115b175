import jsonPatch, { type Operation } from 'fast-json-patch';

import { toTimestamp, type Clock } from '../../shared/base/clock.ts';
import { faultAt, type JsonObject } from '../../shared/base/json.ts';
import { because } from '../../shared/base/reasons.ts';
import { referencesOf } from '../../shared/catalog/references.ts';
import type { BatchOperation, BatchResult } from '../../shared/contract/batch.ts';
import { ContractError } from '../../shared/contract/errors.ts';
import type { SessionsApi } from '../../shared/contract/operations.ts';
import { isServerOwned, type Session, type SessionFields } from '../../shared/contract/session.ts';

/** How this headquarters differs from others: all of it is allowed by the page. */
export interface HeadquartersTraits {
  keepsExternalIds: boolean;
  honoursTest: boolean;
  takesBatches: boolean;
  /** Whether sessions carry `sys_version`. */
  hasVersions: boolean;
  /** Whether names are trimmed. */
  rewrites: boolean;
  pageSize: number;
  /** Whether an event without sessions is 404. */
  forgetsEmptyEvents: boolean;
}

export const plainTraits: HeadquartersTraits = {
  keepsExternalIds: true,
  honoursTest: true,
  takesBatches: true,
  hasVersions: true,
  rewrites: false,
  pageSize: 500,
  forgetsEmptyEvents: false,
};

/** One change that was made at headquarters; `undefined` is a session that is not there. */
export interface RemoteWrite {
  id: string;
  by: string;
  before: JsonObject | undefined;
  after: JsonObject | undefined;
}

/** A headquarters in memory that follows the page; it shares no code with our service. */
export interface Headquarters {
  /** The fourteen operations, as somebody of that name calls them. */
  as(caller: string): SessionsApi;
  /** What it has now. */
  readonly sessions: ReadonlyMap<string, JsonObject>;
  /** Hears of every change. */
  onWrite: (write: RemoteWrite) => void;
  /** Freezes what lists and searches show; until it is called again with false. */
  lag(lags: boolean): void;
  /** Page keys that were given out are not taken any more. */
  expireKeys(): void;
  snapshot(): Map<string, JsonObject>;
  restore(snapshot: Map<string, JsonObject>): void;
  /** Ids of the catalog that it does not know. */
  readonly unknown: Set<string>;
}

export function openHeadquarters(traits: HeadquartersTraits, clock: Clock): Headquarters {
  let sessions = new Map<string, JsonObject>();
  let shown: Map<string, JsonObject> | undefined;
  let lastStampMs = 0;
  let made = 0;
  let keyEpoch = 0;
  const unknown = new Set<string>();

  const stamp = (): string => toTimestamp((lastStampMs = Math.max(clock(), lastStampMs + 1)));
  const listed = (): Map<string, JsonObject> => shown ?? sessions;

  const headquarters: Headquarters = {
    get sessions() {
      return sessions;
    },
    unknown,
    onWrite: () => {},
    lag(lags) {
      shown = lags ? (shown ?? new Map(sessions)) : undefined;
    },
    expireKeys() {
      keyEpoch += 1;
    },
    snapshot: () => new Map(sessions),
    restore(snapshot) {
      sessions = new Map(snapshot);
      shown = undefined;
    },
    as: (caller) => apiOf(caller),
  };

  const store = (by: string, id: string, after: JsonObject | undefined): void => {
    const before = sessions.get(id);
    if (after === undefined) sessions.delete(id);
    else sessions.set(id, after);
    headquarters.onWrite({ id, by, before, after });
  };

  const find = (id: string): JsonObject => {
    const session = sessions.get(id);
    if (session === undefined) throw new ContractError('not_found', because('said', { text: 'No such session.' }));
    return session;
  };

  const check = (session: JsonObject): void => {
    for (const field of ['name', 'type_id', 'event_id']) {
      const value = session[field];
      if (typeof value !== 'string' || value.trim() === '') {
        throw new ContractError('invalid', because('said', { text: `${field} is required` }));
      }
    }
    const dangling = referencesOf(session as Session).filter(({ id }) => unknown.has(id));
    if (dangling.length === 0) return;
    const faults = dangling.map(({ path, id }) =>
      faultAt(path, because('said', { text: `names ${id}, which does not exist` })),
    );
    throw ContractError.ofFaults('missing_reference', faults);
  };

  const rewritten = (session: JsonObject): JsonObject =>
    traits.rewrites ? { ...session, name: (session['name'] as string).trim() } : session;

  const write = (by: string, id: string, content: JsonObject, before: JsonObject | undefined): JsonObject => {
    check(content);
    const now = stamp();
    const next: JsonObject = {
      ...rewritten(content),
      id,
      sys_created_at: before?.['sys_created_at'] ?? now,
      sys_created_by_id: before?.['sys_created_by_id'] ?? by,
      sys_last_modified_at: now,
      sys_last_modified_by_id: by,
      ...(traits.hasVersions ? { sys_version: ((before?.['sys_version'] as number | undefined) ?? 0) + 1 } : {}),
    };
    if (!traits.keepsExternalIds) delete next['sys_external_id'];
    store(by, id, next);
    return next;
  };

  const patch = (by: string, id: string, directives: unknown): JsonObject => {
    const before = find(id);
    if (before['sys_locked'] === true && by !== 'third')
      throw new ContractError('locked', because('said', { text: 'Locked.' }));
    const operations = (directives as Operation[]).filter(({ op }) => traits.honoursTest || op !== 'test');
    let after: JsonObject;
    try {
      after = jsonPatch.applyPatch(structuredClone(before), operations, true, true, true).newDocument;
    } catch (error) {
      throw new ContractError(
        'invalid',
        because('said', { text: error instanceof Error ? error.message : 'The patch fails.' }),
      );
    }
    if (JSON.stringify(after) === JSON.stringify(before)) return before;
    return write(by, id, contentOf(after), before);
  };

  const remove = (by: string, id: string): void => {
    const before = find(id);
    if (before['sys_locked'] === true && by !== 'third')
      throw new ContractError('locked', because('said', { text: 'Locked.' }));
    store(by, id, undefined);
  };

  const page = (all: JsonObject[], key: string | undefined, fields: string | undefined) => {
    const after = key === undefined ? '' : readKey(key, keyEpoch);
    const rest = all
      .filter(({ id }) => String(id) > after)
      .toSorted((a, b) => (String(a['id']) < String(b['id']) ? -1 : 1));
    const items = rest.slice(0, traits.pageSize);
    const last = items.at(-1);
    const more = rest.length > items.length && last !== undefined;
    return {
      Items: items.map((item) => project(item, fields)),
      ...(more ? { LastEvaluatedKey: JSON.stringify([keyEpoch, last['id']]) } : {}),
    };
  };

  const ofEvent = (eventId: string): JsonObject[] => {
    const found = [...listed().values()].filter((session) => session['event_id'] === eventId);
    if (found.length === 0 && traits.forgetsEmptyEvents)
      throw new ContractError('not_found', because('said', { text: 'No such event.' }));
    return found;
  };

  const unused = async (): Promise<never> => {
    throw new ContractError('not_found', because('said', { text: 'Not offered here.' }));
  };

  const apiOf = (by: string): SessionsApi => ({
    async createSession({ body }) {
      made += 1;
      return answer(
        write(by, `hq-${String(made).padStart(4, '0')}`, { capacity_options: {}, ...contentOf(body) }, undefined),
      );
    },
    async getSession({ id, fields }) {
      return project(find(id), fields);
    },
    async updateSession({ id, body }) {
      return answer(write(by, id, contentOf(body), find(id)));
    },
    async patchSession({ id, body }) {
      return answer(patch(by, id, body));
    },
    async deleteSession({ id }) {
      remove(by, id);
      return id;
    },
    async listSessionsByEvent({ event_id, fields, exclusiveStartKey }) {
      const found = page(ofEvent(event_id), exclusiveStartKey, fields);
      return { ...found, Count: found.Items.length };
    },
    async searchSessions({ body, exclusiveStartKey, fieldsToReturn }) {
      const found = [...listed().values()].filter(
        ({ id, event_id }) => event_id === body.event_id && (body.ids === undefined || body.ids.includes(String(id))),
      );
      return page(found, exclusiveStartKey, fieldsToReturn);
    },
    async batchSessions({ body }) {
      if (!traits.takesBatches) throw new ContractError('invalid', because('said', { text: 'No batches.' }));
      const results = body.operations.map((operation) => one(by, operation));
      const successes = results.filter(({ success }) => success).length;
      return { success_count: successes, error_count: results.length - successes, results };
    },
    getPublicSession: unused,
    getSessionPrivileges: unused,
    searchPublicSessions: unused,
    listPublicSessionsByEvent: unused,
    listSessionsByAbstract: unused,
    generateSessionFromAbstract: unused,
  });

  const one = (by: string, operation: BatchOperation): BatchResult => {
    const { id } = operation;
    try {
      if (operation.operation === 'delete') {
        remove(by, id);
        return { id, success: true, status_code: 200 };
      }
      return { id, success: true, status_code: 200, result: answer(patch(by, id, operation.patch_directives)) };
    } catch (error) {
      if (!(error instanceof ContractError)) throw error;
      return { id, success: false, status_code: error.status, error: error.message };
    }
  };

  return headquarters;
}

function contentOf(session: JsonObject): JsonObject {
  const kept = Object.entries(session).filter(([name]) => name !== 'id' && !isServerOwned(name));
  return structuredClone(Object.fromEntries(kept));
}

function answer(session: JsonObject): Session {
  return structuredClone(session) as Session;
}

function project(session: JsonObject, fields: string | undefined): SessionFields {
  if (fields === undefined) return answer(session);
  const names = new Set(fields.split(',').map((name) => name.trim()));
  return structuredClone(Object.fromEntries(Object.entries(session).filter(([name]) => names.has(name))));
}

function readKey(key: string, epoch: number): string {
  const [given, id] = JSON.parse(key) as [number, string];
  if (given !== epoch)
    throw new ContractError('invalid', because('said', { text: 'This page key is not known any more.' }));
  return id;
}
