import { describe, expect, test } from 'vitest';

import type { ScheduleReading } from '../../shared/catalog/schedule-bundle.ts';
import { makeDemoEvent } from '../../shared/demo/demo-event.ts';
import { exportFormats } from '../../shared/interchange/formats.ts';
import { readSchedule } from '../../shared/interchange/read-schedule.ts';
import { bytesOf, hasRealFiles, REAL_FILES, realFile } from '../support/schedule-files.ts';
import { callerWith, openTestService, OTHER_TENANT as TENANT, type TestService } from '../support/test-service.ts';

const admin = callerWith('admin');
const NOW = Date.UTC(2026, 0, 1);
const FRAB = ['frab.xml', 'frab.json'] as const;

async function take({ service }: TestService, reading: ScheduleReading) {
  return await service.importSchedule(admin, TENANT, () => reading);
}

/** The event as a file, as the coordinator would get it. */
function exported({ service }: TestService, eventId: string, format: (typeof FRAB)[number]): Uint8Array {
  return bytesOf(exportFormats[format].write(service.exportSchedule(admin, TENANT, eventId), NOW));
}

const GUID = '0b0e4a4c-41c1-4a8e-9f0e-0f5a5d3c8a1';

const eventXml = (at: number, title: string, hour: number): string => `
  <event guid="${GUID}${at}" id="${at}"><title>${title}</title><type>talk</type><abstract>About ${title}</abstract>
    <date>2026-03-28T${hour}:00:00+01:00</date><start>${hour}:00</start><duration>1:00</duration><room>Aula</room>
    <persons><person id="${at}">Person ${at}</person></persons></event>`;

const fileOf = (...events: string[]): Uint8Array =>
  bytesOf(`<schedule><version>1</version><conference><acronym>conf</acronym><title>Conf</title>
    <time_zone_name>Europe/Berlin</time_zone_name></conference>
    <day index="1" date="2026-03-28" start="2026-03-28T04:00:00+01:00" end="2026-03-29T03:59:00+02:00">
    <room name="Aula">${events.join('')}</room></day></schedule>`);

describe('a schedule file', () => {
  test('imported twice changes nothing the second time', async () => {
    const opened = await openTestService();
    const file = fileOf(eventXml(1, 'One', 10), eventXml(2, 'Two', 12));
    expect(await take(opened, readSchedule(file))).toMatchObject({ added: 2, changed: 0, unchanged: 0, refused: [] });
    expect(await take(opened, readSchedule(file))).toMatchObject({
      added: 0,
      changed: 0,
      unchanged: 2,
      refused: [],
      catalog: { added: 0, changed: 0 },
    });
  });

  test('in a newer version changes only what changed, and leaves edits made meanwhile alone', async () => {
    const opened = await openTestService();
    await take(opened, readSchedule(fileOf(eventXml(1, 'One', 10), eventXml(2, 'Two', 12))));
    const [one, two] = opened.service.exportSchedule(admin, TENANT, 'conf').sessions;
    const edited = [one, two].find((session) => session?.fields.name === 'Two');
    const patch = [
      { op: 'replace' as const, path: '/start_date', value: '2026-03-28T14:00:00+01:00' },
      { op: 'replace' as const, path: '/end_date', value: '2026-03-28T15:00:00+01:00' },
    ];
    await opened.service.as(admin).patchSession({ tenantId: TENANT, id: edited?.id ?? '', body: patch });

    const newer = fileOf(eventXml(1, 'One', 10), eventXml(2, 'Two, renamed', 12), eventXml(3, 'Three', 16));
    expect(await take(opened, readSchedule(newer))).toMatchObject({ added: 1, changed: 1, unchanged: 1, refused: [] });
    const now = opened.service.exportSchedule(admin, TENANT, 'conf').sessions;
    const times = Object.fromEntries(now.map(({ fields }) => [fields.name, fields.start_date]));
    expect(times).toEqual({
      One: '2026-03-28T10:00:00+01:00',
      'Two, renamed': '2026-03-28T14:00:00+01:00',
      Three: '2026-03-28T16:00:00+01:00',
    });
  });

  test.each(FRAB)(
    'exported as %s and imported again changes nothing, with edits made meanwhile in it',
    async (format) => {
      const opened = await openTestService();
      await take(opened, readSchedule(fileOf(eventXml(1, 'One', 10), eventXml(2, 'Two', 12))));
      const [session] = opened.service.exportSchedule(admin, TENANT, 'conf').sessions;
      const patch = [
        { op: 'replace' as const, path: '/name', value: 'Renamed \u0001 & <b>' },
        { op: 'add' as const, path: '/enable_capacity', value: true },
        { op: 'add' as const, path: '/capacity_options', value: { capacity: 12 } },
      ];
      await opened.service.as(admin).patchSession({ tenantId: TENANT, id: session?.id ?? '', body: patch });
      const before = opened.service.exportSchedule(admin, TENANT, 'conf');
      expect(await take(opened, readSchedule(exported(opened, 'conf', format)))).toMatchObject({
        added: 0,
        changed: 0,
        unchanged: 2,
        refused: [],
        catalog: { added: 0, changed: 0 },
      });
      expect(opened.service.exportSchedule(admin, TENANT, 'conf')).toEqual(before);
    },
  );
});

test.each(FRAB)('sessions made here, exported as %s and imported again, stay as they are', async (format) => {
  const opened = await openTestService();
  await opened.service.catalog.put(admin, TENANT, 'events', [
    { id: 'e9', name: 'Made here', time_zone: 'Europe/Berlin', start_date: '2026-03-28', end_date: '2026-03-29' },
  ]);
  await opened.service.catalog.put(admin, TENANT, 'session_types', [{ id: 'talk', name: 'Talk' }]);
  await opened.service.catalog.put(admin, TENANT, 'rooms', [{ id: 'room-1', name: 'Room 1', capacity: 100 }]);
  await opened.service.catalog.put(admin, TENANT, 'contacts', [{ id: 'ada', name: 'Ada' }]);
  await opened.service.catalog.put(admin, TENANT, 'speaker_types', [{ id: 'main', name: 'Main presenter' }]);
  await opened.service.as(admin).createSession({
    tenantId: TENANT,
    body: {
      event_id: 'e9',
      name: 'Opening',
      type_id: 'talk',
      room_ids: ['room-1'],
      start_date: '2026-03-28T10:00:00+01:00',
      end_date: '2026-03-28T11:00:00+01:00',
      speakers: [{ contact_id: 'ada', type_id: 'main', email_address: 'ada@example.org' }],
    },
  });
  const before = opened.service.exportSchedule(admin, TENANT, 'e9');
  expect(await take(opened, readSchedule(exported(opened, 'e9', format)))).toMatchObject({
    added: 0,
    changed: 0,
    unchanged: 1,
    refused: [],
    catalog: { added: 0, changed: 0 },
  });
  expect(opened.service.exportSchedule(admin, TENANT, 'e9')).toEqual(before);
});

test('the demonstration event is taken whole', async () => {
  const opened = await openTestService();
  expect(await take(opened, { ...makeDemoEvent(), skipped: [] })).toMatchObject({
    added: 400,
    refused: [],
    catalog: { changed: 0 },
  });
});

describe.skipIf(!hasRealFiles)('files that others published', () => {
  test.each(REAL_FILES)(
    '%s is taken whole; a second time, and through both formats, it changes nothing',
    async (name) => {
      const opened = await openTestService();
      const reading = readSchedule(realFile(name));
      const sessions = reading.sessions.length;
      expect(await take(opened, reading)).toMatchObject({ added: sessions, refused: reading.skipped });
      const nothing = { added: 0, changed: 0, unchanged: sessions, catalog: { added: 0, changed: 0 } };
      expect(await take(opened, readSchedule(realFile(name)))).toMatchObject(nothing);
      for (const format of FRAB) {
        expect(await take(opened, readSchedule(exported(opened, reading.event.id, format)))).toMatchObject(nothing);
      }
    },
  );
});
