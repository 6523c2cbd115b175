import { jsonEqual } from '../../../shared/base/json.ts';
import type { BulkChange } from '../../../shared/contract/bulk-change.ts';
import type { JsonPatch } from '../../../shared/contract/patch.ts';
import type { SessionSummary } from '../../../shared/rpc/session-summary.ts';
import { moveTo } from '../../../shared/schedule/move-session.ts';
import { instantOf } from '../../../shared/schedule/scheduled-session.ts';
import type { ZoneClock } from '../../../shared/schedule/zone-clock.ts';

/** What is done with a field of many sessions. */
export type BulkAction =
  /** The fields get these values; undefined takes one away. */
  | { readonly how: 'set'; readonly set: Readonly<Record<string, unknown>> }
  /** To a list, some are added, or taken out of it. */
  | { readonly how: 'add' | 'remove'; readonly field: 'room_ids' | 'track_ids'; readonly ids: readonly string[] }
  | {
      readonly how: 'add';
      readonly field: 'speakers';
      readonly contactId: string;
      readonly typeId: string;
      readonly name: string;
    }
  | { readonly how: 'remove'; readonly field: 'speakers'; readonly contactId: string }
  /** Start and end move by so many minutes. */
  | { readonly how: 'shift'; readonly minutes: number };

/** The change that the bridge is asked for; undefined where no session would change. */
export function bulkChangeFor(
  action: BulkAction,
  ids: readonly string[],
  sessions: ReadonlyMap<string, SessionSummary>,
  clock: ZoneClock,
): BulkChange | undefined {
  if (action.how === 'set') {
    const set = Object.fromEntries(Object.entries(action.set).map(([field, value]) => [field, value ?? null]));
    return { ids: [...ids], set };
  }
  const changes = ids.flatMap((id) => {
    const session = sessions.get(id);
    const patch = session === undefined ? [] : patchFor(action, session, clock);
    return patch.length === 0 ? [] : [{ id, patch }];
  });
  return changes.length === 0 ? undefined : { changes };
}

function patchFor(action: Exclude<BulkAction, { how: 'set' }>, session: SessionSummary, clock: ZoneClock): JsonPatch {
  if (action.how === 'shift') {
    const startMs = instantOf(session.start_date);
    if (startMs === undefined || action.minutes === 0) return [];
    const moved = moveTo(session, { startMs: startMs + action.minutes * 60_000 }, clock);
    return Object.entries(moved).map(([field, value]) => ({ op: 'add', path: `/${field}`, value }));
  }
  if (action.field === 'speakers') return speakerPatch(action, session);
  const before = session[action.field] ?? [];
  const after =
    action.how === 'add' ? [...new Set([...before, ...action.ids])] : before.filter((id) => !action.ids.includes(id));
  if (jsonEqual(before, after)) return [];
  return after.length === 0
    ? [{ op: 'remove', path: `/${action.field}` }]
    : [{ op: 'add', path: `/${action.field}`, value: after }];
}

/** A summary knows of its speakers only some members: places are patched, never the list. */
function speakerPatch(
  action: Extract<BulkAction, { field: 'speakers' }>,
  { speakers = [] }: SessionSummary,
): JsonPatch {
  const at = speakers.findIndex(({ contact_id: id }) => id === action.contactId);
  if (action.how === 'remove') {
    if (at === -1) return [];
    return [
      // The list may have changed since: nobody else is taken out.
      { op: 'test', path: `/speakers/${at}/contact_id`, value: action.contactId },
      { op: 'remove', path: `/speakers/${at}` },
    ];
  }
  if (at !== -1) return [];
  const speaker = { contact_id: action.contactId, type_id: action.typeId, name: action.name };
  return speakers.length === 0
    ? [{ op: 'add', path: '/speakers', value: [speaker] }]
    : [{ op: 'add', path: '/speakers/-', value: speaker }];
}
