import { Temporal } from 'temporal-polyfill';

import { parseInstant } from '../base/date-time.ts';
import { isTimeZone } from '../catalog/catalog.ts';
import type { BundledSession, ScheduleBundle } from '../catalog/schedule-bundle.ts';
import { nameIn, namesOf, type Names } from './catalog-names.ts';
import { fromCustomFieldValues } from './custom-fields.ts';
import { textOf } from './frab-schedule.ts';
import { calendarText, component, localTime, textProperty, utcTime, type ContentLine } from './icalendar-notation.ts';
import { isWebUri } from './legal-values.ts';
import { byId } from './order.ts';
import { withoutDisallowed } from './parse-xml.ts';
import { toPlainText } from './plain-text.ts';
import { isLeftOut, uuidOf } from './schedule-from-bundle.ts';
import { timeZoneComponent } from './time-zone-component.ts';

/**
 * The bundle's public schedule as iCalendar (RFC 5545). Times are local to the event's zone, which the file describes by the zone's
 * own transitions. UTC stands where local time cannot say the instant: in an hour that the clocks repeat, and in zones that have
 * no name. A session keeps its UID as long as it lives, so that a calendar that
 * reads a newer file changes what it has.
 *
 * @param now milliseconds since the Unix epoch, the time stamp of every entry
 */
export function writeICalendar(bundle: ScheduleBundle, now: number): string {
  const zone = namedZoneOf(bundle);
  const sessions = bundle.sessions.filter((session) => !isLeftOut(session)).sort(byId);
  const { session_types, tracks, rooms, contacts } = bundle.catalog;
  const names = {
    types: namesOf(session_types),
    tracks: namesOf(tracks),
    rooms: namesOf(rooms),
    contacts: namesOf(contacts),
  };
  return calendarText(
    component('VCALENDAR', [
      'VERSION:2.0',
      'PRODID:-//Offstage//Offstage//EN',
      textProperty('X-WR-CALNAME', plain(bundle.event.name)),
      ...(zone === undefined ? [] : timeZoneOf(sessions, zone, now)),
      ...sessions.flatMap((session) => eventComponent(session, names, zone, now)),
    ]),
  );
}

/** The zone as it is while the sessions last, or now if there are none. */
function timeZoneOf(sessions: readonly BundledSession[], zone: string, now: number): ContentLine[] {
  const instants = sessions.flatMap(({ fields }) => [instantOf(fields.start_date), instantOf(fields.end_date)]);
  const known = instants.filter((instantMs) => instantMs !== undefined);
  const [first, last] = known.reduce(
    ([low, high], instantMs) => [Math.min(low, instantMs), Math.max(high, instantMs)],
    [known[0] ?? now, known[0] ?? now],
  );
  return timeZoneComponent(zone, first, last);
}

function eventComponent(
  { id, fields }: BundledSession,
  names: Record<'types' | 'tracks' | 'rooms' | 'contacts', Names>,
  zone: string | undefined,
  now: number,
): ContentLine[] {
  const lines = [`UID:${uuidOf('session', id)}`, `DTSTAMP:${utcTime(now)}`];
  const startMs = instantOf(fields.start_date) ?? 0;
  const endMs = instantOf(fields.end_date);
  lines.push(timeProperty('DTSTART', startMs, zone));
  // An end must be later than the start, in whole seconds; without one the session is a moment.
  if (endMs !== undefined && Math.floor(endMs / 1000) > Math.floor(startMs / 1000)) {
    lines.push(timeProperty('DTEND', endMs, zone));
  }
  lines.push(textProperty('SUMMARY', plain(fields.name)));
  const rooms = (fields.room_ids ?? []).map((roomId) => plain(nameIn(names.rooms, roomId)));
  const location = [...rooms, plain(fields.location ?? '')].filter((place) => place !== '').join(', ');
  if (location !== '') lines.push(textProperty('LOCATION', location));
  const speakers = (fields.speakers ?? []).map(({ contact_id, name }) =>
    plain(name ?? nameIn(names.contacts, contact_id)),
  );
  const description = [speakers.join(', '), plain(toPlainText(fields.description ?? ''))];
  const text = description.filter((part) => part !== '').join('\n\n');
  if (text !== '') lines.push(textProperty('DESCRIPTION', text));
  const type = plain(nameIn(names.types, fields.type_id));
  const tracks = (fields.track_ids ?? []).map((trackId) => plain(nameIn(names.tracks, trackId)));
  lines.push(textProperty('CATEGORIES', type, ...tracks));
  const url = textOf(fromCustomFieldValues(fields.custom_field_values ?? []), 'url');
  if (url !== undefined && isWebUri(url)) lines.push(`URL:${url}`);
  return component('VEVENT', lines);
}

/** The event's zone, if it is one that a TZID can name; UTC needs none. */
function namedZoneOf({ event }: ScheduleBundle): string | undefined {
  const zone = event.time_zone;
  return zone !== undefined && zone !== 'UTC' && /^[A-Za-z][\w+/-]*$/.test(zone) && isTimeZone(zone) ? zone : undefined;
}

function timeProperty(name: string, instantMs: number, zone: string | undefined): ContentLine {
  const zoned = Temporal.Instant.fromEpochMilliseconds(Math.floor(instantMs)).toZonedDateTimeISO(zone ?? 'UTC');
  const local = zoned.toPlainDateTime();
  return zone === undefined || isRepeated(local, zone)
    ? `${name}:${utcTime(instantMs)}`
    : `${name};TZID=${zone}:${localTime(local)}`;
}

/**
 * Whether clocks in the zone show that time twice. RFC 5545 (3.3.5) means the first, but calendars are not agreed: ical.js and
 * node-ical take the second.
 */
function isRepeated(local: Temporal.PlainDateTime, zone: string): boolean {
  const earlier = local.toZonedDateTime(zone, { disambiguation: 'earlier' });
  return !earlier.equals(local.toZonedDateTime(zone, { disambiguation: 'later' }));
}

function instantOf(date: string | undefined): number | undefined {
  return date === undefined ? undefined : parseInstant(date);
}

/** Text without control characters: RFC 5545 has no way to write them. */
function plain(text: string): string {
  return withoutDisallowed(text).replaceAll('\u007f', '').replaceAll(/\r\n?/g, '\n').trim();
}
