import { describe, expect, test } from 'vitest';

import { jsonEqual } from '../../shared/base/json.ts';
import type { CsvEvent } from '../../shared/catalog/csv-columns.ts';
import type { ScheduleBundle } from '../../shared/catalog/schedule-bundle.ts';
import { makeDemoEvent } from '../../shared/demo/demo-event.ts';
import { previewCsv, readCsv } from '../../shared/interchange/read-csv.ts';
import { writeCsv } from '../../shared/interchange/write-csv.ts';

const berlin: CsvEvent = { name: 'Tag der Tabellen', time_zone: 'Europe/Berlin' };

function bytesOf(...lines: string[]): Uint8Array {
  return new TextEncoder().encode(lines.join('\r\n'));
}

function read(...lines: string[]) {
  return readCsv(bytesOf(...lines), { event: berlin });
}

/** Start and end of the only session. */
function timesOf(header: string, row: string): [string | undefined, string | undefined, ...string[]] {
  const { sessions, skipped } = read(`Title,${header}`, `Talk,${row}`);
  const { start_date: start, end_date: end } = sessions[0]?.fields ?? {};
  return [start, end, ...skipped.map(({ reason }) => reason)];
}

describe('a table as people make it', () => {
  test('is understood by its headers, in English or German, with commas, semicolons or tabs', () => {
    const [english, german, tabs] = [
      read('Session title,Room,Start,End,Speakers', 'Opening,Hall,2025-02-01 09:30,10:00,"Ada Lovelace, Grace Hopper"'),
      read('Titel;Saal;Beginn;Ende;Referenten', 'Opening;Hall;1.2.2025 9:30;10:00 Uhr;Ada Lovelace & Grace Hopper'),
      read(
        'TITEL\tRaum (Haus 1)\tDatum\tVon\tBis\tVortragende',
        'Opening\tHall\t01.02.2025\t09.30\t10.00\tAda Lovelace; Grace Hopper',
      ),
    ];
    expect(english.sessions).toEqual([
      {
        id: expect.stringMatching(/^offstage:/),
        fields: {
          event_id: 'tag-der-tabellen',
          name: 'Opening',
          type_id: 'type:session~',
          room_ids: ['tag-der-tabellen:room:Hall'],
          start_date: '2025-02-01T09:30:00+01:00',
          end_date: '2025-02-01T10:00:00+01:00',
          speakers: ['Ada Lovelace', 'Grace Hopper'].map((name) => ({
            contact_id: english.catalog.contacts?.find((contact) => contact.name === name)?.id,
            type_id: 'speaker-type:speaker~',
            name,
          })),
          sys_external_id: english.sessions[0]?.id,
        },
      },
    ]);
    expect(english.event).toEqual({
      id: 'tag-der-tabellen',
      name: 'Tag der Tabellen',
      time_zone: 'Europe/Berlin',
      start_date: '2025-02-01',
      end_date: '2025-02-01',
    });
    expect(german).toEqual(english);
    expect(tabs).toEqual(english);
  });

  test('may be in the letters of Windows or in UTF-16, as spreadsheets save it', () => {
    const windows = Uint8Array.from('Titel\r\nGr\u00fc\u00dfe', (letter) => letter.charCodeAt(0));
    const utf16 = new Uint8Array(Buffer.from('\ufeffTitel\r\nGrüße', 'utf16le'));
    const names = [windows, utf16].map((bytes) => readCsv(bytes, { event: berlin }).sessions[0]?.fields.name);
    expect(names).toEqual(['Grüße', 'Grüße']);
  });

  test('names the same things by the same ids, and sessions of one title each by its own', () => {
    const lines = ['title,rooms', 'Lunch,Hall', 'Lunch,Lab', 'Talk,Hall'];
    const [once, again] = [read(...lines), read(...lines)];
    expect(again).toEqual(once);
    expect(new Set(once.sessions.map(({ id }) => id)).size).toBe(3);
    expect(once.catalog.rooms?.map(({ name }) => name).sort()).toEqual(['Hall', 'Lab']);
  });

  test('means by a name what the event already calls so', () => {
    const known: ScheduleBundle = {
      event: { id: 'e1', name: 'Event', time_zone: 'Europe/Berlin' },
      catalog: { rooms: [{ id: 'r-12', name: 'Hall Süd' }], session_types: [{ id: 't-1', name: 'Talk' }] },
      sessions: [],
    };
    const reading = readCsv(bytesOf('title,room,type', 'Opening,hall sud,TALK'), {
      event: { ...berlin, id: 'e1' },
      known,
    });
    expect(reading.sessions[0]?.fields).toMatchObject({ event_id: 'e1', room_ids: ['r-12'], type_id: 't-1' });
    expect(reading.catalog).toMatchObject({ rooms: [], session_types: [] });
    expect(reading.event).toEqual(known.event);
  });
});

describe('times', () => {
  test.each([
    ['Start,End', '2025-07-01 09:30,2025-07-01 10:15', '09:30', '10:15'],
    ['Date,Start,Minutes', '1.7.2025,9:30,45', '09:30', '10:15'],
    ['Date,Start,Duration', '2025-07-01,9:30 am,0:45', '09:30', '10:15'],
    ['starts_at,ends_at,start,end', '2025-07-01T07:30:00Z,2025-07-01T08:15:00Z,1.1.2000 5:00,6:00', '09:30', '10:15'],
    ['Date,Time', '07/13/2025,9:30 PM', '21:30', undefined],
    ['Date,Time', '2025-07-01,9:30-10:15', '09:30', '10:15'],
    ['Time', '1.7.2025 9:30 – 10:15 Uhr', '09:30', '10:15'],
    ['Date,Time', '2025-07-01,11:00 - 1:00 pm', '11:00', '13:00'],
    ['Date,Time', '2025-07-01,1 to 2:30pm', '13:00', '14:30'],
    ['Start', '2025-07-01T09:30:00-05:00', '16:30', undefined],
  ])('%s: %s', (header, row, start, end) => {
    const [startDate, endDate] = timesOf(header, row);
    expect([startDate?.slice(11, 16), endDate?.slice(11, 16)]).toEqual([start, end]);
    expect(startDate?.slice(-6)).toBe('+02:00');
  });

  test.each([
    '1 Jul 2025',
    '1st July 2025',
    '"July 1, 2025"',
    '01-Jul-25',
    '1. Juli 2025',
    '"Dienstag, 1. Juli 2025"',
    'Tue 1 July 2025',
    'Di 01.07.2025',
    '2025/07/01',
    '01-07-2025',
  ])('stand on dates as spreadsheets and people write them: %s', (date) => {
    expect(timesOf('Date,Start', `${date},9:30`)[0]).toBe('2025-07-01T09:30:00+02:00');
  });

  test('past midnight, also of a night in which the clocks change, end when the clocks say so', () => {
    expect(timesOf('Start,End', '2025-03-29 22:00,4:00')[1]).toBe('2025-03-30T04:00:00+02:00');
    expect(timesOf('Start,End', '2025-10-25 22:00,4:00')[1]).toBe('2025-10-26T04:00:00+01:00');
    expect(timesOf('Start,End', '2025-03-30 2:30,3:30')[1]).toBe('2025-03-30T03:30:00+02:00');
  });

  test('past midnight belong to the next day', () => {
    expect(timesOf('Start,End', '2025-02-01 22:00,2:00')).toEqual([
      '2025-02-01T22:00:00+01:00',
      '2025-02-02T02:00:00+01:00',
    ]);
  });

  test('with slashes are read as the dates of the file that can be read only one way', () => {
    const dates = (...days: string[]): unknown[] =>
      read('title,date,start', ...days.map((day, at) => `T${at},${day},9:00`)).sessions.map(({ fields }) =>
        fields.start_date?.slice(0, 10),
      );
    expect(dates('3/4/2025', '13/4/2025')).toEqual(['2025-04-03', '2025-04-13']);
    expect(dates('3/4/2025', '3/14/2025')).toMatchObject(['2025-03-04', '2025-03-14']);
    expect(read('title,date', 'T,3/4/2025').skipped[0]).toMatchObject({
      where: 'the dates',
      reason: 'could be day/month or month/day; they are taken as day/month',
    });
  });

  test('that are not understood leave the session unscheduled, and say so', () => {
    expect(timesOf('Date,Start', '32.13.2025,9:00')).toEqual([
      undefined,
      undefined,
      'has a start that is not understood, "32.13.2025 9:00": taken as not scheduled',
    ]);
    expect(timesOf('Date,Start', '2025-02-01,')).toEqual([
      undefined,
      undefined,
      'has a day and no time: taken as not scheduled',
    ]);
    expect(timesOf('Start,End', '2025-02-01 9:00,2025-01-31 9:00').slice(1)).toEqual([
      undefined,
      'ends before it begins, "2025-01-31 9:00": taken without an end',
    ]);
  });
});

describe('what cannot be taken', () => {
  test('is named row by row, as the spreadsheet counts them', () => {
    const { sessions, skipped } = read(
      'id,code,title,capacity',
      'a b,,Bad id,',
      '',
      ',C1,One,many',
      ',C1,Two,',
      ',,,10',
    );
    expect(sessions.map(({ fields }) => fields.name)).toMatchObject(['One']);
    expect(skipped).toMatchObject([
      { where: 'row 2, "Bad id"', reason: 'has an id that no session can have, "a b"' },
      { where: 'row 4, "One"', reason: 'has a capacity that is no number, "many": left out' },
      { where: 'row 5, "Two"', reason: 'is the same session as row 4: it has its id or code' },
      { where: 'row 6', reason: 'has no title' },
    ]);
  });

  test('is named cell by cell where yes, no, or one of several things may stand, and numbers are read as they are shown', () => {
    const { sessions, skipped } = read(
      'title,Versteckt,access,capacity',
      'One,vielleicht,everyone,"1,200"',
      'Two,nein,Included,80.00',
      'Three,x,,1.5',
    );
    expect(sessions.map(({ fields }) => [fields.hide_from_schedule, fields.access, fields.capacity_options])).toEqual([
      [undefined, undefined, { capacity: 1200 }],
      [false, 'included', { capacity: 80 }],
      [true, undefined, undefined],
    ]);
    expect(skipped).toMatchObject([
      { where: 'row 2, "One"', reason: 'has something under "access" that is not understood, "everyone": left out' },
      {
        where: 'row 2, "One"',
        reason: 'has something under "Versteckt" that is not understood, "vielleicht": left out',
      },
      { where: 'row 4, "Three"', reason: 'has a capacity that is no number, "1.5": left out' },
    ]);
  });

  test.each([
    [bytesOf(''), 'is empty'],
    [bytesOf('title'), 'no row below'],
    [bytesOf('Wann,Wo', '9:00,Saal'), 'which column holds the titles'],
    [Uint8Array.from([0x50, 0x4b, 3, 4, 0, 0, 0, 0]), 'is no text'],
    [bytesOf('title', ...Array.from({ length: 50_001 }, (_, at) => `T${at}`)), 'more than 50000 rows'],
  ])('is refused whole where nothing is of use: %#', (bytes, words) => {
    expect(() => readCsv(bytes, { event: berlin })).toThrow(words);
  });

  test('a time zone that is none is told', () => {
    expect(() => readCsv(bytesOf('title', 'T'), { event: { name: 'E', time_zone: 'Mars/Base' } })).toThrow('Mars/Base');
  });
});

describe('our own export', () => {
  const demo = makeDemoEvent();
  const exported = new TextEncoder().encode(writeCsv(demo));
  const event: CsvEvent = { id: demo.event.id, name: demo.event.name, time_zone: demo.event.time_zone ?? 'UTC' };

  test('comes back with every session as it was, as far as the table tells', () => {
    const back = readCsv(exported, { event, known: demo });
    expect(back.skipped).toEqual([]);
    const known = new Map(demo.sessions.map((session) => [session.id, session.fields]));
    const differing = back.sessions.flatMap(({ id, fields }) =>
      Object.entries(fields).filter(([name, value]) => {
        const before: unknown = known.get(id)?.[name as keyof typeof fields];
        // Nothing, no list and an empty list say the same; an instant may be written in several ways.
        const isSame = name.endsWith('_date')
          ? Date.parse(String(value)) === Date.parse(String(before))
          : jsonEqual(value, before ?? null);
        return !isSame;
      }),
    );
    expect(differing).toEqual([]);
    expect(back.sessions.map(({ id }) => id).sort()).toEqual(demo.sessions.map(({ id }) => id).sort());
  });

  test('brings names along where nothing is known of the event', () => {
    const back = readCsv(exported, { event });
    const names = (items: readonly { id: string; name: string }[] = []): Map<string, string> =>
      new Map(items.map(({ id, name }) => [id, name]));
    const rooms = names(demo.catalog.rooms);
    expect([...names(back.catalog.rooms)].filter(([id, name]) => rooms.get(id) !== name)).toEqual([]);
    expect(back.sessions).toHaveLength(demo.sessions.length);
  });

  test('is told apart by the event it names', () => {
    expect(previewCsv(exported, { event: berlin })).toMatchObject({
      eventId: demo.event.id,
      rows: demo.sessions.length,
      sessions: demo.sessions.length,
    });
  });

  test('loses no text that a spreadsheet might have run', () => {
    const name = '=HYPERLINK("http://x")';
    const bundle = {
      ...demo,
      sessions: demo.sessions.slice(0, 1).map(({ id, fields }) => ({ id, fields: { ...fields, name } })),
    };
    const back = readCsv(new TextEncoder().encode(writeCsv(bundle)), { event });
    expect(back.sessions[0]?.fields.name).toBe(name);
  });
});

describe('a table with the quirks of spreadsheets', () => {
  const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
  const titles = (bytes: Uint8Array): string[] =>
    readCsv(bytes, { event: berlin }).sessions.map(({ fields }) => fields.name);
  const remarks = (bytes: Uint8Array): string[] =>
    readCsv(bytes, { event: berlin }).skipped.map(({ where, reason }) => `${where} ${reason}`);

  test('is read with Excel’s own line of the separator, whose row is counted, too', () => {
    expect(titles(encode('\ufeffsep=;\r\nTitel;Raum\r\nA, b;Saal\r\n'))).toEqual(['A, b']);
    expect(titles(encode('"sep=|"\nTitle|Room\nA|B\n'))).toEqual(['A']);
    expect(remarks(encode('sep=;\nTitel;Raum\n;Saal\n'))).toEqual(['row 3 has no title']);
  });

  test('may be as small as two columns and one row, whatever separates them', () => {
    for (const sign of [',', ';', '\t', '|']) {
      expect([sign, ...titles(encode(`Titel${sign}Raum\r\nA${sign}Saal\r\n`))]).toEqual([sign, 'A']);
    }
  });

  test('may be in UTF-16 without its mark, in the letters of Windows, or with the line ends of old Macs', () => {
    const utf16 = new Uint8Array(Buffer.from('Titel;Raum\r\nÖffnung;Saal\r\n', 'utf16le'));
    expect(titles(utf16)).toEqual(['Öffnung']);
    expect(titles(utf16.map((_, at) => utf16[at ^ 1]!))).toEqual(['Öffnung']);
    expect(titles(Uint8Array.from('Titel;Raum\nÖffnung;Saal\n', (letter) => letter.charCodeAt(0)))).toEqual([
      'Öffnung',
    ]);
    expect(titles(encode('Title,Room\rA,B\rC,D\r'))).toEqual(['A', 'C']);
  });

  test('may have a title above its headers', () => {
    expect(titles(encode('Programme of 2026,,\n,,\nTitle,Room,Code\nA,B,C1\n'))).toEqual(['A']);
    // Headers that say nothing are headers all the same.
    const { headers } = previewCsv(encode('foo,bar\nbaz,qux\n'), { event: berlin });
    expect(headers).toEqual(['foo', 'bar']);
  });

  test('may write years with two digits', () => {
    expect(timesOf('Date,Start,End', '01.02.25,09:30,10:00')).toEqual([
      '2025-02-01T09:30:00+01:00',
      '2025-02-01T10:00:00+01:00',
    ]);
    expect(timesOf('Date,Start,End', '2/13/25,09:30,10:00')).toEqual([
      '2025-02-13T09:30:00+01:00',
      '2025-02-13T10:00:00+01:00',
    ]);
  });

  test('takes nothing that an open quote has swallowed, and names the row', () => {
    const torn = encode('Title,Room\nA,B\n"C,D\nE,F\nG,H\n');
    expect(titles(torn)).toEqual(['A']);
    expect(remarks(torn)).toEqual(['row 3 has a quote that is never closed: it and everything after it is left out']);
  });

  test('names rows with more cells than headers: a separator in a text has moved what follows', () => {
    expect(remarks(encode('Title,Room\nTea, and milk,Hall\nB,Hall,,\n'))).toEqual([
      'row 2, "Tea" has more cells than there are headers: those are left out; a text with a separator in it needs quotes',
    ]);
  });

  test('names every row whose code another has', () => {
    expect(remarks(encode('Code,Title\nX1,A\nX1,B\nX1,C\n'))).toEqual([
      'row 3, "B" is the same session as row 2: it has its id or code',
      'row 4, "C" is the same session as row 2: it has its id or code',
    ]);
  });

  test('whose titles nobody has found is shown, so that the person can say which they are', () => {
    const bytes = encode('foo,bar\n1,2\n');
    expect(previewCsv(bytes, { event: berlin })).toMatchObject({
      headers: ['foo', 'bar'],
      mapping: {},
      rows: 1,
      sessions: 0,
    });
    expect(previewCsv(bytes, { event: berlin, mapping: { title: 1 } })).toMatchObject({ sessions: 1 });
    expect(() => readCsv(bytes, { event: berlin })).toThrow('Say which column holds the titles');
  });

  test('of many megabytes is read or refused, and stops nobody', () => {
    const rows = Array.from({ length: 2_000 }, (_, at) => `Session ${at},Room ${at % 30},"${'word '.repeat(1_000)}"`);
    expect(titles(encode(`Title,Room,Description\n${rows.join('\n')}`))).toHaveLength(2_000);
    expect(() => titles(encode('a,'.repeat(5_000_000)))).toThrow('no row below them');
    expect(titles(encode(`Title\nA\n${'"'.repeat(1_000_001)}`))).toEqual(['A']);
  });
});
