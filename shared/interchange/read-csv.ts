import { foldText } from '../base/fold-text.ts';
import { importedSessionId } from '../base/ids.ts';
import { because, type Reason } from '../base/reasons.ts';
import type { CatalogItem } from '../catalog/catalog.ts';
import { isTimeZone } from '../catalog/catalog.ts';
import type { CsvEvent, CsvFieldName, CsvMapping, CsvPreview } from '../catalog/csv-columns.ts';
import type { BundledSession, ScheduleBundle, ScheduleReading, SkippedPart } from '../catalog/schedule-bundle.ts';
import { ContractError } from '../contract/errors.ts';
import { SESSION_ID, type SessionInput } from '../contract/session.ts';
import { guessCsvMapping } from './csv-headers.ts';
import { readCsvTable, type CsvTable } from './csv-table.ts';
import { csvTimesOf, dateOrderOf, type DateOrder } from './csv-times.ts';
import {
  importedEventId,
  importedPersonId,
  importedPlaceIds,
  importedTypeId,
  UNNAMED_SPEAKER_TYPE,
  UNNAMED_TYPE,
} from './imported-ids.ts';
import { byId } from './order.ts';
import { zonedText } from './schedule-time.ts';
import { SkipList } from './skip-list.ts';

export interface CsvOptions {
  /** Which column tells what; where it is not said, what the headers suggest. */
  mapping?: CsvMapping | undefined;
  event: CsvEvent;
  /** The event as it is here already: what it calls by a name is meant by that name. */
  known?: ScheduleBundle | undefined;
}

/**
 * Reads the sessions of a spreadsheet, one row each. Lenient: what is understood is taken, and what is not is told in `skipped`, row by row. The
 * same bytes make the same ids on any machine: a session is known by its id, else its code, else its title; a code that one session of the event
 * has is that session's. Of a session it names only what the file has a column for, so that taking it in leaves the rest alone.
 * Throws `invalid` where the whole file is of no use.
 */
export function readCsv(bytes: Uint8Array, options: CsvOptions): ScheduleReading {
  const table = readCsvTable(bytes);
  return new CsvReader(table, options.mapping ?? guessCsvMapping(table.headers), options).read();
}

const FIRST_SESSIONS = 6;
const SAMPLES = 3;
const SAMPLE_LENGTH = 80;

/**
 * What a file would give, for the person who says what its columns mean: without a column of titles, nothing yet. Throws where there is no table.
 *
 * @param refusals what of the sessions cannot be taken where they are to go
 */
export function previewCsv(
  bytes: Uint8Array,
  options: CsvOptions,
  refusals: (reading: ScheduleReading) => SkippedPart[] = () => [],
): CsvPreview {
  const table = readCsvTable(bytes);
  const mapping = options.mapping ?? guessCsvMapping(table.headers);
  const { headers, rows } = table;
  // Whose titles are not found yet must be seen all the same: the person says which they are.
  const reading = new CsvReader(table, mapping, options).read('as far as can be');
  const refused = refusals(reading);
  const nameOf = (
    items: readonly { id: string; name: string }[] = [],
    more: readonly { id: string; name: string }[] = [],
  ) => {
    const names = new Map([...more, ...items].map(({ id, name }) => [id, name]));
    return (id: string): string => names.get(id) ?? id;
  };
  const roomName = nameOf(reading.catalog.rooms, options.known?.catalog.rooms);
  const contactName = nameOf(reading.catalog.contacts, options.known?.catalog.contacts);
  const eventIds = new Set(
    rows.flatMap(({ cells }) => (mapping.event_id === undefined ? [] : (cells[mapping.event_id] ?? []))),
  );
  const [eventId] = eventIds;
  return {
    headers: headers.map((header) => header.slice(0, SAMPLE_LENGTH)),
    mapping,
    samples: headers.map((_, at) =>
      rows
        .values()
        .map(({ cells }) => cells[at] ?? '')
        .filter((cell) => cell !== '')
        .map((cell) => cell.slice(0, SAMPLE_LENGTH))
        .take(SAMPLES)
        .toArray(),
    ),
    rows: rows.length,
    sessions: reading.sessions.length - refused.length,
    first: reading.sessions.slice(0, FIRST_SESSIONS).map(({ fields }) => {
      const { name, code, start_date, end_date, room_ids = [], speakers = [] } = fields;
      return {
        name,
        ...(code === undefined ? {} : { code }),
        ...(start_date === undefined ? {} : { start_date }),
        ...(end_date === undefined ? {} : { end_date }),
        rooms: room_ids.map(roomName),
        speakers: speakers.map(({ contact_id: id, name: own }) => own ?? contactName(id)),
      };
    }),
    skipped: [...reading.skipped, ...refused],
    ...(eventIds.size === 1 && eventId !== undefined && eventId !== '' ? { eventId } : {}),
  };
}

type Row = CsvTable['rows'][number];

class CsvReader {
  readonly #table: CsvTable;
  readonly #mapping: CsvMapping;
  readonly #known: ScheduleBundle | undefined;
  readonly #event: CatalogItem<'events'>;
  readonly #zone: string;
  readonly #order: DateOrder;
  readonly #skipped = new SkipList();
  readonly #types: NamedItems;
  readonly #tracks: NamedItems;
  readonly #rooms: NamedItems;
  readonly #contacts: NamedItems;
  readonly #knownSessions: ReadonlyMap<string, BundledSession>;
  readonly #knownCodes: ReadonlyMap<string, string>;
  /** How often a title has come, of sessions that have neither id nor code. */
  readonly #titles = new Map<string, number>();
  #usesSpeakerType = false;

  constructor(table: CsvTable, mapping: CsvMapping, { event, known }: CsvOptions) {
    this.#table = table;
    this.#mapping = mapping;
    this.#known = known;
    if (!isTimeZone(event.time_zone)) {
      throw new ContractError('invalid', because('csv_no_zone', { zone: event.time_zone.slice(0, 80) }));
    }
    const id = event.id ?? importedEventId({ title: event.name });
    if (id === undefined) throw new ContractError('invalid', because('csv_no_name'));
    this.#event = known?.event ?? { id, name: event.name, time_zone: event.time_zone };
    this.#zone = this.#event.time_zone ?? event.time_zone;
    this.#order = dateOrderOf(
      table.rows.flatMap(({ cells }) =>
        (['date', 'start', 'end'] as const).map((name) => cells[mapping[name] ?? -1] ?? ''),
      ),
    );
    const place = (kind: 'room' | 'track') => (name: string) => importedPlaceIds(id, kind, { name })[0] ?? name;
    this.#types = new NamedItems(known?.catalog.session_types, importedTypeId);
    this.#tracks = new NamedItems(known?.catalog.tracks, place('track'));
    this.#rooms = new NamedItems(known?.catalog.rooms, place('room'));
    this.#contacts = new NamedItems(known?.catalog.contacts, (name) => importedPersonId(id, `name:${name}`));
    this.#knownSessions = new Map((known?.sessions ?? []).map((session) => [session.id, session]));
    this.#knownCodes = codesOf(known?.sessions ?? []);
  }

  read(how: 'whole' | 'as far as can be' = 'whole'): ScheduleReading {
    const { title, id, code } = this.#mapping;
    const hasTitles = title !== undefined || (this.#known !== undefined && (id !== undefined || code !== undefined));
    if (!hasTitles && how === 'whole') throw new ContractError('invalid', because('csv_no_titles'));
    if (this.#order === 'unsure') {
      this.#skipped.add(because('in_dates'), because('day_or_month'));
    }
    const sessions = new Map<string, { row: number; session: BundledSession }>();
    for (const row of hasTitles ? this.#table.rows : []) {
      const session = this.#sessionOf(row);
      if (session === undefined) continue;
      const same = sessions.get(session.id);
      if (same === undefined) sessions.set(session.id, { row: row.number, session });
      else this.#skipped.add(this.#where(row), because('same_row', { row: same.row }));
    }
    const list = Array.from(sessions.values(), ({ session }) => session);
    return {
      event: this.#known === undefined ? withDays(this.#event, list) : this.#event,
      catalog: {
        session_types: this.#types.added(),
        tracks: this.#tracks.added(),
        rooms: this.#rooms.added(),
        contacts: this.#contacts.added(),
        speaker_types: this.#usesSpeakerType ? [UNNAMED_SPEAKER_TYPE] : [],
      },
      sessions: list,
      skipped: this.#skipped.parts(),
    };
  }

  #sessionOf(row: Row): BundledSession | undefined {
    const cell = (name: CsvFieldName): string => row.cells[this.#mapping[name] ?? -1] ?? '';
    if (row.isOpen === true) {
      this.#skipped.add(because('in_row', { row: row.number }), because('open_quote'));
      return undefined;
    }
    if (row.cells.slice(this.#table.headers.length).some((each) => each !== '')) {
      this.#skipped.add(this.#where(row), because('more_cells'));
    }
    const own = cell('id');
    if (own !== '' && !SESSION_ID.test(own)) {
      this.#skipped.add(this.#where(row), because('unfit_id', { id: own.slice(0, 80) }));
      return undefined;
    }
    const code = cell('code');
    const knownId = own !== '' ? own : this.#knownCodes.get(code);
    const name = cell('title') !== '' ? cell('title') : (this.#knownSessions.get(knownId ?? '')?.fields.name ?? '');
    if (name === '') {
      this.#skipped.add(this.#where(row), because('no_title'));
      return undefined;
    }
    const id = knownId ?? this.#idOf(code, name);
    const known = this.#knownSessions.get(id)?.fields;
    // What an import no longer names, it takes away: a session that is known keeps its own.
    const externalId = knownId === undefined ? id : known?.sys_external_id;
    const times = csvTimesOf(
      {
        date: cell('date'),
        start: cell('start'),
        end: cell('end'),
        minutes: cell('minutes'),
        startsAt: cell('starts_at'),
        endsAt: cell('ends_at'),
      },
      this.#order,
      this.#zone,
    );
    for (const remark of times.remarks) this.#skipped.add(this.#where(row), remark);
    const type = { ids: cell('type_id'), names: cell('type') };
    const tracks = this.#tracks.idsOf(cell('track_ids'), cell('tracks'));
    const rooms = this.#rooms.idsOf(cell('room_ids'), cell('rooms'));
    const speakers = this.#speakersOf(cell('speaker_ids'), cell('speakers'), known);
    const capacity = countIn(cell('capacity'));
    if (capacity === undefined && cell('capacity') !== '') {
      this.#skipped.add(this.#where(row), because('unread_capacity', { text: cell('capacity').slice(0, 80) }));
    }
    const read = <T>(name: CsvFieldName, how: (text: string) => T | undefined): T | undefined => {
      const value = how(cell(name));
      if (value === undefined && cell(name) !== '') {
        const header = this.#table.headers[this.#mapping[name] ?? -1] ?? '';
        const text = cell(name).slice(0, 80);
        this.#skipped.add(this.#where(row), because('unread_cell', { header: header.slice(0, 80), text }));
      }
      return value;
    };
    const [access, hidden] = [read('access', accessIn), read('hidden', yesOrNoIn)];
    const [soldOut, hasFees] = [read('sold_out', yesOrNoIn), read('has_fees', yesOrNoIn)];
    const fields: SessionInput = {
      event_id: this.#event.id,
      name,
      type_id: this.#types.idsOf(type.ids, type.names)[0] ?? known?.type_id ?? this.#types.unnamed(UNNAMED_TYPE),
      ...(code === '' ? {} : { code }),
      ...(tracks.length === 0 ? {} : { track_ids: tracks }),
      ...(rooms.length === 0 ? {} : { room_ids: rooms }),
      ...(speakers.length === 0 ? {} : { speakers }),
      ...(times.startMs === undefined ? {} : { start_date: zonedText(times.startMs, this.#zone) }),
      ...(times.endMs === undefined ? {} : { end_date: zonedText(times.endMs, this.#zone) }),
      ...(cell('location') === '' ? {} : { location: cell('location') }),
      ...(cell('description') === '' ? {} : { description: cell('description') }),
      ...(access === undefined ? {} : { access }),
      ...(capacity === undefined
        ? {}
        : { enable_capacity: true, capacity_options: { ...known?.capacity_options, capacity } }),
      ...(hidden === undefined ? {} : { hide_from_schedule: hidden }),
      ...(soldOut === undefined ? {} : { sold_out: soldOut }),
      ...(hasFees === undefined ? {} : { has_fees: hasFees }),
      ...(externalId === undefined ? {} : { sys_external_id: externalId }),
    };
    return { id, fields };
  }

  /** Of a session without an id: of its code, else its title, of which there may be several: breaks are all called so. */
  #idOf(code: string, title: string): string {
    if (code !== '') return importedSessionId(this.#event.id, `code:${code}`);
    const nth = (this.#titles.get(title) ?? 0) + 1;
    this.#titles.set(title, nth);
    return importedSessionId(this.#event.id, nth === 1 ? `title:${title}` : `title:${title}#${nth}`);
  }

  #speakersOf(ids: string, names: string, known: SessionInput | undefined): NonNullable<SessionInput['speakers']> {
    const listed = this.#contacts.itemsOf(ids, names, /[;\n]/.test(names) ? /[;\n]/ : /,| & /);
    return listed.map(({ id, name }) => {
      // What a spreadsheet has no column for, such as the kind of speaker, stays.
      const before = known?.speakers?.find((speaker) => speaker.contact_id === id);
      if (before !== undefined) return before;
      this.#usesSpeakerType = true;
      return { contact_id: id, type_id: UNNAMED_SPEAKER_TYPE.id, name };
    });
  }

  #where({ number, cells }: Row): Reason {
    const title = cells[this.#mapping.title ?? -1] ?? '';
    return title === ''
      ? because('in_row', { row: number })
      : because('in_row_of', { row: number, title: title.slice(0, 120) });
  }
}

/** The sessions by their codes; a code that several have is none's. */
function codesOf(sessions: readonly BundledSession[]): Map<string, string> {
  const ids = new Map<string, string>();
  const shared = new Set<string>();
  for (const { id, fields } of sessions) {
    const { code } = fields;
    if (typeof code !== 'string' || code === '') continue;
    if (ids.has(code)) shared.add(code);
    ids.set(code, id);
  }
  for (const code of shared) ids.delete(code);
  return ids;
}

/** What a spreadsheet names: by the ids it tells, else by the names that are known, else by ids made of the names. */
class NamedItems {
  readonly #derive: (name: string) => string;
  readonly #known = new Map<string, string>();
  readonly #byName = new Map<string, string>();
  readonly #added = new Map<string, { id: string; name: string }>();

  constructor(known: readonly { id: string; name: string }[] | undefined, derive: (name: string) => string) {
    this.#derive = derive;
    for (const { id, name } of known ?? []) {
      this.#known.set(id, name);
      if (!this.#byName.has(foldText(name))) this.#byName.set(foldText(name), id);
    }
  }

  idsOf(ids: string, names: string): string[] {
    return this.itemsOf(ids, names, /[;\n]/).map(({ id }) => id);
  }

  /** The items of a cell, each once, in its order. Names stand beside ids where there are as many of them. */
  itemsOf(ids: string, names: string, separator: RegExp): { id: string; name: string }[] {
    const idList = parts(ids, /;/);
    const ownNames = parts(names, /;/);
    const named =
      idList.length === 0
        ? parts(names, separator).map((name) => ({ id: this.#idFor(name), name }))
        : idList.map((id, at) => {
            const name = (ownNames.length === idList.length ? ownNames[at] : undefined) ?? this.#known.get(id) ?? id;
            return { id, name };
          });
    const items = [...new Map(named.map((item) => [item.id, item])).values()];
    for (const item of items)
      if (!this.#known.has(item.id) && !this.#added.has(item.id)) this.#added.set(item.id, item);
    return items;
  }

  unnamed(item: { id: string; name: string }): string {
    if (!this.#known.has(item.id)) this.#added.set(item.id, item);
    return item.id;
  }

  #idFor(name: string): string {
    const folded = foldText(name);
    const id = this.#byName.get(folded) ?? this.#derive(name);
    this.#byName.set(folded, id);
    return id;
  }

  added(): { id: string; name: string }[] {
    return [...this.#added.values()].sort(byId);
  }
}

function parts(text: string, separator: RegExp): string[] {
  return text
    .split(separator)
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

/** A whole number, also as spreadsheets show it: `1,200`, `1.200`, `80.00`. */
function countIn(text: string): number | undefined {
  const plain = text.replace(
    /^(\d{1,3})((?:[.,'\s]\d{3})+)$/,
    (_, first: string, rest: string) => first + rest.replace(/\D/g, ''),
  );
  return /^\d{1,9}(?:[.,]0{1,2})?$/.test(plain) ? Number.parseInt(plain, 10) : undefined;
}

function accessIn(text: string): 'optional' | 'included' | undefined {
  return (['optional', 'included'] as const).find((access) => access === text.toLowerCase());
}

const YES = new Set(['true', 'yes', 'y', 'ja', 'j', 'x', '1', 'wahr', '✓']);
const NO = new Set(['false', 'no', 'n', 'nein', '0', 'falsch', '-', '–']);

function yesOrNoIn(text: string): boolean | undefined {
  if (YES.has(text.toLowerCase())) return true;
  return NO.has(text.toLowerCase()) ? false : undefined;
}

/** A new event lasts from its first session to its last. */
function withDays(event: CatalogItem<'events'>, sessions: readonly BundledSession[]): CatalogItem<'events'> {
  const dates = sessions.flatMap(({ fields }) => fields.start_date?.slice(0, 10) ?? []).sort();
  const [first] = dates;
  const last = dates.at(-1);
  return first === undefined || last === undefined ? event : { ...event, start_date: first, end_date: last };
}
