import { describe, expect, test } from 'vitest';

import { because } from '../../shared/base/reasons.ts';
import { skippedPart, type ScheduleReading } from '../../shared/catalog/schedule-bundle.ts';
import type { SessionInput } from '../../shared/contract/session.ts';
import { makeDemoEvent } from '../../shared/demo/demo-event.ts';
import { exportFormats } from '../../shared/interchange/formats.ts';
import { readSchedule } from '../../shared/interchange/read-schedule.ts';
import { callerWith, openTestService, OTHER_TENANT as TENANT, type TestService } from '../support/test-service.ts';

const admin = callerWith('admin');
const viewer = callerWith('viewer');

const talk: SessionInput = {
  event_id: 'conf',
  name: 'A talk',
  type_id: 'type:talk',
  room_ids: ['conf:room:main'],
  start_date: '2026-02-01T10:00:00+01:00',
  description: 'As in the file',
  custom_field_values: [
    { custom_field_id: 'frab:guid', string_value: 'g1' },
    { custom_field_id: 'frab:subtitle', string_value: 'Sub' },
  ],
};

function schedule(sessions: ScheduleReading['sessions'], roomName = 'Main hall'): ScheduleReading {
  return {
    event: { id: 'conf', name: 'Conference', time_zone: 'Europe/Brussels' },
    catalog: {
      session_types: [{ id: 'type:talk', name: 'Talk' }],
      rooms: [{ id: 'conf:room:main', name: roomName }],
      custom_fields: ['frab:guid', 'frab:subtitle', 'own'].map((id) => ({ id, name: id })),
    },
    sessions,
    skipped: [],
  };
}

async function take({ service }: TestService, reading: ScheduleReading) {
  return await service.importSchedule(admin, TENANT, () => reading);
}

const counts = (added: number, changed: number, unchanged: number) => ({ added, changed, unchanged });

describe('importing a schedule', () => {
  test('ends between two parts when it is given up; what was taken stays, and the rest comes when it is done again', async () => {
    const { service } = await openTestService();
    const bundle = { ...makeDemoEvent(), skipped: [] };
    const end = new AbortController();
    const importing = service.importSchedule(admin, TENANT, () => bundle, { signal: end.signal });
    end.abort();
    await expect(importing).rejects.toMatchObject({ name: 'AbortError' });
    expect(await service.importSchedule(admin, TENANT, () => bundle)).toMatchObject({ added: bundle.sessions.length });
  });

  test('tells how far it is: sessions done, and in all', async () => {
    const { service } = await openTestService();
    const bundle = { ...makeDemoEvent(), skipped: [] };
    const told: number[][] = [];
    await service.importSchedule(admin, TENANT, () => bundle, { onProgress: (...counts) => told.push(counts) });
    expect(told[0]).toEqual([0, bundle.sessions.length]);
    expect(told.at(-1)).toEqual([bundle.sessions.length, bundle.sessions.length]);
    expect(told.length).toBeGreaterThan(4);
  });

  test('adds its sessions and what they refer to; a second time changes nothing', async () => {
    const opened = await openTestService();
    const reading = schedule([{ id: 'offstage:1', fields: talk }]);
    expect(await take(opened, reading)).toEqual({
      event_id: 'conf',
      ...counts(1, 0, 0),
      refused: [],
      catalog: counts(6, 0, 0),
    });
    const first = await opened.service.as(viewer).getSession({ tenantId: TENANT, id: 'offstage:1' });
    expect(first).toMatchObject({ ...talk, sys_version: 1 });
    expect(await take(opened, structuredClone(reading))).toEqual({
      event_id: 'conf',
      ...counts(0, 0, 1),
      refused: [],
      catalog: counts(0, 0, 6),
    });
    expect(await opened.service.as(viewer).getSession({ tenantId: TENANT, id: 'offstage:1' })).toEqual(first);
    expect(opened.store.read((view) => view.listHistory(TENANT, 'sessions', 'offstage:1'))).toHaveLength(1);
  });

  test('a newer file changes only what it changed: what was edited here stays', async () => {
    const opened = await openTestService();
    const id = 'offstage:1';
    await take(opened, schedule([{ id, fields: talk }]));
    const editor = opened.service.as(callerWith('editor'));
    await editor.patchSession({
      tenantId: TENANT,
      id,
      body: [
        { op: 'replace', path: '/name', value: 'Renamed here' },
        { op: 'add', path: '/custom_field_values/-', value: { custom_field_id: 'own', string_value: 'mine' } },
        { op: 'add', path: '/display_order', value: 7 },
      ],
    });
    await opened.service.catalog.put(admin, TENANT, 'rooms', [
      { id: 'conf:room:main', name: 'Renamed hall', capacity: 90 },
    ]);

    expect(await take(opened, schedule([{ id, fields: talk }]))).toMatchObject({
      ...counts(0, 0, 1),
      catalog: counts(0, 0, 6),
    });

    const { description: _, ...newer } = {
      ...talk,
      start_date: '2026-02-01T11:00:00+01:00',
      custom_field_values: [
        { custom_field_id: 'frab:guid', string_value: 'g1' },
        { custom_field_id: 'frab:subtitle', string_value: 'New sub' },
      ],
    };
    expect(await take(opened, schedule([{ id, fields: newer }]))).toMatchObject(counts(0, 1, 0));
    const session = await editor.getSession({ tenantId: TENANT, id });
    expect(session).toMatchObject({
      name: 'Renamed here',
      display_order: 7,
      start_date: newer.start_date,
      custom_field_values: [
        { custom_field_id: 'frab:guid', string_value: 'g1' },
        { custom_field_id: 'frab:subtitle', string_value: 'New sub' },
        { custom_field_id: 'own', string_value: 'mine' },
      ],
    });
    expect(session).not.toHaveProperty('description');
    expect(opened.service.catalog.list(viewer, TENANT, 'rooms')).toEqual([
      { id: 'conf:room:main', name: 'Renamed hall', capacity: 90 },
    ]);
    expect(await take(opened, schedule([{ id, fields: newer }], 'Great hall'))).toMatchObject({
      ...counts(0, 0, 1),
      catalog: counts(0, 1, 5),
    });
    expect(opened.service.catalog.list(viewer, TENANT, 'rooms')).toEqual([
      { id: 'conf:room:main', name: 'Great hall', capacity: 90 },
    ]);
  });

  test('an edit here that a later file makes, too, is the file’s from then on', async () => {
    const opened = await openTestService();
    const id = 'offstage:1';
    await take(opened, schedule([{ id, fields: talk }]));
    const editor = opened.service.as(callerWith('editor'));
    await editor.patchSession({ tenantId: TENANT, id, body: [{ op: 'replace', path: '/name', value: 'Agreed' }] });
    expect(await take(opened, schedule([{ id, fields: { ...talk, name: 'Agreed' } }]))).toMatchObject(counts(0, 0, 1));
    expect(await take(opened, schedule([{ id, fields: { ...talk, name: 'Moved on' } }]))).toMatchObject(
      counts(0, 1, 0),
    );
    expect(await editor.getSession({ tenantId: TENANT, id })).toMatchObject({ name: 'Moved on', sys_version: 3 });
  });

  test('a session that was deleted here comes back with the file, and one that left the file stays', async () => {
    const opened = await openTestService();
    const both = schedule(['offstage:1', 'offstage:2'].map((id) => ({ id, fields: talk })));
    await take(opened, both);
    const editor = opened.service.as(callerWith('editor'));
    await editor.deleteSession({ tenantId: TENANT, id: 'offstage:1' });
    expect(await take(opened, both)).toMatchObject(counts(1, 0, 1));
    expect(await take(opened, schedule([]))).toMatchObject(counts(0, 0, 0));
    expect((await editor.listSessionsByEvent({ tenantId: TENANT, event_id: 'conf' })).Count).toBe(2);
  });

  test('what breaks a rule is refused with its reason, and all else is taken', async () => {
    const opened = await openTestService({ maxSessions: 2 });
    const reading = schedule([
      { id: 'offstage:1', fields: { ...talk, name: ' ' } },
      { id: 'offstage:2', fields: talk },
      { id: 'offstage:3', fields: { ...talk, name: 'No room', room_ids: ['nowhere'] } },
      { id: 'offstage:4', fields: { ...talk, name: 'Fits' } },
      { id: 'offstage:5', fields: { ...talk, name: 'One too many' } },
    ]);
    reading.skipped.push(skippedPart(because('in_event', { names: ' id=9' }), because('no_title')));
    const report = await take(opened, reading);
    expect(report).toMatchObject(counts(2, 0, 0));
    expect(report.refused).toMatchObject([
      { where: 'event id=9', reason: 'has no title' },
      { where: 'session " "', reason: '/name must not be blank' },
      { where: 'session "No room"', reason: '/room_ids/0 names the room "nowhere", which does not exist' },
      { where: 'session "One too many"', reason: 'This tenant may have 2 sessions and has them.' },
    ]);
  });

  test('a locked session is left as it is, and said', async () => {
    const opened = await openTestService();
    const id = 'offstage:1';
    await take(opened, schedule([{ id, fields: { ...talk, sys_locked: true } }]));
    const report = await take(opened, schedule([{ id, fields: { ...talk, sys_locked: true, name: 'Changed' } }]));
    expect(report).toMatchObject({ ...counts(0, 0, 0), refused: [{ reason: 'The session is locked.' }] });
  });

  test('a file cannot take over a session of another event by naming its id', async () => {
    const opened = await openTestService();
    await take(opened, schedule([]));
    const other = { ...schedule([]), event: { id: 'other', name: 'Other' } };
    await take(opened, other);
    const editor = opened.service.as(callerWith('editor'));
    const body = { ...talk, event_id: 'other', sys_external_id: 'offstage:theirs' };
    const theirs = await editor.createSession({ tenantId: TENANT, body });
    const report = await take(opened, schedule([{ id: theirs.id, fields: { ...talk, location: 'taken over' } }]));
    expect(report).toMatchObject({
      ...counts(0, 0, 0),
      refused: [{ reason: expect.stringContaining('another event') }],
    });
    expect(await editor.getSession({ tenantId: TENANT, id: theirs.id })).toEqual(theirs);
  });

  test('is for admins, and the file is not even read for others', async () => {
    const { service } = await openTestService();
    const unread = (): never => {
      throw new Error('the file was read');
    };
    await expect(service.importSchedule(callerWith('editor'), TENANT, unread)).rejects.toMatchObject({
      kind: 'forbidden',
    });
    await expect(service.importSchedule(admin, 'nobody', unread)).rejects.toMatchObject({ kind: 'not_found' });
  });
});

describe('adding a generated schedule', () => {
  test('adds what is not there yet, and leaves what is there as it is', async () => {
    const opened = await openTestService();
    const add = async () => await opened.service.addSchedule(admin, TENANT, makeDemoEvent);
    const first = await add();
    expect(first).toMatchObject({ ...counts(400, 0, 0), refused: [] });
    const editor = opened.service.as(callerWith('editor'));
    const { Items } = await editor.listSessionsByEvent({ tenantId: TENANT, event_id: first.event_id, fields: 'id' });
    const [edited = '', deleted = ''] = Items.map((item) => item.id ?? '');
    await editor.patchSession({
      tenantId: TENANT,
      id: edited,
      body: [{ op: 'add', path: '/description', value: 'Mine' }],
    });
    for (const registration of opened.service.catalog.list(admin, TENANT, 'registrations')) {
      // A session with registrations cannot be deleted: they are given to another.
      if ((registration as { session_id?: string }).session_id !== deleted) continue;
      await opened.service.catalog.put(admin, TENANT, 'registrations', [{ ...registration, session_id: edited }]);
    }
    await editor.deleteSession({ tenantId: TENANT, id: deleted });
    expect(await add()).toMatchObject(counts(1, 0, 399));
    expect(await editor.getSession({ tenantId: TENANT, id: edited })).toMatchObject({ description: 'Mine' });
  });

  test('what a schedule file of it does not carry stays when the file is taken in', async () => {
    const opened = await openTestService();
    const { event_id: eventId } = await opened.service.addSchedule(admin, TENANT, makeDemoEvent);
    const before = opened.service.exportSchedule(viewer, TENANT, eventId);
    const text = exportFormats['frab.xml'].write(before, 0);
    const bytes = new TextEncoder().encode(text);
    expect(await opened.service.importSchedule(admin, TENANT, () => readSchedule(bytes))).toMatchObject({
      added: 0,
      changed: 0,
    });
    expect(opened.service.exportSchedule(viewer, TENANT, eventId)).toEqual(before);
  });
});
