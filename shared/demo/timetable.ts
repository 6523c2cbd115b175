import type { SeededRandom } from '../base/random.ts';
import { TOPICS, type Genre, type Topic } from './topics.ts';

/** The three days, in Europe/Berlin, all at summer time. */
export const DATES = ['2026-09-17', '2026-09-18', '2026-09-19'] as const;

export const TIME_ZONE = 'Europe/Berlin';

export interface DemoRoom {
  /** The last part of its id. */
  key: string;
  name: string;
  capacity: number;
}

const room = (key: string, name: string, capacity: number): DemoRoom => ({ key, name, capacity });

const GREAT_HALL = room('great-hall', 'Great Hall', 1200);
const FOYER = room('foyer', 'Foyer', 800);
const WINTER_GARDEN = room('winter-garden', 'Winter Garden', 350);

/** Rooms for talks; the smallest two are for lightning talks. */
const TALK_ROOMS = [
  GREAT_HALL,
  room('hall-nord', 'Hall Nord', 450),
  room('hall-sued', 'Hall Süd', 420),
  room('saal-humboldt', 'Saal Humboldt', 260),
  room('saal-meitner', 'Saal Meitner', 240),
  room('curie', 'Room Curie', 140),
  room('noether', 'Room Noether', 120),
  room('turing', 'Room Turing', 110),
  room('lovelace', 'Room Lovelace', 90),
];

const FIRST_SHORT_ROOM = TALK_ROOMS.length - 2;

const LABS = [room('lab-1', 'Lab 1', 40), room('lab-2', 'Lab 2', 32), room('lab-3', 'Lab 3', 24)];

export const ROOMS: readonly DemoRoom[] = [...TALK_ROOMS, ...LABS, FOYER, WINTER_GARDEN];

/** A place in the timetable: minutes count from midnight of the day, and go on past the next. */
export interface Slot {
  day: number;
  startMin: number;
  lengthMin: number;
  rooms: readonly DemoRoom[];
}

export interface ProgrammeSlot extends Slot {
  genre: Genre;
  topic: Topic;
}

export interface FixedSlot extends Slot {
  type: 'Keynote' | 'Break' | 'Social event' | 'Registration' | 'Staff';
  title: string;
  description?: string;
}

const at = (hour: number, minute = 0): number => hour * 60 + minute;

const MORNING = [at(10, 15), at(10, 50), at(11, 25), at(12)];
const AFTERNOON = [at(13, 45), at(14, 20), at(14, 55), at(15, 30), at(16, 30), at(17, 5)];
const TALK_MIN = 30;
const WORKSHOP_STARTS = [at(10, 15), at(13, 45), at(16, 30)];

/** What stands every year: keynotes, breaks, the desk at the door, and evenings, two of which go on past midnight. */
export function fixedSlots(): FixedSlot[] {
  const daily = DATES.flatMap((_, day): FixedSlot[] => [
    {
      day,
      startMin: at(7, 30),
      lengthMin: 30,
      rooms: LABS.slice(0, 1),
      type: 'Staff',
      title: `Volunteer briefing, day ${day + 1}`,
    },
    {
      day,
      startMin: at(8),
      lengthMin: 60,
      rooms: [FOYER],
      type: 'Registration',
      title: `Registration desk, day ${day + 1}`,
    },
    {
      day,
      startMin: at(9, 45),
      lengthMin: 30,
      rooms: [FOYER, WINTER_GARDEN],
      type: 'Break',
      title: `Morning coffee, day ${day + 1}`,
    },
    {
      day,
      startMin: at(12, 30),
      lengthMin: 75,
      rooms: [FOYER, WINTER_GARDEN],
      type: 'Break',
      title: `Lunch, day ${day + 1}`,
    },
    {
      day,
      startMin: at(16),
      lengthMin: 30,
      rooms: [FOYER, WINTER_GARDEN],
      type: 'Break',
      title: `Afternoon coffee, day ${day + 1}`,
    },
  ]);
  const keynotes = KEYNOTES.map(([title, description], index): FixedSlot => ({
    day: Math.floor(index / 2),
    startMin: index % 2 === 0 ? at(9) : at(18),
    lengthMin: 45,
    rooms: [GREAT_HALL],
    type: 'Keynote',
    title,
    description,
  }));
  const evenings: FixedSlot[] = [
    {
      day: 0,
      startMin: at(20),
      lengthMin: 180,
      rooms: [FOYER, WINTER_GARDEN],
      type: 'Social event',
      title: 'Welcome reception',
    },
    {
      day: 0,
      startMin: at(22, 30),
      lengthMin: 120,
      rooms: [GREAT_HALL],
      type: 'Social event',
      title: 'Film night: documentaries from the community',
    },
    {
      day: 1,
      startMin: at(21),
      lengthMin: 300,
      rooms: [FOYER, WINTER_GARDEN],
      type: 'Social event',
      title: 'Conference party with live music',
    },
    { day: 1, startMin: at(22), lengthMin: 240, rooms: LABS, type: 'Social event', title: 'Late-night hacking' },
    {
      day: 2,
      startMin: at(20),
      lengthMin: 120,
      rooms: [WINTER_GARDEN],
      type: 'Social event',
      title: 'Farewell drinks',
    },
  ];
  return [...daily, ...keynotes, ...evenings];
}

const KEYNOTES: readonly (readonly [title: string, description: string])[] = [
  [
    'Software for the long run',
    'What makes a piece of software still useful after thirty years? A look at systems that have outlived their makers, and at the habits that kept them alive.',
  ],
  [
    'The network we take for granted',
    'When the lines are down, everything that seemed obvious is not. A report from three regions that rebuilt their networks after storms, and what they kept local this time.',
  ],
  [
    'Public money, public knowledge',
    'Administrations pay for data and code that nobody else may use. Five cases in which that changed, and what it took.',
  ],
  [
    'Machines that know what they do not know',
    'Confidence is easy to fake. This keynote is about measuring it, showing it to people, and building products around an honest "I am not sure".',
  ],
  [
    'Everyone is somebody else’s edge case',
    'Names that do not fit the form, hands that cannot hold the device, days that have twenty-five hours. Why designing for the exception makes better products for all.',
  ],
  [
    'What we will have learned by 2036',
    'A closing talk that looks back from the future: at the bets this community made, those that paid off, and those it is glad to have lost.',
  ],
];

/** Places for talks, lightning talks, workshops, panels and meetups; a room keeps its track for half a day. */
export function programmeSlots(random: SeededRandom): ProgrammeSlot[] {
  const slots: ProgrammeSlot[] = [];
  const topics = random.shuffle(TOPICS);
  const topicOf = (roomIndex: number, day: number, startMin: number): Topic =>
    topics[(roomIndex * 3 + day * 2 + (startMin < at(13) ? 0 : 1)) % topics.length] as Topic;

  DATES.forEach((_, day) => {
    TALK_ROOMS.forEach((talkRoom, roomIndex) => {
      for (const startMin of [...MORNING, ...AFTERNOON]) {
        const slot = { day, rooms: [talkRoom], topic: topicOf(roomIndex, day, startMin) };
        const isShort = roomIndex >= FIRST_SHORT_ROOM && random.happens(0.9);
        if (isShort) {
          slots.push({ ...slot, genre: 'lightning', startMin, lengthMin: TALK_MIN / 2 });
          slots.push({ ...slot, genre: 'lightning', startMin: startMin + TALK_MIN / 2, lengthMin: TALK_MIN / 2 });
        } else {
          const isPanel = (roomIndex === 1 || roomIndex === 3) && random.happens(0.3);
          slots.push({ ...slot, genre: isPanel ? 'panel' : 'talk', startMin, lengthMin: TALK_MIN });
        }
      }
      const topic = topicOf(roomIndex, day, at(19));
      // The film night needs the Great Hall to be free.
      if (talkRoom !== GREAT_HALL)
        slots.push({ day, rooms: [talkRoom], topic, genre: 'meetup', startMin: at(19), lengthMin: 45 });
    });
    LABS.forEach((lab, labIndex) => {
      for (const startMin of WORKSHOP_STARTS) {
        slots.push({
          day,
          rooms: [lab],
          topic: topicOf(labIndex + 5, day, startMin),
          genre: 'workshop',
          startMin,
          lengthMin: 90,
        });
      }
    });
  });
  return slots;
}
