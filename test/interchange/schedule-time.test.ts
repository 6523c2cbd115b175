import { describe, expect, test } from 'vitest';

import { readSchedule } from '../../shared/interchange/read-schedule.ts';
import { parseDuration, parseTimeOfDay } from '../../shared/interchange/schedule-time.ts';
import { bytesOf } from '../support/schedule-files.ts';

describe('a duration', () => {
  test.each([
    ['1:30', 90],
    ['00:40', 40],
    ['01:30:00', 90],
    ['00:00:30', 0.5],
    ['90', 90],
    ['PT45M', 45],
    ['PT1H30M', 90],
    ['P1DT2H', 26 * 60],
    ['1h 30m', 90],
    ['45 min', 45],
    ['100:00', 6000],
    ['0:00', 0],
  ])('%s is %d minutes', (text, minutes) => {
    expect(parseDuration(text)).toBe(minutes * 60_000);
  });

  test.each(['', '-1:00', 'soon', 'PT', 'P', '1:2:3:4', '1e3', 'Infinity'])('"%s" is none', (text) => {
    expect(parseDuration(text)).toBeUndefined();
  });
});

test.each([
  ['9:30', 9.5],
  ['09:30:00', 9.5],
  ['25:30', 25.5],
])('the time of day %s', (text, hours) => {
  expect(parseTimeOfDay(text)).toBe(hours * 3_600_000);
});

interface Day {
  conference?: string;
  day?: string;
}

/** The start and end of one event on 28 March 2026, or what was said about it. */
function timesOf(event: string, { conference = '', day = '' }: Day = {}): (string | undefined)[] {
  const xml = `<schedule><conference><acronym>conf</acronym>${conference}</conference>
    <day index="1" date="2026-03-28" ${day}><room name="R"><event id="1"><title>T</title>${event}</event></room></day></schedule>`;
  const { sessions, skipped, event: catalogEvent } = readSchedule(bytesOf(xml));
  const remarks = skipped.filter(({ where }) => where.includes('event')).map(({ reason }) => reason);
  const fields = sessions[0]?.fields;
  return [catalogEvent.time_zone, fields?.start_date, fields?.end_date, ...remarks];
}

const BERLIN = { conference: '<time_zone_name>Europe/Berlin</time_zone_name>' };

describe('an event’s time', () => {
  test.each([
    ['with its offset', '<date>2026-03-28T10:00:00+01:00</date>', '2026-03-28T10:00:00+01:00'],
    ['with another offset, at the same instant', '<date>2026-03-28T09:00:00Z</date>', '2026-03-28T10:00:00+01:00'],
    ['with an offset in other words', '<date>2026-03-28 10:00+0100</date>', '2026-03-28T10:00:00+01:00'],
    ['local, without an offset', '<date>2026-03-28T10:00:00</date>', '2026-03-28T10:00:00+01:00'],
    [
      'from the date over a start that differs',
      '<date>2026-03-28T10:00:00+01:00</date><start>12:00</start>',
      '2026-03-28T10:00:00+01:00',
    ],
    ['with a fraction of a second', '<date>2026-03-28T10:00:00.250+01:00</date>', '2026-03-28T10:00:00.25+01:00'],
    ['from the day and the start', '<start>10:00</start>', '2026-03-28T10:00:00+01:00'],
    ['after midnight, at four at the latest', '<start>03:59</start>', '2026-03-29T03:59:00+02:00'],
    ['early in the morning', '<start>04:00</start>', '2026-03-28T04:00:00+01:00'],
    ['counted on past midnight', '<start>24:30</start>', '2026-03-29T00:30:00+01:00'],
    [
      'from the day’s own date and a start past midnight',
      '<date>2026-03-28</date><start>00:30</start>',
      '2026-03-29T00:30:00+01:00',
    ],
    ['from another date and the start', '<date>2026-03-29</date><start>00:30</start>', '2026-03-29T00:30:00+01:00'],
  ])('%s', (_, event, start) => {
    expect(timesOf(`${event}<duration>0:00</duration>`, BERLIN)).toEqual(['Europe/Berlin', start, start]);
  });

  test.each([
    [
      'day_change',
      { conference: `${BERLIN.conference}<day_change>09:00:00</day_change>` },
      '08:59',
      '2026-03-29T08:59:00+02:00',
    ],
    [
      'day_change',
      { conference: `${BERLIN.conference}<day_change>00:00</day_change>` },
      '00:30',
      '2026-03-28T00:30:00+01:00',
    ],
    [
      'the day’s bounds',
      { ...BERLIN, day: 'start="2026-03-28T10:00:00+01:00" end="2026-03-29T06:00:00+02:00"' },
      '05:30',
      '2026-03-29T05:30:00+02:00',
    ],
    [
      'a day that begins at midnight',
      { ...BERLIN, day: 'start="2026-03-28T00:00:00+01:00"' },
      '00:30',
      '2026-03-28T00:30:00+01:00',
    ],
  ])('a start past midnight follows %s', (_, day, time, start) => {
    expect(timesOf(`<start>${time}</start><duration>1:00</duration>`, day)[1]).toBe(start);
  });

  test('in an hour that the clocks skip is taken after the gap, in one they repeat the first time', () => {
    expect(timesOf('<date>2026-03-29T02:30:00</date><duration>0:30</duration>', BERLIN)).toEqual([
      'Europe/Berlin',
      '2026-03-29T03:30:00+02:00',
      '2026-03-29T04:00:00+02:00',
    ]);
    expect(timesOf('<date>2026-10-25T02:30:00</date><duration>1:00</duration>', BERLIN)).toEqual([
      'Europe/Berlin',
      '2026-10-25T02:30:00+02:00',
      '2026-10-25T02:30:00+01:00',
    ]);
    expect(timesOf('<date>2026-10-25T02:30:00+01:00</date><duration>0:00</duration>', BERLIN)[1]).toBe(
      '2026-10-25T02:30:00+01:00',
    );
  });

  test('that spans the change of clocks has the length it says', () => {
    expect(timesOf('<date>2026-03-29T01:00:00+01:00</date><duration>2:00</duration>', BERLIN)[2]).toBe(
      '2026-03-29T04:00:00+02:00',
    );
  });

  test('that is missing or not understood makes a session without it, and is told', () => {
    expect(timesOf('<duration>1:00</duration>', BERLIN)).toEqual([
      'Europe/Berlin',
      undefined,
      undefined,
      'has no start: taken as not scheduled',
    ]);
    expect(timesOf('<date>next week</date>', BERLIN).at(-1)).toBe(
      'has a start that is not understood, "next week": taken as not scheduled',
    );
    expect(timesOf('<start>10:00</start><duration>long</duration>', BERLIN)).toEqual([
      'Europe/Berlin',
      '2026-03-28T10:00:00+01:00',
      undefined,
      'has a duration that is not understood, "long": taken without an end',
    ]);
  });
});

/** The zone of a schedule of one event, the event's start, and what was said. */
const zoneAndRemark = (conference: string, date: string) => {
  const xml = `<schedule><conference><acronym>conf</acronym>${conference}</conference>
    <day index="1" date="2026-03-28"><room name="R"><event id="1"><title>T</title><date>${date}</date><start>10:00</start>
    <duration>1:00</duration></event></room></day></schedule>`;
  const { event, skipped, sessions } = readSchedule(bytesOf(xml));
  return [event.time_zone, sessions[0]?.fields.start_date, ...skipped.map(({ reason }) => reason)];
};

describe('the event’s zone', () => {
  test.each([
    [
      '',
      '2026-03-28T10:00:00+01:00',
      'Etc/GMT-1',
      '2026-03-28T10:00:00+01:00',
      'names no time zone; its times are kept and shown at their offset, +01:00',
    ],
    [
      '',
      '2026-03-28T10:00:00-03:30',
      '-03:30',
      '2026-03-28T10:00:00-03:30',
      'names no time zone; its times are kept and shown at their offset, -03:30',
    ],
    ['', '2026-03-28T10:00:00', 'UTC', '2026-03-28T10:00:00+00:00', 'names no time zone; its times are taken as UTC'],
    [
      '<time_zone_name>Mars/Base</time_zone_name>',
      '2026-03-28T10:00:00Z',
      'UTC',
      '2026-03-28T10:00:00+00:00',
      'names the time zone "Mars/Base", which is not known here; its times are kept and shown at their offset, Z',
    ],
  ])('%s with dates such as %s is %s, and that is told', (conference, date, zone, start, remark) => {
    expect(zoneAndRemark(conference, date)).toEqual([zone, start, remark]);
  });

  test('named by the conference rules over the offsets of its dates', () => {
    expect(zoneAndRemark('<time_zone_name>Asia/Kolkata</time_zone_name>', '2026-03-28T10:00:00Z')).toEqual([
      'Asia/Kolkata',
      '2026-03-28T15:30:00+05:30',
    ]);
  });
});
