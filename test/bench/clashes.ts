import { checkedSession, type CheckedSession } from '../../shared/schedule/checked-session.ts';
import { ClashIndex } from '../../shared/schedule/clash-index.ts';
import { ClashRules, type ClashContext } from '../../shared/schedule/clash-rules.ts';
import { clashSettings } from '../../shared/schedule/clash-settings.ts';
import type { Clash } from '../../shared/schedule/clash.ts';
import type { ScheduledSession } from '../../shared/schedule/scheduled-session.ts';
import { seededRandom, type Random } from '../support/random.ts';
import { compare, perOperationUs, type Measure } from './measure.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 1_440 * MINUTE_MS;
const FIRST_DAY_MS = Date.UTC(2026, 1, 1, 8);

/** An event grows in rooms and days together, as events do: so many sessions are in a room on a day. */
const SESSIONS_IN_ROOM_ON_DAY = 16;
const DAYS_OF = (sessions: number): number => Math.ceil(Math.sqrt(sessions / 500));

/** Edits in a round. */
const EDITS = 100;

/** Rooms of the board that is dragged across, and the places in each: a day in steps of five minutes. */
const BOARD_ROOMS = 35;
const PLACES = 288;

export const clashes: Measure = {
  name: 'clashes',
  title:
    'Clashes of one event: an edit (a session moved elsewhere), a session of the first check, and the marks of a drag',
  rival: 'the edited session held against every other, before and after; each place of a drag asked by itself',
  unit: 'us',
  async run(sessions) {
    const world = worldOf(sessions);
    const context = contextOf(sessions);
    const index = new ClashIndex(context);
    index.update(world);
    const rules = new ClashRules(context);
    const checked = world.map(checkedSession);
    let [came, cameToRival] = [0, 0];

    const moves = (round: number): { at: number; moved: ScheduledSession }[] => {
      const random = seededRandom(round);
      return Array.from({ length: EDITS }, () => {
        const at = random.below(sessions);
        return { at, moved: { ...world[at]!, ...placeOf(sessions, random) } };
      });
    };
    const edit = await compare(
      async (round) => {
        const edits = moves(round);
        const timeUs = await perOperationUs(EDITS, () => {
          for (const { moved } of edits) came += index.update([moved]).came.length;
        });
        index.update(edits.map(({ at }) => world[at]!));
        return timeUs;
      },
      async (round) => {
        const edits = moves(round);
        const timeUs = await perOperationUs(EDITS, () => {
          for (const { at, moved } of edits) {
            const before = new Set(againstAll(checked[at]!, checked, rules).map(({ key }) => key));
            checked[at] = checkedSession(moved);
            cameToRival += againstAll(checked[at], checked, rules).filter(({ key }) => !before.has(key)).length;
          }
        });
        for (const { at } of edits) checked[at] = checkedSession(world[at]!);
        return timeUs;
      },
      { rounds: 7, warmUps: 2 },
    );
    if (came === 0 || came !== cameToRival) throw new Error(`The index told ${came} clashes, the rival ${cameToRival}`);

    const build = await compare(
      async () =>
        await perOperationUs(sessions, () => {
          new ClashIndex(context).update(world);
        }),
      async (round) => {
        const some = moves(round);
        return await perOperationUs(EDITS, () => {
          for (const { at } of some) againstAll(checkedSession(world[at]!), checked, rules);
        });
      },
      { rounds: 5, warmUps: 1 },
    );

    const rooms = Array.from({ length: BOARD_ROOMS }, (_, at) => `room-${at}`);
    const window = { startMs: FIRST_DAY_MS, endMs: FIRST_DAY_MS + DAY_MS };
    const drag = await compare(
      async (round) =>
        await perOperationUs(20, () => {
          for (let at = 0; at < 20; at++) index.busyPlaces(world[round * 20 + at]!, window, rooms);
        }),
      async (round) => {
        const session = world[round * 20]!;
        return await perOperationUs(1, () => {
          for (const room of rooms) {
            for (let place = 0; place < PLACES; place++) {
              index.candidate({ ...session, ...timesAt(FIRST_DAY_MS + place * 5 * MINUTE_MS), room_ids: [room] });
            }
          }
        });
      },
      { rounds: 7, warmUps: 2 },
    );
    return [
      { what: 'edit', comparison: edit, goal: { timeAtMost: 1 } },
      { what: 'session of the first check', comparison: build, goal: { timeAtMost: 1 } },
      { what: 'drag', comparison: drag, goal: { timeAtMost: 0.05 } },
    ];
  },
};

/** Every clash of one session, with as little done for each other as can be. */
function againstAll(session: CheckedSession, all: readonly CheckedSession[], rules: ClashRules): Clash[] {
  const found = rules.ofOne(session);
  const alike: string[] = [];
  const { taken } = session;
  for (const other of all) {
    if (other.code !== undefined && other.code === session.code) alike.push(other.id);
    if (taken === undefined || other.taken === undefined || other.id === session.id) continue;
    if (other.taken.startMs >= taken.endMs + rules.walkMs || taken.startMs >= other.taken.endMs + rules.walkMs)
      continue;
    const isFirst = other.taken.startMs < taken.startMs;
    found.push(...(isFirst ? rules.ofTwo(other, session) : rules.ofTwo(session, other)));
  }
  const duplicate = session.code === undefined ? undefined : rules.ofCode(session.code, alike);
  return duplicate === undefined ? found : [...found, duplicate];
}

function worldOf(sessions: number): ScheduledSession[] {
  const random = seededRandom(sessions);
  return Array.from({ length: sessions }, (_, number) => ({
    id: `session-${number}`,
    name: `Session ${number}`,
    code: `S${random.chance(0.01) ? random.below(sessions) : number}`,
    speakers: Array.from({ length: 1 + random.below(2) }, () => ({
      contact_id: `contact-${random.below(Math.ceil(sessions * 0.8))}`,
    })),
    registrations: random.below(110),
    ...placeOf(sessions, random),
  }));
}

function contextOf(sessions: number): ClashContext {
  const rooms = Array.from({ length: roomsOf(sessions) }, (_, at) => ({
    id: `room-${at}`,
    name: `Room ${at}`,
    capacity: 100,
  }));
  const eventSpan = { startMs: FIRST_DAY_MS, endMs: FIRST_DAY_MS + DAYS_OF(sessions) * DAY_MS };
  return { settings: clashSettings.parse({}), eventSpan, rooms };
}

function roomsOf(sessions: number): number {
  return Math.max(BOARD_ROOMS, Math.ceil(sessions / SESSIONS_IN_ROOM_ON_DAY / DAYS_OF(sessions)));
}

function placeOf(sessions: number, random: Random): Partial<ScheduledSession> {
  const slot = random.below(DAYS_OF(sessions)) * DAY_MS + random.below(SESSIONS_IN_ROOM_ON_DAY * 2) * 20 * MINUTE_MS;
  return { ...timesAt(FIRST_DAY_MS + slot), room_ids: [`room-${random.below(roomsOf(sessions))}`] };
}

function timesAt(startMs: number): { start_date: string; end_date: string } {
  return {
    start_date: new Date(startMs).toISOString(),
    end_date: new Date(startMs + 30 * MINUTE_MS).toISOString(),
  };
}
