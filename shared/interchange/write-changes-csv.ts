import type { ScheduleBundle } from '../catalog/schedule-bundle.ts';
import type { DifferenceSide, SessionDifference } from '../contract/session-difference.ts';
import { nameIn, namesOf } from './catalog-names.ts';
import { clockText, csvText, timeZoneOf, type Cell } from './write-csv.ts';

/** What stands in columns of its own. */
const TOLD: ReadonlySet<string> = new Set(['name', 'code', 'start_date', 'end_date', 'room_ids', 'speakers']);

/**
 * What became of an event's sessions since a moment, one row each, with what they were beside what they are: for a coordinator's spreadsheet. Names and
 * clock times are written, and formulas kept from running, as in the table of all sessions (`writeCsv`); names are those of now.
 */
export function writeChangesCsv({ event, catalog }: ScheduleBundle, differences: readonly SessionDifference[]): string {
  const zone = timeZoneOf(event);
  const rooms = namesOf(catalog.rooms);
  const contacts = namesOf(catalog.contacts);
  const roomsOf = (side: DifferenceSide | undefined): string => listOf(side?.room_ids, (id) => nameIn(rooms, id));
  const speakersOf = (side: DifferenceSide | undefined): string =>
    listOf(side?.speakers, ({ contact_id: id, name }) => name ?? nameIn(contacts, id));
  const clock = (date: unknown): Cell => (typeof date === 'string' ? clockText(date, zone) : undefined);
  const columns: [string, (difference: SessionDifference) => Cell][] = [
    ['change', ({ kind }) => kind],
    ['id', ({ id }) => id],
    ['code', ({ before, now }) => (now ?? before)?.code],
    ['title_before', ({ before }) => before?.name],
    ['title', ({ now }) => now?.name],
    ['start_before', ({ before }) => clock(before?.start_date)],
    ['start', ({ now }) => clock(now?.start_date)],
    ['end_before', ({ before }) => clock(before?.end_date)],
    ['end', ({ now }) => clock(now?.end_date)],
    ['time_zone', () => zone],
    ['rooms_before', ({ before }) => roomsOf(before)],
    ['rooms', ({ now }) => roomsOf(now)],
    ['speakers_before', ({ before }) => speakersOf(before)],
    ['speakers', ({ now }) => speakersOf(now)],
    [
      'other_fields',
      ({ changes }) =>
        listOf(
          changes.map(({ field }) => field).filter((field) => !TOLD.has(field)),
          String,
        ),
    ],
  ];
  return csvText(
    columns.map(([title]) => title),
    differences.map((difference) => columns.map(([, cellOf]) => cellOf(difference))),
  );
}

/** A record of headquarters' may hold anything where the contract has a list. */
function listOf<Item>(items: readonly Item[] | undefined, text: (item: Item) => string): string {
  return Array.isArray(items) ? items.map((item: Item) => text(item)).join('; ') : '';
}
