import { importedSessionId } from '../base/ids.ts';
import { SeededRandom } from '../base/random.ts';
import type { CatalogItem } from '../catalog/catalog.ts';
import type { BundledSession, ScheduleBundle } from '../catalog/schedule-bundle.ts';
import type { SessionInput } from '../contract/session.ts';
import { drawNames } from './names.ts';
import {
  DATES,
  fixedSlots,
  programmeSlots,
  ROOMS,
  TIME_ZONE,
  type DemoRoom,
  type FixedSlot,
  type ProgrammeSlot,
  type Slot,
} from './timetable.ts';
import { SubjectSource, TOPICS, type Genre, type Topic } from './topics.ts';

const DEMO_EVENT_ID = 'demo-2026';

const SESSIONS = 400;
const UNSCHEDULED = 12;
const SPEAKERS = 260;
const ATTENDEES = 640;
const REGISTRATIONS = 1500;
const ABSTRACTS = 60;
const ABSTRACTS_WITHOUT_SESSION = 12;

/**
 * The demonstration event: a conference of three days and 400 sessions in Berlin, in September 2026, with rooms, tracks, people, abstracts
 * and registrations. The same seed makes the same event. All of it keeps the contract; three pairs of sessions share a
 * room at one time, three speakers are in two places at once, and two sessions are larger than their room:
 * for a coordinator to find.
 *
 * @param seed any number
 */
export function makeDemoEvent(seed = 2026): ScheduleBundle {
  return new DemoEvent(new SeededRandom(seed)).make();
}

interface PlannedSession {
  fields: SessionInput;
  slot: Slot | undefined;
  topic: Topic | undefined;
}

class DemoEvent {
  readonly #random: SeededRandom;
  readonly #subjects: SubjectSource;
  readonly #speakers: CatalogItem<'contacts'>[];
  readonly #attendees: CatalogItem<'contacts'>[];
  /** When each speaker is on stage, by contact id. */
  readonly #onStage = new Map<string, Slot[]>();
  readonly #numbers = new Map<string, number>();
  readonly #planned: PlannedSession[] = [];

  constructor(random: SeededRandom) {
    this.#random = random;
    this.#subjects = new SubjectSource(random);
    const people = drawNames(random, SPEAKERS + ATTENDEES).map((name, index) => this.#contact(name, index));
    this.#speakers = people.slice(0, SPEAKERS);
    this.#attendees = people.slice(SPEAKERS);
  }

  make(): ScheduleBundle {
    for (const slot of fixedSlots()) this.#planFixed(slot);
    const slots = programmeSlots(this.#random);
    const wanted = SESSIONS - UNSCHEDULED - this.#planned.length;
    const workshops = slots.filter(({ genre }) => genre === 'workshop');
    const others = this.#random.shuffle(slots.filter(({ genre }) => genre !== 'workshop'));
    const kept = new Set([...workshops, ...others.slice(0, wanted - workshops.length)]);
    for (const slot of slots) if (kept.has(slot)) this.#planProgramme(slot.genre, slot.topic, slot);
    for (let count = 0; count < UNSCHEDULED; count += 1) {
      this.#planProgramme(count % 4 === 3 ? 'workshop' : 'talk', this.#random.pick(TOPICS), undefined);
    }
    this.#addClashes();
    const sessions = this.#planned.map(({ fields }, index): BundledSession => {
      const id = importedSessionId(DEMO_EVENT_ID, `demo-${index + 1}`);
      return { id, fields: { ...fields, sys_external_id: id } };
    });
    const abstracts = this.#abstractsFor(sessions);
    return {
      event: {
        id: DEMO_EVENT_ID,
        name: 'Open Horizons 2026',
        time_zone: TIME_ZONE,
        start_date: DATES[0],
        end_date: DATES[2],
      },
      catalog: {
        session_types: Object.values(TYPES),
        tracks: TOPICS.map((topic) => ({ id: trackId(topic), name: topic.track, color: topic.color })),
        rooms: ROOMS.map(({ key, name, capacity }) => ({ id: roomId(key), name, capacity })),
        speaker_types: Object.values(SPEAKER_TYPES),
        contacts: [...this.#speakers, ...this.#attendees],
        abstracts,
        custom_fields: CUSTOM_FIELDS,
        registrations: this.#registrationsFor(sessions),
      },
      sessions,
    };
  }

  #planFixed(slot: FixedSlot): void {
    const { type, title, description, rooms } = slot;
    const speakers = type === 'Keynote' ? [this.#speakerFor(slot, 'keynote')] : [];
    const isEvening = type === 'Social event';
    const seats = rooms.reduce((sum, { capacity }) => sum + capacity, 0);
    this.#planned.push({
      slot,
      topic: undefined,
      fields: {
        ...this.#basics(type === 'Staff' ? 'Break' : type, title, slot),
        ...(description === undefined ? {} : { description }),
        ...(speakers.length === 0 ? {} : { speakers }),
        ...(type === 'Staff' ? { hide_from_schedule: true, hide_from_portal: true } : {}),
        ...(isEvening
          ? { access: 'optional', enable_capacity: true, capacity_options: { capacity: Math.floor(seats / 2) } }
          : { access: 'included' }),
        ...(title.includes('party') ? { has_fees: true } : {}),
      },
    });
  }

  #planProgramme(genre: Genre, topic: Topic, slot: ProgrammeSlot | undefined): void {
    const { title, description } = this.#subjects.draw(topic, genre);
    const speakers = this.#castFor(genre, slot);
    const room = slot?.rooms[0];
    const isWorkshop = genre === 'workshop';
    const capacity = room?.capacity ?? 30;
    this.#planned.push({
      slot,
      topic,
      fields: {
        ...this.#basics(GENRE_TYPES[genre], title, slot),
        description,
        track_ids: [trackId(topic)],
        ...(speakers.length === 0 ? {} : { speakers }),
        access: isWorkshop ? 'optional' : 'included',
        ...(isWorkshop ? { enable_capacity: true, capacity_options: { capacity, enable_wait_list: true } } : {}),
        ...(isWorkshop && this.#random.happens(0.3) ? { has_fees: true } : {}),
        custom_field_values: [
          { custom_field_id: 'demo:language', string_value: this.#random.happens(0.8) ? 'en' : 'de' },
          { custom_field_id: 'demo:level', string_value: this.#random.pick(LEVELS) },
          { custom_field_id: 'demo:recorded', boolean_value: genre === 'talk' || genre === 'panel' },
          ...(isWorkshop ? [{ custom_field_id: 'demo:equipment', list_value: this.#equipment() }] : []),
        ],
      },
    });
  }

  #basics(type: keyof typeof TYPES, name: string, slot: Slot | undefined): SessionInput {
    const number = (this.#numbers.get(type) ?? 0) + 1;
    this.#numbers.set(type, number);
    return {
      event_id: DEMO_EVENT_ID,
      name,
      code: `${type.slice(0, 1)}-${String(number).padStart(3, '0')}`,
      type_id: TYPES[type].id,
      ...(slot === undefined
        ? {}
        : {
            room_ids: slot.rooms.map(({ key }) => roomId(key)),
            start_date: dateTime(slot.day, slot.startMin),
            end_date: dateTime(slot.day, slot.startMin + slot.lengthMin),
          }),
    };
  }

  #castFor(genre: Genre, slot: Slot | undefined): Speaker[] {
    const draw = (type: keyof typeof SPEAKER_TYPES, count: number): Speaker[] => {
      const cast = new Map<string, Speaker>();
      while (cast.size < count) {
        const speaker = this.#speakerFor(slot, type);
        cast.set(speaker.contact_id, speaker);
      }
      return [...cast.values()];
    };
    const casts: Record<Genre, () => Speaker[]> = {
      lightning: () => draw('speaker', 1),
      talk: () => draw('speaker', this.#random.happens(0.25) ? 2 : 1),
      workshop: () => draw('lead', 2),
      panel: () => {
        const panellists = draw('panellist', 3);
        return [...draw('moderator', 1), ...panellists];
      },
      meetup: () => [],
    };
    return casts[genre]();
  }

  /** Somebody who is not on stage at that time; with no time yet, anybody. */
  #speakerFor(slot: Slot | undefined, type: keyof typeof SPEAKER_TYPES): Speaker {
    for (;;) {
      const { id, name } = this.#random.pick(this.#speakers);
      const busy = this.#onStage.get(id) ?? [];
      // Three sessions at one conference are enough for anybody.
      if (busy.length >= 3 || (slot !== undefined && busy.some((other) => overlap(other, slot)))) continue;
      if (slot !== undefined) this.#onStage.set(id, [...busy, slot]);
      return { contact_id: id, type_id: SPEAKER_TYPES[type].id, name };
    }
  }

  #equipment(): string[] {
    return this.#random.shuffle(EQUIPMENT).slice(0, this.#random.integer(1, 3));
  }

  #addClashes(): void {
    const talks = this.#random.shuffle(
      this.#planned.filter(({ slot, fields }) => slot !== undefined && fields.type_id === TYPES.Talk.id),
    );
    const used = new Set<PlannedSession>();
    const drawPair = (): [PlannedSession, PlannedSession] => {
      for (const one of talks) {
        const two = talks.find((other) => other !== one && !used.has(other) && sameTime(one, other));
        if (two === undefined || used.has(one)) continue;
        used.add(one).add(two);
        return [one, two];
      }
      throw new Error('the timetable has too few talks to make clashes of');
    };
    for (let count = 0; count < 3; count += 1) {
      const [one, two] = drawPair();
      if (one.fields.room_ids !== undefined) two.fields.room_ids = one.fields.room_ids;
    }
    for (let count = 0; count < 3; count += 1) {
      const [one, two] = drawPair();
      two.fields.speakers = [...(two.fields.speakers ?? []), ...(one.fields.speakers ?? []).slice(0, 1)];
    }
    const crowded = this.#planned.find(({ fields }) => fields.type_id === TYPES.Workshop.id);
    const popular = talks.find((talk) => !used.has(talk) && talk.slot?.rooms[0] !== ROOMS[0]);
    for (const session of [crowded, popular]) {
      const room = session?.slot?.rooms[0];
      if (session === undefined || room === undefined) continue;
      session.fields.enable_capacity = true;
      session.fields.capacity_options = { capacity: Math.ceil(room.capacity * 1.5) };
    }
  }

  /** Most talks were chosen from abstracts; some abstracts still wait for a session. */
  #abstractsFor(sessions: readonly BundledSession[]): CatalogItem<'abstracts'>[] {
    const talks = this.#random.shuffle(sessions.filter(({ fields }) => fields.type_id === TYPES.Talk.id));
    const chosen = talks.slice(0, ABSTRACTS - ABSTRACTS_WITHOUT_SESSION).map(({ fields }, index) => {
      const id = abstractId(index + 1);
      fields.abstract_id = id;
      const { name, description = '', track_ids = [], speakers = [] } = fields;
      return { id, event_id: DEMO_EVENT_ID, name, description, track_ids, speakers: asAuthors(speakers) };
    });
    const waiting = Array.from({ length: ABSTRACTS_WITHOUT_SESSION }, (_, index) => {
      const topic = this.#random.pick(TOPICS);
      const { title, description } = this.#subjects.draw(topic, 'talk');
      return {
        id: abstractId(chosen.length + index + 1),
        event_id: DEMO_EVENT_ID,
        name: title,
        description,
        track_ids: [trackId(topic)],
        speakers: asAuthors([this.#speakerFor(undefined, 'speaker')]),
      };
    });
    return [...chosen, ...waiting];
  }

  /** Workshops fill first, some to the last seat; the rest of the registrations are for the evenings. */
  #registrationsFor(sessions: readonly BundledSession[]): CatalogItem<'registrations'>[] {
    const registrations: CatalogItem<'registrations'>[] = [];
    const register = (session: BundledSession, count: number): void => {
      for (const { id } of this.#random.shuffle(this.#attendees).slice(0, count)) {
        const number = String(registrations.length + 1).padStart(4, '0');
        registrations.push({ id: `${DEMO_EVENT_ID}:registration:${number}`, session_id: session.id, contact_id: id });
      }
    };
    const limited = sessions.filter(({ fields }) => fields.enable_capacity === true && fields.start_date !== undefined);
    for (const session of limited.filter(({ fields }) => fields.type_id === TYPES.Workshop.id)) {
      const capacity = placesOf(session);
      const isFull = this.#random.happens(0.25);
      register(session, isFull ? capacity : Math.floor(capacity * (0.3 + 0.6 * this.#random.next())));
      if (isFull) session.fields.sold_out = true;
    }
    // By their places, the largest last: it takes what the others leave.
    const evenings = limited
      .filter(({ fields }) => fields.type_id === TYPES['Social event'].id)
      .sort((one, two) => placesOf(one) - placesOf(two));
    let places = evenings.reduce((sum, session) => sum + placesOf(session), 0);
    for (const session of evenings) {
      const left = REGISTRATIONS - registrations.length;
      register(session, session === evenings.at(-1) ? left : Math.floor((left * placesOf(session)) / places));
      places -= placesOf(session);
    }
    return registrations;
  }

  #contact(
    { name, first_name, last_name }: ReturnType<typeof drawNames>[number],
    index: number,
  ): CatalogItem<'contacts'> {
    const number = String(index + 1).padStart(4, '0');
    return {
      id: `${DEMO_EVENT_ID}:contact:${number}`,
      name,
      first_name,
      last_name,
      // A domain that is reserved for examples (RFC 2606): no mail can reach anybody.
      email_address: `guest.${number}@example.org`,
      job_title: this.#random.pick(JOBS),
      organization: this.#random.pick(ORGANIZATIONS),
    };
  }
}

type Speaker = NonNullable<SessionInput['speakers']>[number] & { name: string };

function asAuthors(speakers: NonNullable<SessionInput['speakers']>): NonNullable<CatalogItem<'abstracts'>['speakers']> {
  return speakers.map(({ contact_id, type_id }, index) => ({
    contact_id,
    type_id,
    ...(index === 0 ? { main: true } : {}),
  }));
}

function placesOf({ fields }: BundledSession): number {
  return fields.capacity_options?.capacity ?? 0;
}

function overlap(a: Slot, b: Slot): boolean {
  return a.day === b.day && a.startMin < b.startMin + b.lengthMin && b.startMin < a.startMin + a.lengthMin;
}

function sameTime(a: PlannedSession, b: PlannedSession): boolean {
  return a.slot?.day === b.slot?.day && a.slot?.startMin === b.slot?.startMin;
}

/** RFC 3339, at Berlin's summer time; minutes past the day's end are the next day's. */
function dateTime(day: number, minutes: number): string {
  const local = new Date(`${DATES[day]}T00:00:00Z`);
  local.setUTCMinutes(minutes);
  return local.toISOString().replace('.000Z', '+02:00');
}

function trackId(topic: Topic): string {
  return `${DEMO_EVENT_ID}:track:${topic.track.toLowerCase().replaceAll(' ', '-')}`;
}

function roomId(key: DemoRoom['key']): string {
  return `${DEMO_EVENT_ID}:room:${key}`;
}

function abstractId(number: number): string {
  return `${DEMO_EVENT_ID}:abstract:${String(number).padStart(3, '0')}`;
}

const type = (key: string, name: string): CatalogItem<'session_types'> => ({ id: `demo-type:${key}`, name });

const TYPES = {
  Keynote: type('keynote', 'Keynote'),
  Talk: type('talk', 'Talk'),
  Lightning: type('lightning', 'Lightning talk'),
  Workshop: type('workshop', 'Workshop'),
  Panel: type('panel', 'Panel'),
  Meetup: type('meetup', 'Meetup'),
  Break: type('break', 'Break'),
  'Social event': type('social', 'Social event'),
  Registration: type('registration', 'Registration'),
} as const;

const GENRE_TYPES: Readonly<Record<Genre, keyof typeof TYPES>> = {
  talk: 'Talk',
  lightning: 'Lightning',
  workshop: 'Workshop',
  panel: 'Panel',
  meetup: 'Meetup',
};

const speakerType = (key: string, name: string): CatalogItem<'speaker_types'> => ({ id: `demo-speaker:${key}`, name });

const SPEAKER_TYPES = {
  speaker: speakerType('speaker', 'Speaker'),
  keynote: speakerType('keynote', 'Keynote speaker'),
  lead: speakerType('lead', 'Workshop lead'),
  moderator: speakerType('moderator', 'Moderator'),
  panellist: speakerType('panellist', 'Panellist'),
} as const;

const CUSTOM_FIELDS: CatalogItem<'custom_fields'>[] = [
  { id: 'demo:language', name: 'Language', type: 'text', public: true },
  { id: 'demo:level', name: 'Level', type: 'text', public: true },
  { id: 'demo:recorded', name: 'Recorded', type: 'boolean', public: true },
  { id: 'demo:equipment', name: 'Equipment', type: 'list', public: false },
];

const LEVELS = ['Beginner', 'Intermediate', 'Advanced', 'Everyone'];

const EQUIPMENT = [
  'Power at every seat',
  'Flip chart',
  'Second screen',
  'Soldering irons',
  'Microphones',
  'Round tables',
];

const JOBS = ['Engineer', 'Designer', 'Researcher', 'Team lead', 'Product manager', 'Librarian', 'Student'].concat([
  'Maintainer',
  'Consultant',
  'Teacher',
  'Data analyst',
  'Operations engineer',
  'Community manager',
]);

const ORGANIZATIONS = ['Nordwind Cooperative', 'City of Lindenau', 'Hafen Labs', 'Institute for Open Systems'].concat([
  'Bergbahn Software',
  'Alder & Ash',
  'Public Data Trust',
  'University of Westmark',
  'Kettle Radio',
  'Freelance',
]);
