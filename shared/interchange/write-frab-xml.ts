import { create, type XMLElement } from 'xmlbuilder';

import { foldText } from '../base/fold-text.ts';
import type { ScheduleBundle } from '../catalog/schedule-bundle.ts';
import { isMembers, proseOf, rowsOf, textOf, type Members } from './frab-schedule.ts';
import { UUID } from './imported-ids.ts';
import { isDateOrDateTime, isHexColor, isWebUri, UniqueNumbers, UniqueTexts } from './legal-values.ts';
import { withoutDisallowed, type XmlElement } from './parse-xml.ts';
import { scheduleFromXml, SUPPLEMENT_TARGET } from './read-frab-xml.ts';
import { scheduleFromBundle, type OutgoingSchedule } from './schedule-from-bundle.ts';
import { durationText, parseDuration } from './schedule-time.ts';
import { SkipList } from './skip-list.ts';
import { difference } from './supplement.ts';

/**
 * The bundle's public schedule as frab XML, valid against the c3voc's schedule.xml.xsd, in UTF-8. What the XSD has no place for
 * stands in a processing instruction (supplement.ts), so that reading the text gives back what the bundle says.
 * Same bundle and `now`, same text.
 *
 * @param now milliseconds since the Unix epoch; the version of a schedule that has none
 */
export function writeFrabXml(bundle: ScheduleBundle, now: number): string {
  const schedule = scheduleFromBundle(bundle, now);
  // XML tells lengths, never ends.
  for (const event of schedule.events.values()) delete event['end'];
  const root = scheduleElement(schedule, now);
  const supplement = difference(scheduleFromXml(root, new SkipList()), schedule);
  return serialise(root, supplement);
}

function scheduleElement(schedule: OutgoingSchedule, now: number): XmlElement {
  const { conference } = schedule;
  const url = textOf(conference, 'schedule_url');
  return element('schedule', {}, [
    element('generator', { name: 'Offstage' }, []),
    ...(url !== undefined && isWebUri(url) ? [element('url', {}, url)] : []),
    element('version', {}, textOf(conference, 'version') ?? new Date(now).toISOString()),
    conferenceElement(schedule),
    ...dayElements(schedule),
  ]);
}

function conferenceElement(schedule: OutgoingSchedule): XmlElement {
  const { conference, calendar } = schedule;
  const children: XmlElement[] = [];
  const add = (name: string, isLegal: (text: string) => boolean): void => {
    const text = textOf(conference, name);
    if (text !== undefined && isLegal(text)) children.push(element(name, {}, text));
  };
  children.push(element('title', {}, textOf(conference, 'title') ?? ''));
  children.push(element('acronym', {}, legalAcronym(textOf(conference, 'acronym') ?? '')));
  add('start', isDateOrDateTime);
  add('end', isDateOrDateTime);
  children.push(element('days', {}, String(calendar.length)));
  add('timeslot_duration', isClockDuration);
  add('base_url', isWebUri);
  add('logo', isWebUri);
  add('url', isWebUri);
  add('time_zone_name', () => true);
  const colors = isMembers(conference['colors']) ? conference['colors'] : {};
  if (isHexColor(colors['primary'])) {
    const shown = Object.entries(colors).filter(([name, color]) => /^[a-z]+$/.test(name) && isHexColor(color));
    children.push(element('color', Object.fromEntries(shown as [string, string][]), []));
  }
  return element('conference', {}, [...children, ...trackElements(schedule)]);
}

/** The tracks that have more than a name, in the file's own order; a name alone stands in every event. */
function trackElements({ tracks }: OutgoingSchedule): XmlElement[] {
  const listed = [...tracks].filter(([, track]) => Object.keys(track).length > 1);
  return listed.map(([name, track]) => {
    const attributes: Record<string, string> = { name };
    const [color, slug] = [track['color'], textOf(track, 'slug')];
    if (isHexColor(color)) attributes['color'] = color;
    if (slug !== undefined && /^[a-z][a-z\d-]+$/.test(slug)) attributes['slug'] = slug;
    return element('track', attributes, []);
  });
}

function dayElements(schedule: OutgoingSchedule): XmlElement[] {
  const events = new EventElements(schedule);
  const placed = new Set(schedule.calendar.flatMap((day) => [...day.rooms.keys()]));
  const unused = [...schedule.rooms.keys()].filter((name) => !placed.has(name));
  return schedule.calendar.map(({ index, date, start, end, rooms }, at) => {
    // XML lists rooms by day alone: those without any sessions stand in the first, empty.
    const names = at === 0 ? [...rooms.keys(), ...unused] : [...rooms.keys()];
    return element(
      'day',
      { index: String(index), date, start, end },
      names.map((name) => {
        const guid = textOf(schedule.rooms.get(name) ?? {}, 'guid');
        const attributes = guid !== undefined && UUID.test(guid) ? { name, guid } : { name };
        return element(
          'room',
          attributes,
          (rooms.get(name) ?? []).map((id) => events.elementOf(id, name)),
        );
      }),
    );
  });
}

/** Builds events; ids, codes and slugs are unique in a file, so it remembers which are taken. */
class EventElements {
  readonly #schedule: OutgoingSchedule;
  readonly #ids: UniqueNumbers;
  readonly #codes = new UniqueTexts(/^[\dA-Z]{6}$/);
  readonly #slugs = new UniqueTexts(/^[a-z\d_]{4,}-[a-z\d\-_]{4,}$/);

  constructor(schedule: OutgoingSchedule) {
    this.#schedule = schedule;
    this.#ids = new UniqueNumbers([...schedule.events.values()].map((event) => event['id']));
  }

  elementOf(guid: string, room: string): XmlElement {
    const event = this.#schedule.events.get(guid) ?? {};
    const code = this.#codes.take(textOf(event, 'code'));
    const attributes = { guid, id: String(this.#ids.take(event['id'], guid)), ...(code === undefined ? {} : { code }) };
    const text = (name: string, value = textOf(event, name) ?? ''): XmlElement => element(name, {}, value);
    const uri = (name: string): XmlElement[] => {
      const value = textOf(event, name);
      return value !== undefined && isWebUri(value) ? [text(name, value)] : [];
    };
    const slug = this.#slugs.take(textOf(event, 'slug'));
    const duration = textOf(event, 'duration') ?? '';
    return element('event', attributes, [
      text('room', room),
      text('title', textOf(event, 'title') ?? ''),
      text('subtitle'),
      text('type'),
      text('date'),
      text('start'),
      text('duration', isClockDuration(duration) ? duration : longestBelow(duration)),
      text('abstract', proseOf(event, 'abstract') ?? ''),
      ...(slug === undefined ? [] : [text('slug', slug)]),
      text('track'),
      ...uri('logo'),
      element(
        'persons',
        {},
        (this.#schedule.speakers.get(guid) ?? []).map((speaker) => this.#personElement(speaker)),
      ),
      text('language'),
      text('description', proseOf(event, 'description') ?? ''),
      ...recordingElement(event),
      element(
        'links',
        {},
        rowsOf(event, 'links').map((link) => linkElement('link', link, ['type', 'service'])),
      ),
      element(
        'attachments',
        {},
        rowsOf(event, 'attachments').map((link) => linkElement('attachment', link, ['type'])),
      ),
      ...['video_download_url', 'url', 'feedback_url', 'origin_url'].flatMap(uri),
    ]);
  }

  #personElement({ key, name }: { key: string; name: string }): XmlElement {
    const id = this.#schedule.people.get(key)?.['id'];
    const attributes = {
      ...(typeof id === 'number' && Number.isSafeInteger(id) ? { id: String(id) } : {}),
      ...(key.startsWith('guid:') ? { guid: key.slice('guid:'.length) } : {}),
    };
    return element('person', attributes, name);
  }
}

function recordingElement(event: Members): XmlElement[] {
  const parts = ['recording_license', 'do_not_record', 'recording_url', 'recording_link'];
  if (parts.every((name) => event[name] === undefined)) return [];
  const links = ['url', 'link'].flatMap((name) => {
    const uri = textOf(event, `recording_${name}`);
    return uri !== undefined && isWebUri(uri) ? [element(name, {}, uri)] : [];
  });
  const license = element('license', {}, textOf(event, 'recording_license') ?? '');
  return [
    element('recording', {}, [license, element('optout', {}, String(event['do_not_record'] === true)), ...links]),
  ];
}

function linkElement(name: string, link: Members, attributes: readonly string[]): XmlElement {
  const url = textOf(link, 'url');
  const others = attributes.flatMap((attribute) => {
    const value = textOf(link, attribute);
    return value === undefined ? [] : [[attribute, value] as const];
  });
  return element(
    name,
    { ...(url === undefined ? {} : { href: url }), ...Object.fromEntries(others) },
    textOf(link, 'title') ?? '',
  );
}

/** At least four of a-z, 0-9, _ and -. */
function legalAcronym(acronym: string): string {
  return foldText(acronym)
    .replaceAll(/[^a-z\d_-]+/g, '-')
    .padEnd(4, '_');
}

function isClockDuration(text: string): boolean {
  return /^\d{1,2}:\d\d(?::\d{1,2})?$/.test(text);
}

/** The longest duration of whole seconds that the form can say and that is not longer than this one. */
function longestBelow(duration: string): string {
  const ninetyNineHours = 100 * 3_600_000 - 1000;
  const wholeMs = Math.floor((parseDuration(duration) ?? 0) / 1000) * 1000;
  return durationText(Math.min(wholeMs, ninetyNineHours));
}

/** An element whose text and attributes are what a parser would read back. */
function element(name: string, attributes: Record<string, string>, content: string | XmlElement[]): XmlElement {
  return {
    name,
    // Parsers read a line end in an attribute as a space.
    attributes: Object.fromEntries(
      Object.entries(attributes).map(([key, value]) => [key, withoutDisallowed(value).replaceAll(/[\t\n\r]/g, ' ')]),
    ),
    children: typeof content === 'string' ? [] : content,
    text: typeof content === 'string' ? withoutDisallowed(content) : '',
    markup: '',
  };
}

function serialise(root: XmlElement, supplement: Members): string {
  const schedule = create(root.name, { version: '1.0', encoding: 'UTF-8' });
  for (const child of root.children) append(schedule, child);
  if (Object.keys(supplement).length > 0) schedule.instruction(SUPPLEMENT_TARGET, instructionBody(supplement));
  return `${schedule.end({ pretty: true })}\n`;
}

function append(parent: XMLElement, { name, attributes, children, text }: XmlElement): void {
  const node = parent.element(name, attributes);
  if (text !== '') node.text(text);
  for (const child of children) append(node, child);
}

/** JSON that may stand in a processing instruction: without `?>` and without characters that XML does not allow. */
function instructionBody(supplement: Members): string {
  return JSON.stringify(supplement)
    .replaceAll('?>', String.raw`?\u003e`)
    .replaceAll(/[\ud800-\udfff\ufffe\uffff]/gu, (unit) => `\\u${unit.charCodeAt(0).toString(16)}`);
}
