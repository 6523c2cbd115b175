import { setImmediate as nextTurn } from 'node:timers/promises';

import type { EventFeedMessage } from '../../shared/rpc/messages.ts';
import { summaryOf, type SessionSummary, type SyncMark } from '../../shared/rpc/session-summary.ts';
import type { Store } from '../../shared/store/open-store.ts';
import type { SessionRecord } from '../../shared/store/records.ts';
import type { SessionFilter } from '../../shared/store/session-filter.ts';
import type { StoreView } from '../../shared/store/store-view.ts';
import { isEditedAlone } from '../../shared/store/sync-state.ts';
import { Mailbox } from './mailbox.ts';

/** Of which event, and which part of it comes first: the sessions that begin in this range, in milliseconds since the Unix epoch. */
export interface SessionFeedRequest {
  tenantId: string;
  eventId: string;
  fromMs?: number | undefined;
  toMs?: number | undefined;
}

/** Sessions read between two turns of the event loop: others have their turn in between. */
const PART = 500;
/** The largest part, in bytes of whole sessions. */
const PART_BYTES = 4 * 1024 * 1024;

/**
 * An event's sessions as summaries: the window first, then all others, then changes as they are committed. What changes during the first
 * reading is told again after it, so nothing is missed; a message holds the state at the time it is made, never an older one.
 */
export async function* feedSessions(
  store: Store,
  request: SessionFeedRequest,
  signal: AbortSignal | undefined,
): AsyncGenerator<EventFeedMessage> {
  const { tenantId, eventId, fromMs, toMs } = request;
  const changed = new Mailbox<string>();
  const known = new Set<string>();
  const stopSessions = store.watchSessions((record) => {
    const concerned = record.event_id === eventId || known.has(record.session.id);
    if (record.tenant_id === tenantId && concerned) changed.add(record.session.id);
  });
  const stopRegistrations = store.watchCatalog((record) => {
    if (record.tenant_id === tenantId && known.has(record.session_id)) changed.add(record.session_id);
  });
  try {
    const registrations = store.read((view) => countRegistrations(view, tenantId));
    const summarise = (record: SessionRecord): SessionSummary => {
      known.add(record.session.id);
      return summaryOf(record.session, registrations.get(record.session.id) ?? 0, markOf(record));
    };
    if (fromMs !== undefined && toMs !== undefined) {
      const filter: SessionFilter = { eventId, start: [fromMs, toMs] };
      const records = store.read((view) => view.listSessions(tenantId, filter));
      yield { changed: records.map(summarise), removed: [], stage: 'window' };
    }
    const inWindow = new Set(known);
    let afterId: string | undefined;
    for (let more = true; more && signal?.aborted !== true;) {
      const bounds = { limit: PART, sizeBytes: PART_BYTES, ...(afterId === undefined ? {} : { afterId }) };
      const page = store.read((view) => view.pageOfSessions(tenantId, { eventId }, bounds));
      more = page.more;
      afterId = page.records.at(-1)?.session.id;
      const others = page.records.filter((record) => !inWindow.has(record.session.id));
      if (others.length > 0) yield { changed: others.map(summarise), removed: [], stage: 'rest' };
      await nextTurn();
    }
    yield { changed: [], removed: [], stage: 'complete' };
    while (signal?.aborted !== true) {
      const ids = await changed.take(signal);
      if (ids.length > 0) yield store.read((view) => readChanges(view, request, ids, known));
    }
  } finally {
    stopSessions();
    stopRegistrations();
  }
}

function readChanges(
  view: StoreView,
  { tenantId, eventId }: SessionFeedRequest,
  ids: readonly string[],
  known: Set<string>,
): EventFeedMessage {
  const message: EventFeedMessage = { changed: [], removed: [], stage: 'live' };
  for (const id of ids) {
    const record = view.findSession(tenantId, id);
    if (record?.event_id === eventId) {
      known.add(id);
      message.changed.push(summaryOf(record.session, view.countRegistrations(tenantId, id), markOf(record)));
    } else if (known.delete(id)) {
      message.removed.push(id);
    }
  }
  return message;
}

function countRegistrations(view: StoreView, tenantId: string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { session_id: id } of view.listCatalog(tenantId, 'registrations')) {
    counts.set(id, (counts.get(id) ?? 0) + 1);
  }
  return counts;
}

function markOf({ sync }: SessionRecord): SyncMark {
  if (sync.refused !== undefined) return 'refused';
  if (sync.conflicts !== undefined || isEditedAlone(sync)) return 'conflict';
  if (sync.dirty) return 'waiting';
  return sync.absent === undefined ? 'clean' : 'absent';
}
