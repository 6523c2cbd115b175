import { z } from 'zod';

import type { Reason } from '../base/reasons.ts';
import type { FieldChange } from '../contract/session-history.ts';
import type { SkippedPart } from './schedule-bundle.ts';

/** What a column of a spreadsheet can tell of a session. The columns of our own export bear these names. */
export const csvFieldNames = [
  'title',
  'code',
  'date',
  'start',
  'end',
  'minutes',
  'rooms',
  'tracks',
  'type',
  'speakers',
  'description',
  'location',
  'capacity',
  'access',
  'hidden',
  'sold_out',
  'has_fees',
  'starts_at',
  'ends_at',
  'id',
  'event_id',
  'type_id',
  'track_ids',
  'room_ids',
  'speaker_ids',
] as const;

export type CsvFieldName = (typeof csvFieldNames)[number];

/** A file of ours has 25 columns and one for each custom field. */
const MAX_COLUMNS = 1_000;

/** Which column tells what, columns counted from 0. */
export const csvMapping = z.partialRecord(z.enum(csvFieldNames), z.number().int().min(0).max(MAX_COLUMNS));

export type CsvMapping = z.infer<typeof csvMapping>;

/** The event that a spreadsheet's sessions belong to: with an id one that is there already, else a new one. */
export const csvEvent = z.strictObject({
  id: z.string().min(1).optional(),
  name: z.string().trim().min(1).max(500),
  time_zone: z.string().min(1).max(100),
});

export type CsvEvent = z.infer<typeof csvEvent>;

/** What a spreadsheet would give, read as the mapping says, before anything is taken in. */
export interface CsvPreview {
  headers: string[];
  mapping: CsvMapping;
  /** The first cells of each column that are not empty, for who maps it. */
  samples: string[][];
  /** Rows below the headers that are not empty. */
  rows: number;
  /** Sessions that would be taken in. */
  sessions: number;
  /** The first of them. Dates as the contract has them. */
  first: { name: string; code?: string; start_date?: string; end_date?: string; rooms: string[]; speakers: string[] }[];
  /** Rows that cannot be taken, and parts of rows that are left out. */
  skipped: SkippedPart[];
  /** The event that the file itself names, as our own export does. */
  eventId?: string;
}

/** What rows that are pasted into an event would make of it. */
export interface PastedPreview extends Pick<CsvPreview, 'headers' | 'mapping' | 'samples' | 'skipped'> {
  /** In the order of the rows; a row that is passed over whole stands in `skipped` alone. */
  sessions: PastedSession[];
  /** What the event does not know yet, and would have then, by kind. */
  added: { kind: string; items: { id: string; name: string }[] }[];
}

/** A session that a row creates or changes; `refused` tells why it cannot be. */
export interface PastedSession {
  id: string;
  name: string;
  becomes: 'new' | 'changed' | 'unchanged' | 'refused';
  /** Of a session that is there, what would change; of a new one, what it would have. */
  fields: FieldChange[];
  why?: Reason;
}
