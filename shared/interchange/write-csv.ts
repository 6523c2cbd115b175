import Papa from 'papaparse';

import { parseInstant } from '../base/date-time.ts';
import type { BundledSession, ScheduleBundle } from '../catalog/schedule-bundle.ts';
import { isTimeZone } from '../catalog/catalog.ts';
import type { SessionInput } from '../contract/session.ts';
import { nameIn, namesOf } from './catalog-names.ts';
import { byId, compareText } from './order.ts';
import { withoutDisallowed } from './parse-xml.ts';
import { localDateTime, zonedText } from './schedule-time.ts';

/**
 * What a spreadsheet takes for the beginning of a formula, however many apostrophes stand before it. Such a text gets one more
 * apostrophe in front; taking one away from whatever begins so gives the text back.
 */
const FORMULA = /^'*[=+\-@\t\r\n＝＋－＠]/;

/**
 * Every session of the bundle, hidden and unscheduled ones too, one row each: for the coordinator's own spreadsheet. By start, then id,
 * those without a start last. RFC 4180 with a byte order mark, without which Excel takes UTF-8 for something else.
 *
 * Lists stand in one cell, separated by `; `; names first, the ids in columns of their own. Times stand twice: as clocks in the
 * event's zone show them, which a spreadsheet can calculate with, and exactly, with their offset.
 * Text that a spreadsheet would run as a formula begins with an apostrophe (see FORMULA).
 */
export function writeCsv(bundle: ScheduleBundle): string {
  const columns = columnsOf(bundle);
  const sessions = [...bundle.sessions].sort((a, b) => startOf(a) - startOf(b) || byId(a, b));
  return csvText(
    columns.map(({ title }) => title),
    sessions.map((session) => columns.map(({ cellOf }) => cellOf(session))),
  );
}

/** A table as `writeCsv` writes it. */
export function csvText(titles: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const table = [titles, ...rows].map((cells) => cells.map(plain));
  const text = Papa.unparse(table, { escapeFormulae: FORMULA, newline: '\r\n' });
  return `\ufeff${text}\r\n`;
}

export type Cell = string | number | boolean | undefined;

interface Column {
  title: string;
  cellOf: (session: BundledSession) => Cell;
}

function columnsOf(bundle: ScheduleBundle): Column[] {
  const { catalog, event } = bundle;
  const zone = timeZoneOf(event);
  const types = namesOf(catalog.session_types);
  const tracks = namesOf(catalog.tracks);
  const rooms = namesOf(catalog.rooms);
  const contacts = namesOf(catalog.contacts);
  return [
    { title: 'id', cellOf: ({ id }) => id },
    field('code', ({ code }) => code),
    field('title', ({ name }) => name),
    field('type', ({ type_id }) => nameIn(types, type_id)),
    field('tracks', ({ track_ids }) => list(track_ids?.map((id) => nameIn(tracks, id)))),
    field('rooms', ({ room_ids }) => list(room_ids?.map((id) => nameIn(rooms, id)))),
    field('location', ({ location }) => location),
    field('start', ({ start_date }) => clockText(start_date, zone)),
    field('end', ({ end_date }) => clockText(end_date, zone)),
    field('time_zone', ({ start_date }) => (start_date === undefined ? undefined : zone)),
    field('minutes', minutesOf),
    field('starts_at', ({ start_date }) => exactText(start_date, zone)),
    field('ends_at', ({ end_date }) => exactText(end_date, zone)),
    field('speakers', ({ speakers }) =>
      list(speakers?.map(({ contact_id, name }) => name ?? nameIn(contacts, contact_id))),
    ),
    field('description', ({ description }) => description),
    field('access', ({ access }) => access),
    field('hidden', ({ hide_from_schedule }) => hide_from_schedule),
    field('capacity', ({ enable_capacity, capacity_options }) =>
      enable_capacity === true ? capacity_options?.capacity : undefined,
    ),
    field('sold_out', ({ sold_out }) => sold_out),
    field('has_fees', ({ has_fees }) => has_fees),
    field('event_id', ({ event_id }) => event_id),
    field('type_id', ({ type_id }) => type_id),
    field('track_ids', ({ track_ids }) => list(track_ids)),
    field('room_ids', ({ room_ids }) => list(room_ids)),
    field('speaker_ids', ({ speakers }) => list(speakers?.map(({ contact_id }) => contact_id))),
    ...customColumns(bundle),
  ];
}

/** The zone whose clocks an event goes by; UTC where it names none that is known. */
export function timeZoneOf({ time_zone: zone }: ScheduleBundle['event']): string {
  return zone !== undefined && isTimeZone(zone) ? zone : 'UTC';
}

function field(title: string, cellOf: (fields: SessionInput) => Cell): Column {
  return { title, cellOf: ({ fields }) => cellOf(fields) };
}

function list(texts: readonly string[] | undefined): string {
  return (texts ?? []).join('; ');
}

/** A column for each custom field that has a value, under its name and id. */
function customColumns({ catalog, sessions }: ScheduleBundle): Column[] {
  const names = namesOf(catalog.custom_fields);
  const used = new Set(
    sessions.flatMap(({ fields }) => (fields.custom_field_values ?? []).map((value) => value.custom_field_id)),
  );
  return [...used].sort(compareText).map((id) => {
    const name = names.get(id);
    return {
      title: name === undefined ? id : `${name} (${id})`,
      cellOf: ({ fields }) => customText(fields.custom_field_values?.find((value) => value.custom_field_id === id)),
    };
  });
}

function customText(value: NonNullable<SessionInput['custom_field_values']>[number] | undefined): Cell {
  if (value === undefined) return undefined;
  if (value.table_value !== undefined) return JSON.stringify(value.table_value);
  if (value.list_value !== undefined) return value.list_value.join('; ');
  return value.string_value ?? value.numeric_value ?? value.boolean_value ?? value.file_url_value;
}

function startOf({ fields }: BundledSession): number {
  return instantOf(fields.start_date) ?? Number.MAX_SAFE_INTEGER;
}

function instantOf(date: string | undefined): number | undefined {
  return date === undefined ? undefined : parseInstant(date);
}

/** `2025-02-01 09:30`. */
export function clockText(date: string | undefined, zone: string): string | undefined {
  const instantMs = instantOf(date);
  return instantMs === undefined ? undefined : localDateTime(instantMs, zone).toString().slice(0, 16).replace('T', ' ');
}

function exactText(date: string | undefined, zone: string): string | undefined {
  const instantMs = instantOf(date);
  return instantMs === undefined ? undefined : zonedText(instantMs, zone);
}

function minutesOf({ start_date, end_date }: SessionInput): number | undefined {
  const [startMs, endMs] = [instantOf(start_date), instantOf(end_date)];
  return startMs === undefined || endMs === undefined ? undefined : (endMs - startMs) / 60_000;
}

/** Half surrogate pairs and control characters have no place in a text file. */
function plain(cell: Cell): Cell {
  return typeof cell === 'string' ? withoutDisallowed(cell) : cell;
}
