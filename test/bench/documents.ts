import { v7 as uuidv7 } from 'uuid';

import type { CatalogItem, CatalogKind } from '../../shared/catalog/catalog.ts';
import type { Session } from '../../shared/contract/session.ts';
import { toSessionRecord, type SessionRecord } from '../../shared/store/records.ts';
import { seededRandom } from '../support/random.ts';

/** The one tenant of the benchmarks. */
export const TENANT = 'hq-1';

/** The event that search and pages are measured in: the first sessions are its own, as many as there are up to this. */
export const LARGE_EVENT = 'event-0';
export const LARGE_EVENT_SESSIONS = 25_000;

const SESSIONS_PER_SMALL_EVENT = 500;

const FIRST_DAY_MS = Date.UTC(2026, 1, 1, 8);
export const DAYS = 10;
const DAY_MS = 24 * 60 * 60 * 1_000;

const TYPES = ['talk', 'workshop', 'lightning', 'panel', 'keynote'];
const TRACKS = Array.from({ length: 20 }, (_, at) => `track-${at}`);
const ROOMS = Array.from({ length: 30 }, (_, at) => `room-${at}`);
const CONTACTS = Array.from({ length: 300 }, (_, at) => `contact-${at}`);

/** Words of names and descriptions; one name in twenty or so holds any of them. */
export const WORDS = (
  'open source database kernel café network storage graphics driver résumé compiler browser desktop community ' +
  'security privacy language runtime memory protocol hardware firmware offline replication naïve schedule ' +
  'conference speaker workshop hallway track über volunteer coordinator room capacity signal radio federated identity ' +
  'package reproducible build testing fuzzing verified embedded realtime audio video'
).split(' ');

/** The session of this number, of about 1.5 kB as JSON: the same one on every machine. */
function sessionAt(number: number, eventId = eventOf(number)): Session {
  const random = seededRandom(number * 7_919 + 1);
  const words = (count: number): string => Array.from({ length: count }, () => random.pick(WORDS)).join(' ');
  const startMs = FIRST_DAY_MS + random.below(DAYS) * DAY_MS + random.below(10 * 12) * 5 * 60_000;
  const speakers = Array.from({ length: 1 + random.below(2) }, (_, at) => ({
    contact_id: random.pick(CONTACTS.slice(at * 150, (at + 1) * 150)),
    type_id: at === 0 ? 'main' : 'co',
    name: `${random.pick(WORDS)} ${random.pick(WORDS)}`,
    job_title: words(3),
    display_order: at,
  }));
  return {
    id: idOf(number),
    event_id: eventId,
    code: `S${number}`,
    name: words(4),
    type_id: random.pick(TYPES),
    track_ids: [random.pick(TRACKS)],
    access: random.pick(['optional', 'included'] as const),
    hide_from_schedule: random.chance(0.05),
    enable_capacity: true,
    capacity_options: { capacity: 50 + random.below(200), enable_wait_list: random.chance(0.5) },
    registration_question_options: {},
    has_fees: random.chance(0.2),
    room_ids: [random.pick(ROOMS)],
    start_date: new Date(startMs).toISOString(),
    end_date: new Date(startMs + (1 + random.below(4)) * 30 * 60_000).toISOString(),
    description: words(57),
    speakers,
    main_presenter_speaker_type_id: 'main',
    custom_field_values: [{ custom_field_id: 'level', string_value: random.pick(['all', 'expert']) }],
    sys_version: 1,
    sys_created_at: '2026-01-01T00:00:00.000Z',
    sys_last_modified_at: '2026-01-01T00:00:00.000Z',
    sys_created_by_id: 'headquarters',
    sys_last_modified_by_id: 'headquarters',
    sys_last_security_context: { principal_id: 'headquarters', role: 'editor', operation: 'createSession' },
  };
}

/** Sessions by their numbers, from one on: all of them of the large event, however many they are. */
export function oneEvent(first: number, count: number): Session[] {
  return Array.from({ length: count }, (_, at) => sessionAt(first + at, LARGE_EVENT));
}

/** The records of such sessions. */
export function recordsOfOneEvent(first: number, count: number): SessionRecord[] {
  return oneEvent(first, count).map(recordOf);
}

/** The record in which the store keeps a session. */
function recordOf(session: Session): SessionRecord {
  return toSessionRecord(TENANT, session, { sync: { dirty: false, remote_id: '' } });
}

/** Records by their numbers, from one on. */
export function recordsFrom(first: number, count: number): SessionRecord[] {
  return Array.from({ length: count }, (_, at) => recordOf(sessionAt(first + at)));
}

/** The id of the session of this number: a uuidv7, made one second after the last. */
export function idOf(number: number): string {
  const random = seededRandom(number * 104_729 + 3);
  const bytes = Uint8Array.from({ length: 16 }, () => random.below(256));
  return `offstage:${uuidv7({ msecs: Date.UTC(2026, 0, 1) + number * 1_000, random: bytes, seq: random.below(2 ** 31) })}`;
}

/** Numbers of different sessions of a store of this size, in random order. */
export function someNumbers(sessions: number, count: number, seed: number): number[] {
  const random = seededRandom(seed);
  const numbers = new Set<number>();
  while (numbers.size < Math.min(count, sessions)) numbers.add(random.below(sessions));
  return [...numbers];
}

/** What the sessions of a store of this size refer to. */
export function catalogOf(sessions: number): { [Kind in CatalogKind]?: CatalogItem<Kind>[] } {
  const events = new Set(Array.from({ length: sessions }, (_, number) => eventOf(number)));
  return {
    events: named([...events]),
    session_types: named(TYPES),
    tracks: named(TRACKS),
    rooms: named(ROOMS),
    speaker_types: named(['main', 'co']),
    contacts: named(CONTACTS),
    custom_fields: [{ id: 'level', name: 'Level', public: true }],
  };
}

/** The start of a day of the events, and its end, as instants and as dates. */
export function dayOf(day: number): { ms: readonly [number, number]; dates: [string, string] } {
  const fromMs = FIRST_DAY_MS + day * DAY_MS - 8 * 60 * 60 * 1_000;
  const toMs = fromMs + DAY_MS - 1;
  return { ms: [fromMs, toMs], dates: [new Date(fromMs).toISOString(), new Date(toMs).toISOString()] };
}

export const SESSION_TYPES: readonly string[] = TYPES;
export const SESSION_TRACKS: readonly string[] = TRACKS;

function named(ids: readonly string[]): { id: string; name: string }[] {
  return ids.map((id) => ({ id, name: id }));
}

function eventOf(number: number): string {
  if (number < LARGE_EVENT_SESSIONS) return LARGE_EVENT;
  return `event-${1 + Math.floor((number - LARGE_EVENT_SESSIONS) / SESSIONS_PER_SMALL_EVENT)}`;
}
