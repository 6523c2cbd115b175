import ICAL from 'ical.js';
import { Temporal } from 'temporal-polyfill';

import { parseInstant } from '../base/date-time.ts';
import { isTimeZone } from '../catalog/catalog.ts';
import type { BundledSession, ScheduleBundle } from '../catalog/schedule-bundle.ts';
import { nameIn, namesOf, type Names } from './catalog-names.ts';
import { fromCustomFieldValues } from './custom-fields.ts';
import { textOf } from './frab-schedule.ts';
import { isWebUri } from './legal-values.ts';
import { byId } from './order.ts';
import { withoutDisallowed } from './parse-xml.ts';
import { toPlainText } from './plain-text.ts';
import { isLeftOut, uuidOf } from './schedule-from-bundle.ts';
import { calendarTime, timeZoneComponent } from './time-zone-component.ts';

// The library counts the octets of a continued line without the space that begins it; RFC 5545 allows 75 with it.
ICAL.foldLength = 74;

/**
 * The bundle's public schedule as iCalendar (RFC 5545). Times are local to the event's zone, which the file describes by the zone's
 * own transitions. UTC stands where local time cannot say the instant: in an hour that the clocks repeat, and in zones that have
 * no name. A session keeps its UID as long as it lives, so that a calendar that
 * reads a newer file changes what it has.
 *
 * @param now milliseconds since the Unix epoch, the time stamp of every entry
 */
export function writeICalendar(bundle: ScheduleBundle, now: number): string {
  const calendar = new ICAL.Component('vcalendar');
  calendar.updatePropertyWithValue('version', '2.0');
  calendar.updatePropertyWithValue('prodid', '-//Offstage//Offstage//EN');
  // Given its type, it is escaped; the library takes it for unknown otherwise.
  calendar.addProperty(new ICAL.Property(['x-wr-calname', {}, 'text', plain(bundle.event.name)]));
  const zone = namedZoneOf(bundle);
  const sessions = bundle.sessions.filter((session) => !isLeftOut(session)).sort(byId);
  const { session_types, tracks, rooms, contacts } = bundle.catalog;
  const names = {
    types: namesOf(session_types),
    tracks: namesOf(tracks),
    rooms: namesOf(rooms),
    contacts: namesOf(contacts),
  };
  const events = sessions.map((session) => eventComponent(session, names, zone, now));
  if (zone !== undefined) {
    const instants = sessions.flatMap(({ fields }) => [instantOf(fields.start_date), instantOf(fields.end_date)]);
    const known = instants.filter((instantMs) => instantMs !== undefined);
    const [first, last] = known.reduce(
      ([low, high], instantMs) => [Math.min(low, instantMs), Math.max(high, instantMs)],
      [known[0] ?? now, known[0] ?? now],
    );
    calendar.addSubcomponent(timeZoneComponent(zone, first, last));
  }
  for (const event of events) calendar.addSubcomponent(event);
  return `${calendar.toString()}\r\n`;
}

function eventComponent(
  { id, fields }: BundledSession,
  names: Record<'types' | 'tracks' | 'rooms' | 'contacts', Names>,
  zone: string | undefined,
  now: number,
): ICAL.Component {
  const component = new ICAL.Component('vevent');
  component.updatePropertyWithValue('uid', uuidOf('session', id));
  component.updatePropertyWithValue('dtstamp', utcTime(now));
  const startMs = instantOf(fields.start_date) ?? 0;
  const endMs = instantOf(fields.end_date);
  component.addProperty(timeProperty('dtstart', startMs, zone));
  // An end must be later than the start, in whole seconds; without one the session is a moment.
  if (endMs !== undefined && Math.floor(endMs / 1000) > Math.floor(startMs / 1000)) {
    component.addProperty(timeProperty('dtend', endMs, zone));
  }
  component.updatePropertyWithValue('summary', plain(fields.name));
  const rooms = (fields.room_ids ?? []).map((roomId) => plain(nameIn(names.rooms, roomId)));
  const location = [...rooms, plain(fields.location ?? '')].filter((place) => place !== '').join(', ');
  if (location !== '') component.updatePropertyWithValue('location', location);
  const speakers = (fields.speakers ?? []).map(({ contact_id, name }) =>
    plain(name ?? nameIn(names.contacts, contact_id)),
  );
  const description = [speakers.join(', '), plain(toPlainText(fields.description ?? ''))];
  const text = description.filter((part) => part !== '').join('\n\n');
  if (text !== '') component.updatePropertyWithValue('description', text);
  const categories = new ICAL.Property('categories');
  categories.setValues([
    plain(nameIn(names.types, fields.type_id)),
    ...(fields.track_ids ?? []).map((trackId) => plain(nameIn(names.tracks, trackId))),
  ]);
  component.addProperty(categories);
  const url = textOf(fromCustomFieldValues(fields.custom_field_values ?? []), 'url');
  if (url !== undefined && isWebUri(url)) component.updatePropertyWithValue('url', url);
  return component;
}

/** The event's zone, if it is one that a TZID can name; UTC needs none. */
function namedZoneOf({ event }: ScheduleBundle): string | undefined {
  const zone = event.time_zone;
  return zone !== undefined && zone !== 'UTC' && /^[A-Za-z][\w+/-]*$/.test(zone) && isTimeZone(zone) ? zone : undefined;
}

function timeProperty(name: string, instantMs: number, zone: string | undefined): ICAL.Property {
  const property = new ICAL.Property(name);
  const zoned = Temporal.Instant.fromEpochMilliseconds(Math.floor(instantMs)).toZonedDateTimeISO(zone ?? 'UTC');
  const local = zoned.toPlainDateTime();
  if (zone === undefined || isRepeated(local, zone)) {
    property.setValue(utcTime(instantMs));
  } else {
    property.setParameter('tzid', zone);
    property.setValue(calendarTime(local));
  }
  return property;
}

/**
 * Whether clocks in the zone show that time twice. RFC 5545 (3.3.5) means the first, but calendars are not agreed: ical.js and
 * node-ical take the second.
 */
function isRepeated(local: Temporal.PlainDateTime, zone: string): boolean {
  const earlier = local.toZonedDateTime(zone, { disambiguation: 'earlier' });
  return !earlier.equals(local.toZonedDateTime(zone, { disambiguation: 'later' }));
}

function utcTime(instantMs: number): ICAL.Time {
  return ICAL.Time.fromJSDate(new Date(instantMs), true);
}

function instantOf(date: string | undefined): number | undefined {
  return date === undefined ? undefined : parseInstant(date);
}

/** Text without control characters: RFC 5545 has no way to write them. */
function plain(text: string): string {
  return withoutDisallowed(text).replaceAll('\u007f', '').replaceAll(/\r\n?/g, '\n').trim();
}
