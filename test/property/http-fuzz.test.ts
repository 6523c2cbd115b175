import { isDeepStrictEqual } from 'node:util';

import type { RxChangeEvent } from 'rxdb';
import { expect, test } from 'vitest';
import { z } from 'zod';

import { isJsonObject } from '../../shared/base/json.ts';
import { isReason, type Reason } from '../../shared/base/reasons.ts';
import { catalogKindNames } from '../../shared/catalog/catalog-kind-names.ts';
import { batchResponse } from '../../shared/contract/batch.ts';
import { errorKinds, type ErrorKind } from '../../shared/contract/errors.ts';
import { readSchedule } from '../../shared/interchange/read-schedule.ts';
import { exportFile } from '../../electron/engine/export-file.ts';
import type { Engine } from '../../electron/engine/engine.ts';
import { exchange, sendBytes, type WireAnswer } from '../support/http-exchange.ts';
import { seededRandom } from '../support/random.ts';
import { keyOf, startTestServer } from '../support/test-server.ts';
import { callerWith, openTestService, OTHER_TENANT, TENANT, type TestService } from '../support/test-service.ts';
import { hostileRequest, targets, type Besieged, type HostileRequest } from './http-hostility.ts';

/**
 * Whatever is sent: never a 5xx, never a record changed, and every refusal a problem of the contract.
 * FUZZ_SEED=<n> replays one request; FUZZ_CASES=<n> sends that many instead of the default.
 */
const DEFAULT_CASES = 6000;

/** So many requests are under way at once. */
const LANES = 4;

test('hostile requests are refused and change nothing', { timeout: 3_600_000 }, async () => {
  const { url, besieged, state, changes } = await openBesieged();
  const before = state();
  const replayed = process.env['FUZZ_SEED'];
  const first = replayed === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(replayed);
  const count = replayed === undefined ? Number(process.env['FUZZ_CASES'] ?? DEFAULT_CASES) : 1;
  console.log(`FUZZ_SEED=${first} begins ${count} requests`);

  const met = new Map<string, number>();
  const note = (what: string): void => void met.set(what, (met.get(what) ?? 0) + 1);
  let next = first;
  const lane = async (): Promise<void> => {
    while (next < first + count) {
      const seed = next++;
      const request = hostileRequest(seededRandom(seed), besieged);
      try {
        const answer = await exchange(url, request);
        const trouble = findTrouble(request, answer);
        if (trouble !== undefined) throw new Error(`it ${trouble}: ${answer.text.slice(0, 500)}`);
        note(request.target);
        note(String(answer.status));
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        const shown = JSON.stringify(request, (_, value: unknown) =>
          typeof value === 'string' ? value.slice(0, 500) : value,
        );
        throw new Error(`FUZZ_SEED=${seed}: ${reason}\n${shown.slice(0, 3000)}`, { cause: error });
      }
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));

  expect(changes).toEqual([]);
  expect(state()).toEqual(before);
  expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  const alive = await exchange(url, {
    path: `/sessions/${TENANT}/event/e1`,
    headers: { authorization: keyOf('viewer') },
  });
  expect(alive.status).toBe(200);
  if (replayed !== undefined) return;
  // Otherwise not everything would have been attacked, or not by what gets past the first checks.
  for (const target of targets) expect([target, met.get(target)]).toEqual([target, expect.any(Number)]);
  for (const status of ['200', '400', '401', '403', '404', '409', '412', '429']) {
    expect([status, (met.get(status) ?? 0) > count / 500]).toEqual([status, true]);
  }
});

test('noise on the wire is refused and changes nothing', async () => {
  const { url, state, changes, besieged } = await openBesieged();
  const before = state();
  const known = `Host: 127.0.0.1\r\nAuthorization: ${keyOf('admin')}\r\nContent-Type: application/json\r\n`;
  const session = `/sessions/${TENANT}/${besieged.open}`;
  const put = JSON.stringify({ event_id: 'e1', name: 'Changed', type_id: 'talk' });
  const noise: (string | Uint8Array)[] = [
    '\r\n\r\n',
    '\0\0\0\0\r\n\r\n',
    'GET\r\n\r\n',
    'GET /\r\n\r\n',
    `GET ${session}\r\n\r\n`,
    'GET / HTTP/9.9\r\n\r\n',
    'GET / HTTX/1.1\r\n\r\n',
    'get / HTTP/1.1\r\n\r\n',
    'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
    Buffer.from([0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00, 0x01, 0xfc]),
    `PUT ${session} HTTP/1.1\r\n${put}`,
    `PUT ${session} HTTP/1.1\n${known.replaceAll('\r\n', '\n')}\n${put}`,
    `PUT ${session} HTTP/1.1\r\n${known}\r\n${put}`,
    `PUT ${session} HTTP/1.1\r\n${known}Content-Length: -1\r\n\r\n${put}`,
    `PUT ${session} HTTP/1.1\r\n${known}Content-Length: 0x40\r\n\r\n${put}`,
    `PUT ${session} HTTP/1.1\r\n${known}Content-Length: 99999999999999999999\r\n\r\n${put}`,
    `PUT ${session} HTTP/1.1\r\n${known}Content-Length: 1\r\nContent-Length: ${put.length}\r\n\r\n${put}`,
    `PUT ${session} HTTP/1.1\r\n${known}Content-Length: ${put.length}\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${put}`,
    `PUT ${session} HTTP/1.1\r\n${known}Content-Length: ${put.length + 1}\r\n\r\n${put}`,
    `PUT ${session} HTTP/1.1\r\n${known}Content-Length: ${put.length - 1}\r\n\r\n${put}`,
    `PUT ${session} HTTP/1.1\r\n${known}Transfer-Encoding: chunked\r\n\r\nzz\r\n${put}\r\n0\r\n\r\n`,
    `PUT ${session} HTTP/1.1\r\n${known}Transfer-Encoding: chunked\r\n\r\n-5\r\n${put}`,
    `PUT ${session} HTTP/1.1\r\n${known}Transfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n${put}`,
    `PUT ${session} HTTP/1.1\r\n${known}Transfer-Encoding: chunked\r\n\r\n${put.length.toString(16)}\r\n${put}`,
    `PUT ${session} HTTP/1.1\r\n${known}Transfer-Encoding: gzip, chunked\r\n\r\n${put.length.toString(16)}\r\n${put}`,
    `PUT ${session} HTTP/1.1\r\n${known}Transfer-Encoding: chunked, identity\r\n\r\n${put.length.toString(16)}\r\n${put}\r\n0\r\n\r\n`,
    `DELETE ${session} HTTP/1.1\r\n${known}Content-Length: 10\r\n\r\n`,
    `DELETE ${session} HTTP/1.1\r\nHost: 127.0.0.1\r\nHost: 127.0.0.1\r\nAuthorization: ${keyOf('admin')}\r\n\r\n`,
    `DELETE ${session} HTTP/1.1\r\nAuthorization: ${keyOf('admin')}\r\n\r\n`,
    `DELETE ${session} HTTP/1.0\r\nAuthorization: ${keyOf('admin')}\r\n\r\n`,
    `DELETE ${session} HTTP/1.1\r\nHost:\r\nAuthorization: ${keyOf('admin')}\r\n\r\n`,
    `DELETE ${session} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization : ${keyOf('admin')}\r\n\r\n`,
    `DELETE ${session} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: a\r\n ${keyOf('admin')}\r\n\r\n`,
    `DELETE ${session} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: nobody\r\nAuthorization: ${keyOf('admin')}\r\n\r\n`,
    `DELETE http://rebound.example${session} HTTP/1.1\r\nHost: rebound.example\r\nAuthorization: ${keyOf('admin')}\r\n\r\n`,
    `DELETE ${session}\0 HTTP/1.1\r\n${known}\r\n`,
    `DELETE ${session} x HTTP/1.1\r\n${known}\r\n`,
    `CONNECT 127.0.0.1:80 HTTP/1.1\r\n${known}\r\n`,
    `GET ${session} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`,
    `GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n${'X: y\r\n'.repeat(10_000)}\r\n`,
    `GET /${'x'.repeat(100_000)} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`,
    `GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX: \0\r\n\r\n`,
  ];
  let answered = 0;
  for (const bytes of noise) {
    const answer = await sendBytes(url, bytes, 100);
    // The end of what never came whole is not waited for.
    if (answer === '') continue;
    answered += 1;
    const [head = '', ...bodies] = answer.split('\r\n\r\n');
    const status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(head)?.[1]);
    const contentType = /\r\ncontent-type: ([^\r]*)/i.exec(head)?.[1];
    // A body ends where an answer to what followed the request begins.
    const text = bodies[0]?.split('HTTP/1.1 ')[0] ?? '';
    const trouble = findProblemTrouble({ status, headers: { 'content-type': contentType }, text });
    expect([String(bytes), trouble]).toEqual([String(bytes), undefined]);
  }
  expect(answered).toBeGreaterThan(noise.length / 2);
  expect(changes).toEqual([]);
  expect(state()).toEqual(before);
  const alive = await exchange(url, { path: session, headers: { authorization: keyOf('viewer') } });
  expect(alive.status).toBe(200);
});

interface Siege {
  url: string;
  besieged: Besieged;
  /** Every session, its revision with it, and the whole catalog. */
  state: () => unknown;
  /** Every write that was seen since. */
  changes: unknown[];
}

async function openBesieged(): Promise<Siege> {
  const opened = await openTestService({ maxSessions: 3 });
  const { service, store } = opened;
  const editor = service.as(callerWith('editor'));
  const create = async (fields: object = {}): Promise<string> =>
    (await editor.createSession({ tenantId: TENANT, body: { ...sound, ...fields } })).id;
  const besieged = { open: await create(), locked: await create({ sys_locked: true }), registered: await create() };
  const registration = { id: 'r1', session_id: besieged.registered, contact_id: 'ada' };
  await service.catalog.put(callerWith('admin'), TENANT, 'registrations', [registration]);

  const changes: unknown[] = [];
  const watch = ({ operation, documentId }: RxChangeEvent<unknown>): void =>
    void changes.push({ operation, documentId });
  store.collections.sessions.$.subscribe(watch);
  store.collections.catalog.$.subscribe(watch);
  const { url } = await startTestServer(service, { engine: scheduleFiles(opened) });
  const state = (): unknown =>
    [TENANT, OTHER_TENANT].map((tenant) =>
      store.read((view) => [
        view.listSessions(tenant, {}),
        catalogKindNames.map((kind) => view.listCatalog(tenant, kind)),
      ]),
    );
  return { url, besieged, state, changes };
}

const sound = {
  event_id: 'e1',
  name: 'A talk',
  type_id: 'talk',
  track_ids: ['track-a', 'track-b'],
  capacity_options: { inner: { list: [1, 2] } },
  speakers: [{ contact_id: 'ada', type_id: 'main' }],
  custom_field_values: [{ custom_field_id: 'public-field', string_value: 'x' }],
};

/** As much of an engine as reads and writes schedule files. */
function scheduleFiles({ service, clock }: TestService): Partial<Engine> {
  return {
    importFile: async (caller, tenantId, bytes) =>
      await service.importSchedule(caller, tenantId, () => readSchedule(bytes())),
    exportFile: (caller, tenantId, eventId, format, part) =>
      exportFile(service, clock.nowMs, { caller, tenantId, eventId, format, part }),
  };
}

/** What is wrong with how a hostile request ended; undefined where nothing is. */
function findTrouble({ method, ending }: HostileRequest, answer: WireAnswer): string | undefined {
  const { status, text } = answer;
  if (status === 200) {
    if (ending === 'refused') return 'was done';
    return ending === 'batch' && !isRefusedBatch(JSON.parse(text)) ? 'was done in part' : undefined;
  }
  if (status < 400 || status > 499) return `was answered ${status}`;
  return method === 'HEAD' ? undefined : findProblemTrouble(answer);
}

function isRefusedBatch(answer: unknown): boolean {
  const { results } = batchResponse.parse(answer);
  return results.every(({ success, error = '', status_code: status }) => !success && error !== '' && status < 500);
}

/** Whether a refusal has the form of one: problem+json, its code one of the contract's, telling nothing of our insides. */
function findProblemTrouble({ status, headers, text }: WireAnswer): string | undefined {
  if (!/^application\/problem\+json(;|$)/.test(headers['content-type'] ?? '')) return 'is no problem+json';
  const problem: unknown = JSON.parse(text);
  if (!isJsonObject(problem) || !isErrorKind(problem['code'])) return 'has no code of the contract';
  const { type, title, detail, errors = [] } = problem;
  if (!isDeepStrictEqual(errorKinds[problem['code']], { status, title })) return 'does not fit its code';
  if (problem['status'] !== status || type !== 'about:blank') return 'does not fit its status';
  if (typeof detail !== 'string' || detail === '') return 'has no detail';
  const listed = z.array(
    z.strictObject({
      path: z.string().regex(/^(\/|$)/),
      message: z.string().min(1),
      because: z.custom<Reason>(isReason),
    }),
  );
  if (!listed.safeParse(errors).success) return 'lists its faults in another form';
  if (/node_modules|SQLITE|TypeError|RangeError|\n\s+at /.test(text)) return 'tells of our insides';
  return text.length > 100_000 ? `is ${text.length} characters long` : undefined;
}

function isErrorKind(code: unknown): code is ErrorKind {
  return typeof code === 'string' && Object.hasOwn(errorKinds, code);
}
