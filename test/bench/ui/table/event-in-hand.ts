import { SeededRandom } from '../../../../shared/base/random.ts';
import type { SessionSummary } from '../../../../shared/rpc/session-summary.ts';

const SESSIONS = 25_000;
const ROOMS = 120;
const TRACKS = 24;
const TYPES = 6;
const PEOPLE = 9_000;
const DAYS = 12;
const FIRST_DAY_MS = Date.UTC(2026, 8, 1);

const words = [
  'Open',
  'Größe',
  'distributed',
  'réseau',
  'garden',
  'kernel',
  'Łódź',
  'public',
  'archive',
  'signal',
].concat([
  'bridge',
  'hands-on',
  'typography',
  'security',
  'compiler',
  'orchestra',
  'weather',
  'library',
  'lantern',
  'harbour',
]);
const firstNames = ['Étienne', 'Åsa', 'Łukasz', 'Zoé', 'Priya', 'Tendai', 'Björn', 'Mihai', 'İpek', 'Jun'];
const lastNames = [
  'Müller',
  'Chevalier',
  'Nair',
  'Ångström',
  'Okafor',
  'Sørensen',
  'García',
  'Novák',
  'Tanaka',
  'Weiß',
];

export interface Named {
  id: string;
  name: string;
}

/** An event of 25,000 sessions, the same each time: what the table of either side begins with. */
export function makeEvent(): {
  sessions: SessionSummary[];
  rooms: Named[];
  tracks: Named[];
  types: Named[];
  people: Named[];
} {
  const random = new SeededRandom(25);
  const named = (count: number, kind: string): Named[] =>
    Array.from({ length: count }, (_, at) => ({ id: `${kind}${at}`, name: `${kind} ${at + 1}` }));
  const [rooms, tracks, types] = [named(ROOMS, 'Room'), named(TRACKS, 'Track'), named(TYPES, 'Type')];
  const people = Array.from({ length: PEOPLE }, (_, at) => ({
    id: `p${at}`,
    name: `${random.pick(firstNames)} ${random.pick(lastNames)} ${at}`,
  }));
  const sessions = Array.from({ length: SESSIONS }, (_, at): SessionSummary => {
    // Room by room and day by day, one after the other, as a programme is: only speakers clash.
    const slot = Math.floor(at / ROOMS);
    const startMs = FIRST_DAY_MS + (slot % DAYS) * 86_400_000 + (7 * 60 + Math.floor(slot / DAYS) * 45) * 60_000;
    const start = isoOf(startMs);
    const end = isoOf(startMs + random.integer(4, 9) * 300_000);
    const speakers = Array.from({ length: 1 + random.integer(0, 2) }, () => random.pick(people));
    return {
      id: `s${at}`,
      event_id: 'e',
      name: Array.from({ length: 4 }, () => random.pick(words)).join(' '),
      code: `C-${at}`,
      type_id: random.pick(types).id,
      track_ids: [random.pick(tracks).id],
      room_ids: [rooms[at % ROOMS]!.id],
      start_date: start,
      end_date: end,
      speakers: speakers.map(({ id, name }) => ({ contact_id: id, type_id: 't', name })),
      capacity_options: {},
      sys_last_modified_at: start,
      registrations: random.integer(0, 199),
      sync: 'clean',
    } as unknown as SessionSummary;
  });
  return { sessions, rooms, tracks, types, people };
}

function isoOf(instantMs: number): string {
  return new Date(instantMs).toISOString().replace('.000', '');
}
