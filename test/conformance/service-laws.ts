import { describe, expect, test } from 'vitest';

import { operationNames, operations, type OperationName, type RequestOf } from '../../shared/contract/operations.ts';
import { ContractError, type ErrorKind } from '../../shared/contract/errors.ts';
import type { JsonPatch } from '../../shared/contract/patch.ts';
import type { Session } from '../../shared/contract/session.ts';
import {
  callerWith,
  plantSession,
  OTHER_TENANT,
  TENANT,
  type ApiByRole,
  type TestService,
} from '../support/test-service.ts';

/** One implementation of the fourteen operations, over a fresh store with the test catalog. */
export interface ServiceUnderTest extends TestService {
  api: ApiByRole;
}

const minimal = { event_id: 'e1', name: 'A talk', type_id: 'talk' };

/** A session with every field that a request may set. */
const full = {
  event_id: 'e1',
  code: 'A-1',
  name: 'Ångström, ß and 𝔘nicode',
  display_order: 1.5,
  type_id: 'talk',
  track_ids: ['track-a', 'track-b'],
  access: 'optional' as const,
  hide_from_schedule: false,
  location: ' not trimmed ',
  enable_capacity: true,
  capacity_options: { capacity: 20, enable_wait_list: true, more: { kept: [1, null] } },
  sold_out: false,
  hide_from_portal: true,
  disable_portal_registration: true,
  enable_registration_questions: true,
  registration_question_options: { form_id: 'f', custom_field_ids: ['private-field'] },
  has_fees: true,
  room_ids: ['room-1', 'room-2'],
  start_date: '2026-02-01T09:30:00+01:00',
  end_date: '2026-02-01T08:30:00.000Z',
  abstract_id: 'abs1',
  description: 'Nothing is\r\nrewritten \u0000',
  speakers: [
    { contact_id: 'ada', type_id: 'main', email_address: 'ada@example.org', nick: 'kept' },
    { contact_id: 'grace', type_id: 'panelist', display_order: 2 },
  ],
  main_presenter_speaker_type_id: 'main',
  custom_field_values: [
    { custom_field_id: 'public-field', string_value: 'easy', more: 1 },
    { custom_field_id: 'private-field', table_value: [{ a: 1 }] },
  ],
  sys_external_id: 'their-own',
};

const UNKNOWN = 'no-such-thing';

/** A request of each operation that names only things that exist. */
const soundRequests: { readonly [Name in OperationName]: (id: string) => RequestOf<Name> } = {
  createSession: () => ({ tenantId: TENANT, body: minimal }),
  getSession: (id) => ({ tenantId: TENANT, id }),
  updateSession: (id) => ({ tenantId: TENANT, id, body: minimal }),
  patchSession: (id) => ({ tenantId: TENANT, id, body: [] }),
  deleteSession: (id) => ({ tenantId: TENANT, id }),
  getPublicSession: (id) => ({ tenantId: TENANT, id }),
  listSessionsByEvent: () => ({ tenantId: TENANT, event_id: 'e1' }),
  getSessionPrivileges: (id) => ({ tenantId: TENANT, id, contactId: 'ada' }),
  searchSessions: () => ({ tenantId: TENANT, body: { event_id: 'e1' } }),
  searchPublicSessions: () => ({ tenantId: TENANT, body: { event_id: 'e1' } }),
  listPublicSessionsByEvent: () => ({ tenantId: TENANT, event_id: 'e1' }),
  listSessionsByAbstract: () => ({ tenantId: TENANT, abstract_id: 'abs1' }),
  generateSessionFromAbstract: () => ({
    tenantId: TENANT,
    abstract_id: 'abs2',
    body: { type_id: 'talk', main_presenter_speaker_type_id: 'main' },
  }),
  batchSessions: (id) => ({
    tenantId: TENANT,
    body: { operations: [{ id, operation: 'patch', patch_directives: [] }] },
  }),
};

/** The laws of the Sessions API as contract.md decides them: every implementation keeps them. */
export function runServiceLaws(
  name: string,
  open: (limits?: { maxSessions?: number }) => Promise<ServiceUnderTest>,
): void {
  describe(`the Sessions API, ${name}`, () => {
    describe('who may do what', () => {
      test.each(operationNames)('%s needs the role that the table says', async (operation) => {
        const { api } = await open();
        const { id } = await api.editor.createSession({ tenantId: TENANT, body: minimal });
        const { access } = operations[operation];
        for (const role of ['nobody', 'viewer', 'editor', 'admin'] as const) {
          const { id: fresh } =
            operation === 'deleteSession'
              ? await api.editor.createSession({ tenantId: TENANT, body: minimal })
              : { id };
          if (operation === 'generateSessionFromAbstract') await deleteAllOf(api, 'abs2');
          const outcome = await kindOf(call(api, role, operation, soundRequests[operation](fresh)));
          const rank = ['nobody', 'viewer', 'editor', 'admin'].indexOf(role);
          const needed = access === 'public' ? 0 : ['nobody', 'viewer', 'editor', 'admin'].indexOf(access);
          const expected = rank >= needed ? 'done' : role === 'nobody' ? 'unauthorized' : 'forbidden';
          expect([role, outcome]).toEqual([role, expected]);
        }
      });

      test.each(operationNames)('%s of a tenant that is not served is 404, after 401 and 403', async (operation) => {
        const { api } = await open();
        const request = { ...soundRequests[operation]('x'), tenantId: UNKNOWN };
        expect(await kindOf(call(api, 'admin', operation, request))).toBe('not_found');
        const isPublic = operations[operation].access === 'public';
        expect(await kindOf(call(api, 'nobody', operation, request))).toBe(isPublic ? 'not_found' : 'unauthorized');
      });

      test('what one tenant has is not there for another', async () => {
        const { api, service } = await open();
        const { id } = await api.editor.createSession({ tenantId: TENANT, body: minimal });
        expect(await kindOf(api.admin.getSession({ tenantId: OTHER_TENANT, id }))).toBe('not_found');
        expect(await kindOf(api.admin.listSessionsByEvent({ tenantId: OTHER_TENANT, event_id: 'e1' }))).toBe(
          'not_found',
        );
        await service.catalog.put(callerWith('admin'), OTHER_TENANT, 'events', [{ id: 'e1', name: 'Theirs' }]);
        await service.catalog.put(callerWith('admin'), OTHER_TENANT, 'session_types', [{ id: 'talk', name: 'Talk' }]);
        const listed = await api.admin.listSessionsByEvent({ tenantId: OTHER_TENANT, event_id: 'e1' });
        expect(listed).toEqual({ Count: 0, Items: [] });
        const body = { ...minimal, sys_external_id: id };
        const theirs = await api.editor.createSession({ tenantId: OTHER_TENANT, body });
        expect(theirs.id).toBe(id);
        await api.editor.deleteSession({ tenantId: OTHER_TENANT, id });
        expect((await api.viewer.getSession({ tenantId: TENANT, id })).name).toBe('A talk');
      });
    });

    describe('createSession', () => {
      test('stores what was sent, makes an id, and stamps the record', async () => {
        const { api, clock } = await open();
        clock.nowMs = Date.UTC(2026, 5, 1);
        const created = await api.editor.createSession({ tenantId: TENANT, body: full });
        const stamp = expect.stringMatching(/^2026-06-01T00:00:00\.\d{3}Z$/);
        expect(created).toEqual({
          ...full,
          id: expect.stringMatching(/^offstage:[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-/),
          sys_version: 1,
          sys_created_at: stamp,
          sys_last_modified_at: stamp,
          sys_created_by_id: expect.any(String),
          sys_last_modified_by_id: expect.any(String),
          sys_last_security_context: expect.objectContaining({ operation: 'createSession' }),
        });
        expect(await api.viewer.getSession({ tenantId: TENANT, id: created.id })).toEqual(created);
      });

      test('gives a session the options objects that the request left out', async () => {
        const { api } = await open();
        const created = await api.editor.createSession({ tenantId: TENANT, body: minimal });
        expect(created).toMatchObject({ capacity_options: {}, registration_question_options: {} });
      });

      test('refuses an id', async () => {
        const { api } = await open();
        const body = { ...minimal, id: 'mine' };
        expect(await faultsOf(api.editor.createSession({ tenantId: TENANT, body }))).toEqual(['/id']);
      });

      test('ignores what only the server sets, known or not, and does not store the directive', async () => {
        const { api } = await open();
        const body = {
          ...minimal,
          sys_version: 9,
          sys_created_by_id: 'somebody',
          sys_bulk_load_id: 'b',
          sys_whatever: 1,
          sys_directive: 'do it',
        };
        const created = await api.editor.createSession({ tenantId: TENANT, body });
        expect(created).toMatchObject({ sys_version: 1 });
        expect(Object.keys(created)).not.toEqual(
          expect.arrayContaining([expect.stringMatching(/bulk|whatever|directive/)]),
        );
        expect(created.sys_created_by_id).not.toBe('somebody');
      });

      test('takes an external id of ours as its id, and a second create with it changes nothing', async () => {
        const { api } = await open();
        const external = 'offstage:0190aaaa-0000-7000-8000-000000000000';
        const body = { ...minimal, sys_external_id: external };
        const first = await api.editor.createSession({ tenantId: TENANT, body });
        expect(first).toMatchObject({ id: external, sys_external_id: external });
        const again = await api.editor.createSession({ tenantId: TENANT, body: { ...body, name: 'Another name' } });
        expect(again).toEqual(first);
        const listed = await api.viewer.listSessionsByEvent({ tenantId: TENANT, event_id: 'e1' });
        expect(listed.Count).toBe(1);
      });

      test('refuses an external id of ours that cannot be an id', async () => {
        const { api } = await open();
        const body = { ...minimal, sys_external_id: 'offstage:not an id' };
        expect(await faultsOf(api.editor.createSession({ tenantId: TENANT, body }))).toEqual(['/sys_external_id']);
      });

      test('makes forty sessions out of forty creates at once, and one out of forty with one external id', async () => {
        const { api } = await open();
        const body = { ...minimal, sys_external_id: 'offstage:twin' };
        const creates = Array.from({ length: 40 }, async () => [
          await api.editor.createSession({ tenantId: TENANT, body: minimal }),
          await api.editor.createSession({ tenantId: TENANT, body }),
        ]);
        const ids = (await Promise.all(creates)).flat().map((session) => session.id);
        expect(new Set(ids).size).toBe(41);
      });

      test('a create after a delete brings the session back at a version that goes on', async () => {
        const { api } = await open();
        const body = { ...minimal, sys_external_id: 'offstage:phoenix' };
        const { id } = await api.editor.createSession({ tenantId: TENANT, body });
        await api.editor.deleteSession({ tenantId: TENANT, id });
        const back = await api.editor.createSession({ tenantId: TENANT, body });
        expect(back).toMatchObject({ id, sys_version: 2 });
      });

      test('is refused beyond the number of sessions that a tenant may have, until one is gone', async () => {
        const { api } = await open({ maxSessions: 2 });
        const { id } = await api.editor.createSession({ tenantId: TENANT, body: minimal });
        await api.editor.createSession({ tenantId: TENANT, body: minimal });
        expect(await kindOf(api.editor.createSession({ tenantId: TENANT, body: minimal }))).toBe('quota_exceeded');
        const order = soundRequests.generateSessionFromAbstract('');
        expect(await kindOf(api.editor.generateSessionFromAbstract(order))).toBe('quota_exceeded');
        await api.editor.deleteSession({ tenantId: TENANT, id });
        expect(await kindOf(api.editor.createSession({ tenantId: TENANT, body: minimal }))).toBe('done');
      });
    });

    describe('what a session must be', () => {
      const faulty: [string, Record<string, unknown>, string[]][] = [
        [
          'required fields',
          { event_id: undefined, name: undefined, type_id: undefined },
          ['/event_id', '/name', '/type_id'],
        ],
        ['a blank name', { name: ' \t' }, ['/name']],
        [
          'wrong types',
          { name: 1, sold_out: 'yes', display_order: '1', track_ids: 'a' },
          ['/name', '/display_order', '/track_ids', '/sold_out'],
        ],
        ['an unknown enum value', { access: 'sometimes' }, ['/access']],
        ['empty references', { event_id: '', room_ids: [''] }, ['/event_id', '/room_ids/0']],
        ['a date without a zone', { start_date: '2026-02-01T09:00:00' }, ['/start_date']],
        ['a date without a time', { start_date: '2026-02-01' }, ['/start_date']],
        ['a day that does not exist', { end_date: '2026-02-30T09:00:00Z' }, ['/end_date']],
        [
          'an end before the start',
          { start_date: '2026-02-01T10:00:00+02:00', end_date: '2026-02-01T07:59:59Z' },
          ['/end_date'],
        ],
        ['null', { code: null, description: null, speakers: null }, ['/code', '/description', '/speakers']],
        ['unknown fields', { title: 'x', 'a/b~c': 1 }, ['/title', '/a~1b~0c']],
        [
          'repeated tracks and rooms',
          { track_ids: ['track-a', 'track-a'], room_ids: ['room-1', 'room-2', 'room-1'] },
          ['/track_ids/1', '/room_ids/2'],
        ],
        [
          'repeated speakers and custom fields',
          {
            speakers: [
              { contact_id: 'ada', type_id: 'main' },
              { contact_id: 'ada', type_id: 'panelist' },
            ],
            custom_field_values: [{ custom_field_id: 'public-field' }, { custom_field_id: 'public-field' }],
          },
          ['/speakers/1', '/custom_field_values/1'],
        ],
        ['a speaker without a type', { speakers: [{ contact_id: 'ada' }] }, ['/speakers/0/type_id']],
        ['capacity without a number', { enable_capacity: true }, ['/capacity_options/capacity']],
        [
          'a capacity below 0',
          { enable_capacity: true, capacity_options: { capacity: -1 } },
          ['/capacity_options/capacity'],
        ],
        [
          'half a capacity',
          { enable_capacity: true, capacity_options: { capacity: 1.5 } },
          ['/capacity_options/capacity'],
        ],
        ['half a surrogate pair', { name: 'broken \ud800' }, ['/name']],
      ];

      test.each(faulty)('%s: 400, every fault listed', async (_, change, paths) => {
        const { api } = await open();
        const body = { ...minimal, ...change } as never;
        expect(await faultsOf(api.editor.createSession({ tenantId: TENANT, body }))).toEqual(paths);
        const { id } = await api.editor.createSession({ tenantId: TENANT, body: minimal });
        expect(await faultsOf(api.editor.updateSession({ tenantId: TENANT, id, body }))).toEqual(paths);
        expect((await api.viewer.getSession({ tenantId: TENANT, id })).sys_version).toBe(1);
      });

      test('a body that is no object, and none at all, is 400', async () => {
        const { api } = await open();
        const { id } = await api.editor.createSession({ tenantId: TENANT, body: minimal });
        for (const body of [undefined, null, [], 'text', 1, true] as never[]) {
          expect(await kindOf(api.editor.createSession({ tenantId: TENANT, body }))).toBe('invalid');
          expect(await kindOf(api.editor.updateSession({ tenantId: TENANT, id, body }))).toBe('invalid');
        }
      });

      test('nesting beyond reason is 400', async () => {
        const { api } = await open();
        let deep: unknown = 1;
        for (let level = 0; level < 200; level++) deep = { deep };
        const body = { ...minimal, capacity_options: { deep } };
        expect(await kindOf(api.editor.createSession({ tenantId: TENANT, body }))).toBe('invalid');
      });

      test('capacity 0 is a capacity, and ends may equal starts as instants', async () => {
        const { api } = await open();
        const body = {
          ...minimal,
          enable_capacity: true,
          capacity_options: { capacity: 0 },
          start_date: '2026-02-01T10:00:00+02:00',
          end_date: '2026-02-01T08:00:00Z',
        };
        expect(await kindOf(api.editor.createSession({ tenantId: TENANT, body }))).toBe('done');
      });

      test('what it refers to must exist: 409, every dangling reference named', async () => {
        const { api } = await open();
        const body = {
          event_id: UNKNOWN,
          name: 'x',
          type_id: UNKNOWN,
          track_ids: ['track-a', UNKNOWN],
          room_ids: [UNKNOWN],
          abstract_id: UNKNOWN,
          speakers: [{ contact_id: UNKNOWN, type_id: UNKNOWN }],
          main_presenter_speaker_type_id: UNKNOWN,
          custom_field_values: [{ custom_field_id: UNKNOWN }],
        };
        const error = await errorOf(api.editor.createSession({ tenantId: TENANT, body }));
        expect(error.kind).toBe('missing_reference');
        expect(error.faults.map((fault) => fault.path).toSorted()).toEqual([
          '/abstract_id',
          '/custom_field_values/0/custom_field_id',
          '/event_id',
          '/main_presenter_speaker_type_id',
          '/room_ids/0',
          '/speakers/0/contact_id',
          '/speakers/0/type_id',
          '/track_ids/1',
          '/type_id',
        ]);
        const { id } = await api.editor.createSession({ tenantId: TENANT, body: minimal });
        const patch: JsonPatch = [{ op: 'replace', path: '/type_id', value: UNKNOWN }];
        expect(await kindOf(api.editor.patchSession({ tenantId: TENANT, id, body: patch }))).toBe('missing_reference');
        expect(
          await kindOf(api.editor.updateSession({ tenantId: TENANT, id, body: { ...minimal, type_id: UNKNOWN } })),
        ).toBe('missing_reference');
      });

      test('400 comes before 409', async () => {
        const { api } = await open();
        const body = { ...minimal, name: '', type_id: UNKNOWN };
        expect(await kindOf(api.editor.createSession({ tenantId: TENANT, body }))).toBe('invalid');
      });
    });

    describe('updateSession', () => {
      test('replaces: what is left out is gone, what the server owns stays', async () => {
        const { api } = await open();
        const created = await api.editor.createSession({ tenantId: TENANT, body: full });
        const updated = await api.admin.updateSession({ tenantId: TENANT, id: created.id, body: minimal });
        expect(updated).toEqual({
          ...minimal,
          id: created.id,
          capacity_options: {},
          registration_question_options: {},
          sys_external_id: 'their-own',
          sys_version: 2,
          sys_created_at: created.sys_created_at,
          sys_created_by_id: created.sys_created_by_id,
          sys_last_modified_at: expect.any(String),
          sys_last_modified_by_id: expect.any(String),
          sys_last_security_context: expect.objectContaining({ operation: 'updateSession' }),
        });
        expect(updated.sys_last_modified_by_id).not.toBe(created.sys_created_by_id);
      });

      test('takes the id in the body where it is the path’s, and no other', async () => {
        const { api } = await open();
        const { id } = await api.editor.createSession({ tenantId: TENANT, body: minimal });
        expect(await kindOf(api.editor.updateSession({ tenantId: TENANT, id, body: { ...minimal, id } }))).toBe('done');
        const body = { ...minimal, id: 'another' };
        expect(await faultsOf(api.editor.updateSession({ tenantId: TENANT, id, body }))).toEqual(['/id']);
      });

      test('what a client read can be sent back, and changes nothing', async () => {
        const { api, store } = await open();
        const created = await api.editor.createSession({ tenantId: TENANT, body: full });
        const again = await api.editor.updateSession({ tenantId: TENANT, id: created.id, body: created });
        expect(again).toEqual(created);
        expect(store.read((view) => view.listHistory(TENANT, 'sessions', created.id))).toHaveLength(1);
      });

      test('keeps the fields of headquarters that are unknown here, and takes new values for them', async () => {
        const { api, store } = await open();
        await plantSession(store, {
          ...minimal,
          id: 'hq',
          vendor_field: { a: 1 },
          capacity_options: {},
          registration_question_options: {},
        });
        const updated = await api.editor.updateSession({ tenantId: TENANT, id: 'hq', body: minimal });
        expect(updated).toMatchObject({ vendor_field: { a: 1 } });
        const body = { ...minimal, vendor_field: { a: 2 } };
        expect(await api.editor.updateSession({ tenantId: TENANT, id: 'hq', body })).toMatchObject({
          vendor_field: { a: 2 },
        });
        const other = { ...minimal, vendor_field: 1, other_field: 1 };
        expect(await faultsOf(api.editor.updateSession({ tenantId: TENANT, id: 'hq', body: other }))).toEqual([
          '/other_field',
        ]);
      });

      test('a record of headquarters that breaks a rule can still be edited in all else', async () => {
        const { api, store } = await open();
        const odd = {
          ...minimal,
          id: 'hq',
          code: null,
          enable_capacity: true,
          capacity_options: { max: 5 },
          registration_question_options: {},
        };
        await plantSession(store, odd);
        const patch: JsonPatch = [{ op: 'replace', path: '/name', value: 'Renamed' }];
        const patched = await api.editor.patchSession({ tenantId: TENANT, id: 'hq', body: patch });
        expect(patched).toMatchObject({ name: 'Renamed', code: null, capacity_options: { max: 5 } });
        const worse: JsonPatch = [{ op: 'add', path: '/capacity_options/max', value: 6 }];
        expect(await kindOf(api.editor.patchSession({ tenantId: TENANT, id: 'hq', body: worse }))).toBe('invalid');
      });

      test('an unknown session is 404, whatever the body', async () => {
        const { api } = await open();
        for (const body of [minimal, { nonsense: true }, undefined] as never[]) {
          expect(await kindOf(api.editor.updateSession({ tenantId: TENANT, id: UNKNOWN, body }))).toBe('not_found');
          expect(await kindOf(api.editor.patchSession({ tenantId: TENANT, id: UNKNOWN, body }))).toBe('not_found');
        }
        expect(await kindOf(api.editor.deleteSession({ tenantId: TENANT, id: UNKNOWN }))).toBe('not_found');
        expect(await kindOf(api.viewer.getSession({ tenantId: TENANT, id: 'not an id' }))).toBe('not_found');
      });
    });

    describe('If-Match', () => {
      const matching = ['"1"', '*', '"7", "1"', ' "1" '];
      const failing = ['"2"', 'W/"1"', '1', 'nonsense', '', '"1'];

      test.each(matching)('%s matches version 1', async (ifMatch) => {
        const { api } = await open();
        const { id } = await api.editor.createSession({ tenantId: TENANT, body: minimal });
        expect(await kindOf(api.editor.patchSession({ tenantId: TENANT, id, body: [], ifMatch }))).toBe('done');
        expect(await kindOf(api.editor.updateSession({ tenantId: TENANT, id, body: minimal, ifMatch }))).toBe('done');
        expect(await kindOf(api.editor.deleteSession({ tenantId: TENANT, id, ifMatch }))).toBe('done');
      });

      test.each(failing)('%s is 412, before 400 and after 404', async (ifMatch) => {
        const { api } = await open();
        const { id } = await api.editor.createSession({ tenantId: TENANT, body: minimal });
        const body = {} as never;
        expect(await kindOf(api.editor.patchSession({ tenantId: TENANT, id, body, ifMatch }))).toBe(
          'precondition_failed',
        );
        expect(await kindOf(api.editor.updateSession({ tenantId: TENANT, id, body, ifMatch }))).toBe(
          'precondition_failed',
        );
        expect(await kindOf(api.editor.deleteSession({ tenantId: TENANT, id, ifMatch }))).toBe('precondition_failed');
        expect(await kindOf(api.editor.deleteSession({ tenantId: TENANT, id: UNKNOWN, ifMatch }))).toBe('not_found');
      });

      test('forty guarded patches give one winner, forty unguarded ones all land', async () => {
        const { api } = await open();
        const { id } = await api.editor.createSession({
          tenantId: TENANT,
          body: { ...minimal, capacity_options: { log: [] } },
        });
        const patchWith = (n: number, ifMatch?: string): Promise<unknown> =>
          api.editor.patchSession({
            tenantId: TENANT,
            id,
            body: [{ op: 'add', path: '/capacity_options/log/-', value: n }],
            ifMatch,
          });
        const guarded = await Promise.all(Array.from({ length: 40 }, (_, n) => kindOf(patchWith(n, '"1"'))));
        expect(guarded.filter((kind) => kind === 'done')).toHaveLength(1);
        expect(guarded.filter((kind) => kind === 'precondition_failed')).toHaveLength(39);
        const free = await Promise.all(Array.from({ length: 40 }, (_, n) => kindOf(patchWith(100 + n))));
        expect(new Set(free)).toEqual(new Set(['done']));
        const after = await api.viewer.getSession({ tenantId: TENANT, id });
        expect(after.sys_version).toBe(42);
        expect(after.capacity_options?.['log']).toHaveLength(41);
      });
    });

    describe('patchSession', () => {
      const patched = async (body: JsonPatch): Promise<Session> => {
        const { api } = await open();
        const { id } = await api.editor.createSession({ tenantId: TENANT, body: full });
        return await api.editor.patchSession({ tenantId: TENANT, id, body });
      };

      test('does all six operations, in order', async () => {
        const session = await patched([
          { op: 'test', path: '/sys_version', value: 1 },
          {
            op: 'test',
            path: '/capacity_options',
            value: { more: { kept: [1, null] }, enable_wait_list: true, capacity: 20 },
          },
          { op: 'add', path: '/track_ids/0', value: 'track-c' },
          { op: 'add', path: '/room_ids/-', value: 'room-3' },
          { op: 'remove', path: '/speakers/0' },
          { op: 'replace', path: '/name', value: 'New' },
          { op: 'move', path: '/description', from: '/code' },
          { op: 'copy', path: '/location', from: '/name' },
          { op: 'move', path: '/room_ids/0', from: '/room_ids/2' },
        ]);
        expect(session).toMatchObject({
          track_ids: ['track-c', 'track-a', 'track-b'],
          room_ids: ['room-3', 'room-1', 'room-2'],
          speakers: [{ contact_id: 'grace' }],
          name: 'New',
          description: 'A-1',
          location: 'New',
          sys_version: 2,
        });
        expect(session).not.toHaveProperty('code');
      });

      test('escaped pointers reach members with / and ~ in their names', async () => {
        const session = await patched([
          { op: 'add', path: '/capacity_options/a~1b~0c', value: 1 },
          { op: 'test', path: '/capacity_options/a~1b~0c', value: 1 },
          { op: 'add', path: '/capacity_options/', value: 'the empty name' },
        ]);
        expect(session.capacity_options).toMatchObject({ 'a/b~c': 1, '': 'the empty name' });
      });

      test('an empty patch, and one that changes nothing, keep the version and leave no history', async () => {
        const { api, store } = await open();
        const created = await api.editor.createSession({ tenantId: TENANT, body: full });
        const { id } = created;
        const same: JsonPatch = [
          { op: 'replace', path: '/name', value: full.name },
          { op: 'add', path: '/sys_directive', value: 'x' },
        ];
        for (const body of [[], same])
          expect(await api.editor.patchSession({ tenantId: TENANT, id, body })).toEqual(created);
        expect(store.read((view) => view.listHistory(TENANT, 'sessions', id))).toHaveLength(1);
      });

      test('the options objects come back empty when they are removed', async () => {
        const session = await patched([
          { op: 'remove', path: '/capacity_options' },
          { op: 'remove', path: '/enable_capacity' },
        ]);
        expect(session).toMatchObject({ capacity_options: {} });
      });

      const refused: [string, unknown][] = [
        ['no list', { op: 'add' }],
        ['no operation', [{ path: '/name', value: 'x' }]],
        ['an unknown operation', [{ op: 'increment', path: '/display_order', value: 1 }]],
        ['no path', [{ op: 'remove' }]],
        ['no value', [{ op: 'add', path: '/code' }]],
        ['no from', [{ op: 'move', path: '/code' }]],
        ['a failed test', [{ op: 'test', path: '/name', value: 'something else' }]],
        ['a test of what is not there', [{ op: 'test', path: '/sys_locked', value: false }]],
        ['a missing path', [{ op: 'remove', path: '/sys_locked' }]],
        ['a replacement of nothing', [{ op: 'replace', path: '/sys_locked', value: true }]],
        ['a missing parent', [{ op: 'add', path: '/a/b', value: 1 }]],
        ['a path through text', [{ op: 'add', path: '/name/0', value: 'x' }]],
        ['a position that is none', [{ op: 'add', path: '/track_ids/01', value: 'track-c' }]],
        ['a position beyond the end', [{ op: 'add', path: '/track_ids/3', value: 'track-c' }]],
        ['a removal at the end', [{ op: 'remove', path: '/track_ids/-' }]],
        ['a negative position', [{ op: 'replace', path: '/track_ids/-1', value: 'track-c' }]],
        ['the length of a list', [{ op: 'replace', path: '/track_ids/length', value: 0 }]],
        ['a pointer without a slash', [{ op: 'add', path: 'code', value: 'x' }]],
        ['a bad escape', [{ op: 'add', path: '/code~2', value: 'x' }]],
        ['a move into its own child', [{ op: 'move', from: '/capacity_options', path: '/capacity_options/inner' }]],
        ['a move from nowhere', [{ op: 'move', from: '/nowhere', path: '/code' }]],
        ['a copy from nowhere', [{ op: 'copy', from: '/nowhere', path: '/code' }]],
        ['__proto__', [{ op: 'add', path: '/__proto__/polluted', value: 1 }]],
        ['__proto__ as the last token', [{ op: 'add', path: '/capacity_options/__proto__', value: { polluted: 1 } }]],
        [
          '__proto__ in a value',
          [{ op: 'add', path: '/capacity_options', value: JSON.parse('{"__proto__":{"polluted":1}}') }],
        ],
        ['constructor', [{ op: 'add', path: '/constructor/prototype/polluted', value: 1 }]],
        ['prototype', [{ op: 'add', path: '/capacity_options/prototype', value: 1 }]],
        ['an inherited member', [{ op: 'test', path: '/toString', value: null }]],
        ['a copy of an inherited member', [{ op: 'copy', from: '/hasOwnProperty', path: '/code' }]],
        ['the whole session removed', [{ op: 'remove', path: '' }]],
        ['the whole session replaced by something else', [{ op: 'replace', path: '', value: [] }]],
        [
          'the whole session replaced, server-owned fields and all',
          [{ op: 'replace', path: '', value: { ...minimal, id: 'x' } }],
        ],
        ['a required field removed', [{ op: 'remove', path: '/name' }]],
        ['another id', [{ op: 'replace', path: '/id', value: 'another' }]],
        ['an unknown field', [{ op: 'add', path: '/title', value: 'x' }]],
        ['null', [{ op: 'add', path: '/code', value: null }]],
        ...(['add', 'replace', 'remove'] as const).map((op): [string, unknown] => [
          `${op} of a server-owned field`,
          [{ op, path: '/sys_version', value: 1 }],
        ]),
        ['a move from a server-owned field', [{ op: 'move', from: '/sys_created_by_id', path: '/code' }]],
        ['a copy to a server-owned field', [{ op: 'copy', from: '/code', path: '/sys_bulk_load_id' }]],
        [
          'a write below a server-owned field',
          [{ op: 'add', path: '/sys_last_security_context/role', value: 'admin' }],
        ],
        [
          'copies that double without end',
          [
            { op: 'add', path: '/capacity_options/list', value: ['x'.repeat(1000)] },
            ...Array.from({ length: 40 }, () => ({
              op: 'copy',
              from: '/capacity_options/list',
              path: '/capacity_options/list/-',
            })),
          ],
        ],
        [
          'copies that nest without end',
          Array.from({ length: 100 }, () => ({
            op: 'copy',
            from: '/capacity_options',
            path: '/capacity_options/inner',
          })),
        ],
      ];

      test.each(refused)('%s is 400, and nothing of the patch is kept', async (_, body) => {
        const { api } = await open();
        const created = await api.editor.createSession({ tenantId: TENANT, body: full });
        const { id } = created;
        const whole = Array.isArray(body)
          ? [{ op: 'replace', path: '/name', value: 'half done' }, ...(body as unknown[])]
          : body;
        expect(await kindOf(api.editor.patchSession({ tenantId: TENANT, id, body: whole as never }))).toBe('invalid');
        expect(await api.viewer.getSession({ tenantId: TENANT, id })).toEqual(created);
        expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
      });
    });

    describe('a locked session', () => {
      const locked = async (): Promise<{ api: ApiByRole; id: string }> => {
        const { api } = await open();
        const { id } = await api.editor.createSession({ tenantId: TENANT, body: { ...minimal, sys_locked: true } });
        return { api, id };
      };

      test('is not changed or deleted by anybody, after 404 and 412, before 400', async () => {
        const { api, id } = await locked();
        for (const role of ['editor', 'admin'] as const) {
          expect(await kindOf(api[role].updateSession({ tenantId: TENANT, id, body: {} as never }))).toBe('locked');
          expect(await kindOf(api[role].patchSession({ tenantId: TENANT, id, body: 'nonsense' as never }))).toBe(
            'locked',
          );
          expect(
            await kindOf(
              api[role].patchSession({ tenantId: TENANT, id, body: [{ op: 'replace', path: '/name', value: 'x' }] }),
            ),
          ).toBe('locked');
          expect(await kindOf(api[role].deleteSession({ tenantId: TENANT, id }))).toBe('locked');
          expect(await kindOf(api[role].deleteSession({ tenantId: TENANT, id, ifMatch: '"9"' }))).toBe(
            'precondition_failed',
          );
          const mixed: JsonPatch = [
            { op: 'remove', path: '/sys_locked' },
            { op: 'replace', path: '/name', value: 'x' },
          ];
          expect(await kindOf(api[role].patchSession({ tenantId: TENANT, id, body: mixed }))).toBe('locked');
        }
        const unlock: JsonPatch = [{ op: 'replace', path: '/sys_locked', value: false }];
        expect(await kindOf(api.editor.patchSession({ tenantId: TENANT, id, body: unlock }))).toBe('locked');
        const results = await api.admin.batchSessions({
          tenantId: TENANT,
          body: { operations: [{ id, operation: 'delete' }] },
        });
        expect(results.results).toMatchObject([{ id, success: false, status_code: 403 }]);
      });

      test.each<[string, JsonPatch]>([
        ['setting it false', [{ op: 'replace', path: '/sys_locked', value: false }]],
        ['removing it', [{ op: 'remove', path: '/sys_locked' }]],
        [
          'a tested patch',
          [
            { op: 'test', path: '/sys_version', value: 1 },
            { op: 'add', path: '/sys_locked', value: false },
          ],
        ],
      ])('is unlocked by an admin, by %s, and can be changed again', async (_, body) => {
        const { api, id } = await locked();
        expect(await kindOf(api.admin.patchSession({ tenantId: TENANT, id, body }))).toBe('done');
        expect(await kindOf(api.editor.updateSession({ tenantId: TENANT, id, body: minimal }))).toBe('done');
      });

      test('an unlocking patch whose test fails is 400', async () => {
        const { api, id } = await locked();
        const body: JsonPatch = [
          { op: 'test', path: '/sys_version', value: 7 },
          { op: 'replace', path: '/sys_locked', value: false },
        ];
        expect(await kindOf(api.admin.patchSession({ tenantId: TENANT, id, body }))).toBe('invalid');
      });
    });

    describe('deleteSession', () => {
      test('answers the id, and a second delete is 404', async () => {
        const { api } = await open();
        const { id } = await api.editor.createSession({ tenantId: TENANT, body: minimal });
        expect(await api.editor.deleteSession({ tenantId: TENANT, id })).toBe(id);
        expect(await kindOf(api.editor.deleteSession({ tenantId: TENANT, id }))).toBe('not_found');
        expect(await kindOf(api.viewer.getSession({ tenantId: TENANT, id }))).toBe('not_found');
        expect(await kindOf(api.nobody.getPublicSession({ tenantId: TENANT, id }))).toBe('not_found');
        expect((await api.viewer.listSessionsByEvent({ tenantId: TENANT, event_id: 'e1' })).Count).toBe(0);
      });

      test('is refused while registrations refer to the session', async () => {
        const { api, service } = await open();
        const { id } = await api.editor.createSession({ tenantId: TENANT, body: minimal });
        await service.catalog.put(callerWith('admin'), TENANT, 'registrations', [
          { id: 'r1', session_id: id, contact_id: 'ada' },
        ]);
        expect(await kindOf(api.editor.deleteSession({ tenantId: TENANT, id }))).toBe('in_use');
        expect(await kindOf(api.viewer.getSession({ tenantId: TENANT, id }))).toBe('done');
      });
    });

    describe('fields and consistentRead', () => {
      test('only what is named comes back, unknown names are ignored', async () => {
        const { api } = await open();
        const { id } = await api.editor.createSession({ tenantId: TENANT, body: minimal });
        const get = async (fields: string): Promise<unknown> =>
          await api.viewer.getSession({ tenantId: TENANT, id, fields });
        expect(await get('name, type_id,no_such_field')).toEqual({ name: 'A talk', type_id: 'talk' });
        expect(await get('no_such_field')).toEqual({});
        expect(await get('id,sys_version')).toEqual({ id, sys_version: 1 });
        const listed = await api.viewer.listSessionsByEvent({ tenantId: TENANT, event_id: 'e1', fields: 'id' });
        expect(listed.Items).toEqual([{ id }]);
        const found = await api.viewer.searchSessions({
          tenantId: TENANT,
          body: { event_id: 'e1' },
          fieldsToReturn: 'id , name',
        });
        expect(found.Items).toEqual([{ id, name: 'A talk' }]);
      });

      test('consistentRead is true or false', async () => {
        const { api } = await open();
        const { id } = await api.editor.createSession({ tenantId: TENANT, body: minimal });
        for (const consistentRead of ['true', 'false'])
          expect(await kindOf(api.viewer.getSession({ tenantId: TENANT, id, consistentRead }))).toBe('done');
        for (const consistentRead of ['', '1', 'TRUE', 'yes']) {
          expect(await kindOf(api.viewer.getSession({ tenantId: TENANT, id, consistentRead }))).toBe('invalid');
          expect(await kindOf(api.nobody.getPublicSession({ tenantId: TENANT, id, consistentRead }))).toBe('invalid');
        }
      });
    });

    describe('lists', () => {
      test('an unknown event or abstract is 404, a known one without sessions is empty', async () => {
        const { api } = await open();
        expect(await api.viewer.listSessionsByEvent({ tenantId: TENANT, event_id: 'e|3' })).toEqual({
          Count: 0,
          Items: [],
        });
        expect(await api.nobody.listPublicSessionsByEvent({ tenantId: TENANT, event_id: 'e2' })).toEqual({
          Count: 0,
          Items: [],
        });
        expect(await api.viewer.listSessionsByAbstract({ tenantId: TENANT, abstract_id: 'abs1' })).toEqual({
          Count: 0,
          Items: [],
        });
        expect(await kindOf(api.viewer.listSessionsByEvent({ tenantId: TENANT, event_id: UNKNOWN }))).toBe('not_found');
        expect(await kindOf(api.nobody.listPublicSessionsByEvent({ tenantId: TENANT, event_id: UNKNOWN }))).toBe(
          'not_found',
        );
        expect(await kindOf(api.viewer.listSessionsByAbstract({ tenantId: TENANT, abstract_id: UNKNOWN }))).toBe(
          'not_found',
        );
        expect(
          await kindOf(
            api.viewer.searchSessions({ tenantId: TENANT, body: { event_id: UNKNOWN, type_id: 5 as never } }),
          ),
        ).toBe('not_found');
        expect(await kindOf(api.viewer.searchSessions({ tenantId: TENANT, body: {} as never }))).toBe('invalid');
      });

      test('pages hold at most 500, ordered by id, and together every session once', async () => {
        const { api, store } = await open();
        await plantMany(store, 1203);
        for (const page of [
          (exclusiveStartKey?: string) =>
            api.viewer.listSessionsByEvent({ tenantId: TENANT, event_id: 'e1', exclusiveStartKey, fields: 'id' }),
          (exclusiveStartKey?: string) =>
            api.nobody.listPublicSessionsByEvent({ tenantId: TENANT, event_id: 'e1', exclusiveStartKey }),
          (exclusiveStartKey?: string) =>
            api.viewer.listSessionsByAbstract({ tenantId: TENANT, abstract_id: 'abs1', exclusiveStartKey }),
          (exclusiveStartKey?: string) =>
            api.viewer.searchSessions({ tenantId: TENANT, body: { event_id: 'e1' }, exclusiveStartKey }),
        ]) {
          const sizes: number[] = [];
          const ids: string[] = [];
          let key: string | undefined;
          do {
            const answer = await page(key);
            sizes.push(answer.Items.length);
            if ('Count' in answer) expect(answer.Count).toBe(answer.Items.length);
            ids.push(...answer.Items.map((item) => item.id ?? ''));
            key = answer.LastEvaluatedKey;
          } while (key !== undefined);
          expect(sizes).toEqual([500, 500, 203]);
          expect(ids).toEqual(ids.toSorted());
          expect(new Set(ids).size).toBe(1203);
        }
      });

      test('pages hold at most 1 MiB, but at least one session', async () => {
        const { api } = await open();
        const create = async (kib: number): Promise<unknown> =>
          await api.editor.createSession({
            tenantId: TENANT,
            body: { ...minimal, description: 'x'.repeat(kib * 1024) },
          });
        for (const kib of [400, 400, 400, 900, 900, 10]) await create(kib);
        const sizes: number[] = [];
        let key: string | undefined;
        do {
          const answer = await api.viewer.listSessionsByEvent({
            tenantId: TENANT,
            event_id: 'e1',
            exclusiveStartKey: key,
          });
          sizes.push(answer.Items.length);
          key = answer.LastEvaluatedKey;
        } while (key !== undefined);
        expect(sizes).toEqual([2, 1, 1, 2]);
      });

      test('an edit between two pages moves no session', async () => {
        const { api, store } = await open();
        await plantMany(store, 600);
        const first = await api.viewer.listSessionsByEvent({ tenantId: TENANT, event_id: 'e1' });
        const id = first.Items[0]?.id ?? '';
        await api.editor.patchSession({ tenantId: TENANT, id, body: [{ op: 'replace', path: '/name', value: 'zzz' }] });
        const second = await api.viewer.listSessionsByEvent({
          tenantId: TENANT,
          event_id: 'e1',
          exclusiveStartKey: first.LastEvaluatedKey,
        });
        expect(second.Items).toHaveLength(100);
        expect(second.Items.map((item) => item.id)).not.toContain(id);
      });

      test('a key that this list did not answer is 400', async () => {
        const { api, store } = await open();
        await plantMany(store, 501);
        const { LastEvaluatedKey: key = '' } = await api.viewer.listSessionsByEvent({
          tenantId: TENANT,
          event_id: 'e1',
        });
        const keys = [
          '',
          'made-up',
          '.',
          'a.b',
          `${key}x`,
          key.slice(1),
          key.replace('.', '|'),
          '{"id":"x"}',
          'bnVsbA==',
        ];
        for (const exclusiveStartKey of keys) {
          expect(
            await kindOf(api.viewer.listSessionsByEvent({ tenantId: TENANT, event_id: 'e1', exclusiveStartKey })),
          ).toBe('invalid');
          expect(
            await kindOf(api.nobody.listPublicSessionsByEvent({ tenantId: TENANT, event_id: 'e1', exclusiveStartKey })),
          ).toBe('invalid');
          expect(
            await kindOf(api.viewer.searchSessions({ tenantId: TENANT, body: { event_id: 'e1' }, exclusiveStartKey })),
          ).toBe('invalid');
        }
        expect(
          await kindOf(api.viewer.listSessionsByEvent({ tenantId: TENANT, event_id: 'e2', exclusiveStartKey: key })),
        ).toBe('invalid');
        expect(
          await kindOf(
            api.viewer.listSessionsByAbstract({ tenantId: TENANT, abstract_id: 'abs1', exclusiveStartKey: key }),
          ),
        ).toBe('invalid');
      });
    });

    describe('search', () => {
      const sessions = {
        plain: { name: 'Plain' },
        accents: {
          name: 'Café STRASSE — Łódź',
          type_id: 'workshop',
          track_ids: ['track-a', 'track-b'],
          access: 'included',
        },
        dated: {
          name: 'Dated 100%',
          start_date: '2026-02-01T10:00:00+01:00',
          end_date: '2026-02-01T11:00:00+01:00',
          has_fees: true,
        },
        later: {
          name: 'Later',
          start_date: '2026-02-02T10:00:00Z',
          end_date: '2026-02-02T11:00:00Z',
          track_ids: ['track-c'],
          has_fees: false,
        },
        spoken: {
          name: 'Spoken',
          abstract_id: 'abs1',
          speakers: [
            { contact_id: 'ada', type_id: 'main' },
            { contact_id: 'grace', type_id: 'co' },
          ],
        },
        elsewhere: { name: 'Elsewhere', event_id: 'e2' },
      };
      const cases: [string, Record<string, unknown>, (keyof typeof sessions)[]][] = [
        ['nothing more', {}, ['plain', 'accents', 'dated', 'later', 'spoken']],
        [
          'empty conditions',
          {
            name: '',
            ids: [],
            type_id: [],
            track_ids: [],
            access: [],
            has_fees: [],
            start_date: [],
            end_date: [],
            abstract_id: [],
            speakers: [],
          },
          ['plain', 'accents', 'dated', 'later', 'spoken'],
        ],
        ['a name, ignoring case and accents', { name: 'cafe strasse' }, ['accents']],
        ['a name with accents of its own', { name: 'ŁÓDŹ' }, ['accents']],
        ['a name with a character that patterns know', { name: '100%' }, ['dated']],
        ['a name that is a pattern', { name: '.*' }, []],
        ['any of the types', { type_id: ['workshop', UNKNOWN] }, ['accents']],
        ['any of the tracks', { track_ids: ['track-b', 'track-c'] }, ['accents', 'later']],
        ['access', { access: ['included'] }, ['accents']],
        ['fees', { has_fees: [true] }, ['dated']],
        ['no fees, said or not', { has_fees: [false] }, ['plain', 'accents', 'later', 'spoken']],
        ['fees or not', { has_fees: [true, false] }, ['plain', 'accents', 'dated', 'later', 'spoken']],
        ['a start, inclusive, by instant', { start_date: ['2026-02-01T09:00:00Z', '2026-02-01T09:00:00Z'] }, ['dated']],
        ['an end', { end_date: ['2026-02-02T00:00:00Z', '2026-02-02T12:00:00+01:00'] }, ['later']],
        ['a range the wrong way round', { start_date: ['2027-01-01T00:00:00Z', '2026-01-01T00:00:00Z'] }, []],
        ['an abstract', { abstract_id: ['abs1', 'abs2'] }, ['spoken']],
        ['a speaker', { speakers: ['grace'] }, ['spoken']],
        ['all conditions together', { name: 'e', track_ids: ['track-c'], has_fees: [false] }, ['later']],
      ];

      test('finds what meets all conditions, staff and public alike', async () => {
        const { api } = await open();
        const ids = new Map<string, string>();
        for (const [key, fields] of Object.entries(sessions)) {
          const { id } = await api.editor.createSession({ tenantId: TENANT, body: { ...minimal, ...fields } as never });
          ids.set(id, key);
        }
        for (const [what, conditions, expected] of cases) {
          for (const search of [api.viewer.searchSessions, api.nobody.searchPublicSessions]) {
            const { Items } = await search({ tenantId: TENANT, body: { event_id: 'e1', ...conditions } });
            const found = Items.map((item) => ids.get(item.id ?? '') ?? '');
            expect([what, found.toSorted()]).toEqual([what, expected.toSorted()]);
          }
        }
        const [first = '', second = ''] = ids.keys();
        const byId = await api.viewer.searchSessions({
          tenantId: TENANT,
          body: { event_id: 'e1', ids: [second, first, UNKNOWN] },
        });
        expect(byId.Items.map((item) => item.id)).toEqual([first, second].toSorted());
      });

      test.each<[string, Record<string, unknown>]>([
        ['an unknown condition', { room_ids: ['room-1'] }],
        ['one date', { start_date: ['2026-02-01T00:00:00Z'] }],
        ['three dates', { end_date: ['2026-02-01T00:00:00Z', '2026-02-01T00:00:00Z', '2026-02-01T00:00:00Z'] }],
        ['dates that are none', { start_date: ['yesterday', 'today'] }],
        ['text where a list must be', { type_id: 'talk' }],
        ['wrong items', { has_fees: ['true'] }],
        ['null', { name: null }],
      ])('%s is 400', async (_, conditions) => {
        const { api } = await open();
        const body = { event_id: 'e1', ...conditions };
        expect(await kindOf(api.viewer.searchSessions({ tenantId: TENANT, body }))).toBe('invalid');
        expect(await kindOf(api.nobody.searchPublicSessions({ tenantId: TENANT, body }))).toBe('invalid');
      });
    });

    describe('the public', () => {
      test('sees no private field, and no projection brings one back', async () => {
        const { api, store } = await open();
        await plantSession(store, {
          ...full,
          id: 'hq',
          vendor_field: 'secret',
          sys_bulk_load_id: 'b',
          sys_locked: false,
        });
        const shown = await api.nobody.getPublicSession({ tenantId: TENANT, id: 'hq' });
        const { sys_external_id: _, capacity_options: __, ...plain } = full;
        expect(shown).toEqual({
          ...plain,
          id: 'hq',
          capacity_options: { capacity: 20, enable_wait_list: true },
          speakers: [
            { contact_id: 'ada', type_id: 'main' },
            { contact_id: 'grace', type_id: 'panelist', display_order: 2 },
          ],
          custom_field_values: [{ custom_field_id: 'public-field', string_value: 'easy' }],
          sys_created_at: '2026-01-01T00:00:00.000Z',
          sys_last_modified_at: '2026-01-01T00:00:00.000Z',
          sys_created_by_id: 'headquarters',
          sys_last_modified_by_id: 'headquarters',
        });
        const fields = 'vendor_field,sys_version,sys_external_id,sys_bulk_load_id,name,speakers';
        expect(await api.nobody.getPublicSession({ tenantId: TENANT, id: 'hq', fields })).toEqual({
          name: shown.name,
          speakers: shown.speakers,
        });
        expect((await api.nobody.listPublicSessionsByEvent({ tenantId: TENANT, event_id: 'e1' })).Items).toEqual([
          shown,
        ]);
        const found = await api.nobody.searchPublicSessions({
          tenantId: TENANT,
          body: { event_id: 'e1' },
          fieldsToReturn: fields,
        });
        expect(found.Items).toEqual([{ name: shown.name, speakers: shown.speakers }]);
      });

      test('does not see what is hidden from the schedule; the portal’s hiding is not the schedule’s', async () => {
        const { api } = await open();
        const hidden = await api.editor.createSession({
          tenantId: TENANT,
          body: { ...minimal, hide_from_schedule: true },
        });
        const shown = await api.editor.createSession({
          tenantId: TENANT,
          body: { ...minimal, hide_from_portal: true },
        });
        expect(await kindOf(api.nobody.getPublicSession({ tenantId: TENANT, id: hidden.id }))).toBe('not_found');
        expect(await kindOf(api.admin.getPublicSession({ tenantId: TENANT, id: hidden.id }))).toBe('not_found');
        const listed = await api.nobody.listPublicSessionsByEvent({ tenantId: TENANT, event_id: 'e1' });
        expect(listed).toMatchObject({ Count: 1, Items: [{ id: shown.id }] });
        const found = await api.nobody.searchPublicSessions({
          tenantId: TENANT,
          body: { event_id: 'e1', ids: [hidden.id, shown.id] },
        });
        expect(found.Items.map((item) => item.id)).toEqual([shown.id]);
        await api.editor.patchSession({
          tenantId: TENANT,
          id: hidden.id,
          body: [{ op: 'remove', path: '/hide_from_schedule' }],
        });
        expect(await kindOf(api.nobody.getPublicSession({ tenantId: TENANT, id: hidden.id }))).toBe('done');
      });
    });

    describe('privileges', () => {
      const none = { can_manage_documents: false, can_edit_session: false, can_update_speaker_profile: false };
      const all = { can_manage_documents: true, can_edit_session: true, can_update_speaker_profile: true };

      test.each<[string, Record<string, unknown>, string, typeof none]>([
        ['the main presenter has all', { main_presenter_speaker_type_id: 'main' }, 'grace', all],
        [
          'another speaker has the own profile',
          { main_presenter_speaker_type_id: 'main' },
          'ada',
          { ...none, can_update_speaker_profile: true },
        ],
        ['the first speaker stands in for a main presenter', {}, 'ada', all],
        [
          'the first speaker stands in for a type nobody has',
          { main_presenter_speaker_type_id: 'panelist' },
          'ada',
          all,
        ],
        ['anyone else has none', {}, 'edsger', none],
        ['a locked session is not edited', { sys_locked: true }, 'ada', { ...all, can_edit_session: false }],
      ])('%s', async (_, change, contactId, expected) => {
        const { api } = await open();
        const speakers = [
          { contact_id: 'ada', type_id: 'co' },
          { contact_id: 'grace', type_id: 'main' },
        ];
        const { id } = await api.editor.createSession({ tenantId: TENANT, body: { ...minimal, speakers, ...change } });
        expect(await api.viewer.getSessionPrivileges({ tenantId: TENANT, id, contactId })).toEqual(expected);
      });

      test('an unknown session or contact is 404', async () => {
        const { api } = await open();
        const { id } = await api.editor.createSession({ tenantId: TENANT, body: minimal });
        expect(await api.viewer.getSessionPrivileges({ tenantId: TENANT, id, contactId: 'ada' })).toEqual(none);
        expect(await kindOf(api.viewer.getSessionPrivileges({ tenantId: TENANT, id, contactId: UNKNOWN }))).toBe(
          'not_found',
        );
        expect(await kindOf(api.viewer.getSessionPrivileges({ tenantId: TENANT, id: UNKNOWN, contactId: 'ada' }))).toBe(
          'not_found',
        );
      });
    });

    describe('generateSessionFromAbstract', () => {
      const order = { type_id: 'talk', main_presenter_speaker_type_id: 'main' };

      test('takes over what the abstract says', async () => {
        const { api } = await open();
        const made = await api.editor.generateSessionFromAbstract({
          tenantId: TENANT,
          abstract_id: 'abs1',
          body: order,
        });
        expect(made).toMatchObject({
          id: expect.stringMatching(/^offstage:[0-9a-f]{8}-[0-9a-f]{4}-5/),
          name: 'An abstract',
          description: 'What it is about',
          event_id: 'e1',
          type_id: 'talk',
          abstract_id: 'abs1',
          track_ids: ['track-a'],
          main_presenter_speaker_type_id: 'main',
          speakers: [
            { contact_id: 'ada', type_id: 'co' },
            { contact_id: 'grace', type_id: 'main' },
            { contact_id: 'edsger', type_id: 'panelist' },
          ],
          sys_version: 1,
        });
        const listed = await api.viewer.listSessionsByAbstract({ tenantId: TENANT, abstract_id: 'abs1' });
        expect(listed.Items).toEqual([made]);
      });

      test('makes one session of an abstract, and more only where that is allowed', async () => {
        const { api } = await open();
        const generate = async (body: object): Promise<Session> =>
          await api.editor.generateSessionFromAbstract({ tenantId: TENANT, abstract_id: 'abs1', body: body as never });
        const first = await generate(order);
        expect(await kindOf(generate(order))).toBe('invalid');
        expect(await kindOf(generate({ ...order, allow_duplicates: false }))).toBe('invalid');
        const second = await generate({ ...order, allow_duplicates: true });
        expect(second.id).not.toBe(first.id);
        await deleteAllOf(api, 'abs1');
        expect((await generate(order)).id).toBe(first.id);
      });

      test.each<[string, object, ErrorKind]>([
        ['an unknown session type', { ...order, type_id: UNKNOWN }, 'invalid'],
        ['an unknown speaker type', { ...order, main_presenter_speaker_type_id: UNKNOWN }, 'invalid'],
        ['a missing type', { type_id: 'talk' }, 'invalid'],
        ['an unknown field', { ...order, name: 'x' }, 'invalid'],
        ['a wrong type', { ...order, allow_duplicates: 'yes' }, 'invalid'],
      ])('%s is refused', async (_, body, kind) => {
        const { api } = await open();
        const request = { tenantId: TENANT, abstract_id: 'abs1', body: body as never };
        expect(await kindOf(api.editor.generateSessionFromAbstract(request))).toBe(kind);
        expect(await kindOf(api.editor.generateSessionFromAbstract({ ...request, abstract_id: UNKNOWN }))).toBe(
          'not_found',
        );
      });
    });

    describe('batchSessions', () => {
      test('does each operation on its own, in order, a malformed one too', async () => {
        const { api } = await open();
        const [a, b] = [
          await api.editor.createSession({ tenantId: TENANT, body: minimal }),
          await api.editor.createSession({ tenantId: TENANT, body: minimal }),
        ];
        const rename = (value: unknown): JsonPatch => [{ op: 'replace', path: '/name', value }];
        const answer = await api.editor.batchSessions({
          tenantId: TENANT,
          body: {
            operations: [
              { id: a.id, operation: 'patch', patch_directives: rename('one'), object: {}, payload: {} },
              { id: a.id, operation: 'patch', patch: rename('two') },
              { id: a.id, operation: 'patch', patch_directives: rename(5) },
              { id: b.id, operation: 'delete' },
              { id: b.id, operation: 'patch', patch_directives: rename('too late') },
              { id: a.id, operation: 'patch', patch_directives: [{ op: 'add', path: '/type_id', value: UNKNOWN }] },
              { id: UNKNOWN, operation: 'delete' },
              { id: a.id, operation: 'explode' },
              { operation: 'delete' },
              { id: a.id, operation: 'patch' },
              'nonsense',
              null,
              { id: a.id, operation: 'patch', patch_directives: rename('\ud800') },
            ] as never,
          },
        });
        expect(answer.results.map((result) => [result.id, result.status_code])).toEqual([
          [a.id, 200],
          [a.id, 200],
          [a.id, 400],
          [b.id, 200],
          [b.id, 404],
          [a.id, 409],
          [UNKNOWN, 404],
          [a.id, 400],
          ['', 400],
          [a.id, 400],
          ['', 400],
          ['', 400],
          [a.id, 400],
        ]);
        expect([answer.success_count, answer.error_count]).toEqual([3, 10]);
        expect(answer.results[1]).toMatchObject({ success: true, result: { name: 'two', sys_version: 3 } });
        expect(answer.results[2]).toMatchObject({ success: false, error: expect.stringContaining('/name') });
        expect(await api.viewer.getSession({ tenantId: TENANT, id: a.id })).toMatchObject({
          name: 'two',
          sys_version: 3,
        });
      });

      test('holds 1 to 100 operations', async () => {
        const { api } = await open();
        const { id } = await api.editor.createSession({ tenantId: TENANT, body: minimal });
        const batch = async (count: number): Promise<unknown> =>
          await api.editor.batchSessions({
            tenantId: TENANT,
            body: {
              operations: Array.from({ length: count }, (_, n) => ({
                id,
                operation: 'patch' as const,
                patch_directives: [{ op: 'replace' as const, path: '/name', value: `Name ${n}` }],
              })),
            },
          });
        expect(await batch(100)).toMatchObject({ success_count: 100, error_count: 0 });
        expect(await api.viewer.getSession({ tenantId: TENANT, id })).toMatchObject({
          name: 'Name 99',
          sys_version: 101,
        });
        expect(await kindOf(batch(0))).toBe('invalid');
        expect(await kindOf(batch(101))).toBe('invalid');
        for (const body of [{}, [], null, { operations: {} }, { operations: [], more: 1 }] as never[]) {
          expect(await kindOf(api.editor.batchSessions({ tenantId: TENANT, body }))).toBe('invalid');
        }
      });
    });

    test('every change leaves one history entry, from which the state before can be told', async () => {
      const { api, store } = await open();
      const { id } = await api.editor.createSession({ tenantId: TENANT, body: minimal });
      await api.admin.patchSession({ tenantId: TENANT, id, body: [{ op: 'replace', path: '/name', value: 'New' }] });
      await api.editor.deleteSession({ tenantId: TENANT, id });
      const entries = store.read((view) => view.listHistory(TENANT, 'sessions', id));
      expect(entries.map((entry) => entry.operation)).toEqual(['createSession', 'patchSession', 'deleteSession']);
      expect(entries[1]?.forward).toContainEqual({ op: 'replace', path: '/name', value: 'New' });
      expect(entries[1]?.back).toContainEqual({ op: 'replace', path: '/name', value: 'A talk' });
      expect(new Set(entries.map((entry) => entry.principal_id)).size).toBe(2);
    });
  });
}

async function call(api: ApiByRole, role: keyof ApiByRole, name: OperationName, request: object): Promise<unknown> {
  const perform = api[role][name] as (request: object) => Promise<unknown>;
  return await perform(request);
}

/** How a call ended: `done`, or the kind of its error. */
async function kindOf(outcome: Promise<unknown>): Promise<ErrorKind | 'done'> {
  try {
    await outcome;
    return 'done';
  } catch (error) {
    if (error instanceof ContractError) return error.kind;
    throw error;
  }
}

async function errorOf(outcome: Promise<unknown>): Promise<ContractError> {
  const error: unknown = await outcome.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof ContractError) return error;
  throw error instanceof Error ? error : new Error('the call was expected to fail');
}

async function faultsOf(outcome: Promise<unknown>): Promise<string[]> {
  const error = await errorOf(outcome);
  expect(error.kind).toBe('invalid');
  return error.faults.map((fault) => fault.path);
}

async function deleteAllOf(api: ApiByRole, abstractId: string): Promise<void> {
  const { Items } = await api.viewer.listSessionsByAbstract({ tenantId: TENANT, abstract_id: abstractId });
  for (const { id = '' } of Items) await api.editor.deleteSession({ tenantId: TENANT, id });
}

async function plantMany(store: TestService['store'], count: number): Promise<void> {
  await Promise.all(
    Array.from({ length: count }, async (_, n) => {
      const options = { capacity_options: {}, registration_question_options: {} };
      await plantSession(store, {
        ...minimal,
        ...options,
        id: `s${String((n * 7919) % 100_003).padStart(6, '0')}`,
        abstract_id: 'abs1',
      });
    }),
  );
}
