import { isJsonObject } from '../base/json.ts';
import type { Session } from '../contract/session.ts';

/** How a session stands with its headquarters, as lists and the board mark it. */
export type SyncMark =
  /** It belongs to no headquarters, or headquarters has it just so. */
  | 'clean'
  /** A change of it waits to be sent. */
  | 'waiting'
  /** Headquarters refused a change of it. */
  | 'refused'
  /** It was changed on both sides. */
  | 'conflict'
  /** Headquarters lacks it, or hides it from this key. */
  | 'absent';

/** The fields of a session that lists, the board and the schedule's rules need: the renderer holds a whole event of them. */
export const summaryFields = [
  'id',
  'event_id',
  'name',
  'code',
  'type_id',
  'track_ids',
  'room_ids',
  'start_date',
  'end_date',
  'location',
  'access',
  'display_order',
  'hide_from_schedule',
  'hide_from_portal',
  'enable_capacity',
  'capacity_options',
  'sold_out',
  'has_fees',
  'abstract_id',
  'sys_locked',
  'sys_last_modified_at',
] as const satisfies readonly (keyof Session)[];

/** A session as lists and the board show it. */
export type SessionSummary = Pick<Session, (typeof summaryFields)[number]> & {
  speakers?: SummarySpeaker[];
  /** How many people are registered for it. */
  registrations: number;
  sync: SyncMark;
};

export interface SummarySpeaker {
  contact_id: string;
  type_id: string;
  /** As the session has it; the contact may have another. */
  name?: string;
}

/** A session's summary. A record of headquarters' may hold null, or anything, where the contract has a list: such a field is left out. */
export function summaryOf(session: Session, registrations: number, sync: SyncMark): SessionSummary {
  const summary: Record<string, unknown> = { registrations, sync };
  for (const field of summaryFields) {
    const value = session[field];
    if (value === undefined || value === null) continue;
    if (listFields.has(field) && !isListOfText(value)) continue;
    summary[field] = value;
  }
  const speakers = speakersOf(session.speakers);
  if (speakers.length > 0) summary['speakers'] = speakers;
  return summary as SessionSummary;
}

const listFields: ReadonlySet<string> = new Set(['track_ids', 'room_ids']);

function isListOfText(value: unknown): boolean {
  return Array.isArray(value) && value.every((entry) => typeof entry === 'string');
}

function speakersOf(value: unknown): SummarySpeaker[] {
  if (!Array.isArray(value)) return [];
  return value.flatMap((speaker: unknown) => {
    if (!isJsonObject(speaker) || typeof speaker['contact_id'] !== 'string') return [];
    const { contact_id, type_id, name } = speaker;
    return [
      {
        contact_id,
        type_id: typeof type_id === 'string' ? type_id : '',
        ...(typeof name === 'string' ? { name } : {}),
      },
    ];
  });
}
