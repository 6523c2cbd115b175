import { describe, expect, test } from 'vitest';

import type { Engine } from '../../electron/engine/engine.ts';
import { operationNames, operations, type Operation } from '../../shared/contract/operations.ts';
import type { Role } from '../../shared/contract/roles.ts';
import { readSchedule } from '../../shared/interchange/read-schedule.ts';
import type { Service } from '../../shared/service/service.ts';
import { exchange, sendBytes, type WireAnswer, type WireRequest } from '../support/http-exchange.ts';
import { at, minimal, openFace, outcomeOf } from '../support/http-face.ts';
import { keyOf, startTestServer } from '../support/test-server.ts';
import { openTestService, TENANT } from '../support/test-service.ts';

const order = { type_id: 'talk', main_presenter_speaker_type_id: 'main' };
const MIB = 1024 * 1024;

interface Case {
  method: string;
  path: (ids: { open: string; locked: string }) => string;
  as?: Role | 'nobody';
  headers?: Record<string, string>;
  body?: unknown;
}

const open: Case['path'] = (ids) => at(ids.open);
const locked: Case['path'] = (ids) => at(ids.locked);
const unknown: Case['path'] = () => at('unknown');

describe('the order of checks, over HTTP', () => {
  const badBody = '{"name": ';
  const stale = { 'if-match': '"9"' };

  test.each<[string, number | string, Case]>([
    ['no key, before all else', '401 unauthorized', { method: 'PUT', path: unknown, as: 'nobody', body: badBody }],
    ['no role, before 404', '403 forbidden', { method: 'PUT', path: unknown, as: 'viewer', body: badBody }],
    ['another tenant, before 412', '404 not_found', { method: 'DELETE', path: () => '/sessions/no/x', headers: stale }],
    ['no session, before 412', '404 not_found', { method: 'PUT', path: unknown, headers: stale, body: badBody }],
    ['a stale tag, before the lock', '412 precondition_failed', { method: 'PUT', path: locked, headers: stale }],
    ['a stale tag, before 400', '412 precondition_failed', { method: 'PATCH', path: open, headers: stale, body: '{' }],
    ['the lock, before 400', '403 locked', { method: 'PATCH', path: locked, body: badBody }],
    ['the lock, before 400, for an admin', '403 locked', { method: 'PUT', path: locked, as: 'admin', body: badBody }],
    ['400 before 409', '400 invalid', { method: 'PUT', path: open, body: { name: '', event_id: 'no', type_id: 'no' } }],
    ['409 last', '409 missing_reference', { method: 'PUT', path: open, body: { ...minimal, type_id: 'no' } }],
    [
      'a content type that is none, without a key',
      '401 unauthorized',
      {
        method: 'PUT',
        path: open,
        as: 'nobody',
        headers: { 'content-type': ';;;' },
        body: minimal,
      },
    ],
    [
      'a content type that is none, for no session',
      '404 not_found',
      {
        method: 'PATCH',
        path: unknown,
        headers: { 'content-type': 'a b c' },
        body: [],
      },
    ],
    [
      'a repeated parameter, without a key',
      '401 unauthorized',
      {
        method: 'GET',
        path: (ids) => `${open(ids)}?fields=a&fields=b`,
        as: 'nobody',
      },
    ],
    [
      'a repeated parameter, for no session',
      '404 not_found',
      { method: 'GET', path: (ids) => `${unknown(ids)}?fields=a&fields=b` },
    ],
    ['a repeated parameter, last', '400 invalid', { method: 'GET', path: (ids) => `${open(ids)}?fields=a&fields=b` }],
    ['a long id that is nobody’s', '404 not_found', { method: 'GET', path: () => at('x'.repeat(8000)) }],
    ['the same without a key', '401 unauthorized', { method: 'GET', path: () => at('x'.repeat(8000)), as: 'nobody' }],
  ])('%s: %s', async (_, expected, { method, path, as, headers, body }) => {
    const face = await openFace();
    const ids = { open: await face.create(), locked: await face.create({ sys_locked: true }) };
    const answer = await face.send({
      method,
      path: path(ids),
      ...(as === undefined ? {} : { as }),
      ...(headers === undefined ? {} : { headers }),
      ...(body === undefined ? {} : { body }),
    });
    expect(outcomeOf(answer)).toBe(expected);
  });

  test.each(['fields', 'consistentRead', 'exclusiveStartKey', 'fieldsToReturn'])(
    '%s given twice is 400 wherever it is a parameter',
    async (parameter) => {
      const face = await openFace();
      const id = await face.create();
      const taking = operationNames.filter((name) => (operations[name] as Operation).query.includes(parameter));
      expect(taking.length).toBeGreaterThan(0);
      for (const name of taking) {
        const { method, path, body }: Operation = operations[name];
        const target = path
          .replace('{tenantId}', TENANT)
          .replace('{id}', encodeURIComponent(id))
          .replace('{event_id}', 'e1')
          .replace('{abstract_id}', 'abs1');
        const answer = await face.send({
          method,
          path: `${target}?${parameter}=name&${parameter}=.`,
          ...(body === undefined ? {} : { body: { event_id: 'e1' } }),
        });
        expect([name, outcomeOf(answer)]).toEqual([name, '400 invalid']);
      }
    },
  );
});

describe('an answer', () => {
  test('with one session carries its ETag, also where the version was not asked for; a public one does not', async () => {
    const face = await openFace();
    const created = await face.send({ method: 'POST', path: `/sessions/${TENANT}`, body: minimal });
    const { id } = JSON.parse(created.text) as { id: string };
    const patch = [{ op: 'replace', path: '/name', value: 'New' }];
    const etags: Record<string, string | undefined> = { created: created.headers.etag };
    const note = async (what: string, request: WireRequest): Promise<string> => {
      const answer = await face.send(request);
      expect([what, answer.status]).toEqual([what, 200]);
      etags[what] = answer.headers.etag;
      return answer.text;
    };
    expect(JSON.parse(await note('some fields', { path: `${at(id)}?fields=name` }))).toEqual({ name: 'A talk' });
    expect(JSON.parse(await note('no field', { path: `${at(id)}?fields=%20` }))).toEqual({});
    expect(JSON.parse(await note('the version', { path: `${at(id)}?fields=sys_version%20` }))).toEqual({
      sys_version: 1,
    });
    await note('all fields', { path: `${at(id)}?fields=` });
    await note('the same put', { method: 'PUT', path: at(id), body: minimal });
    await note('patched', { method: 'PATCH', path: at(id), body: patch });
    await note('put', { method: 'PUT', path: at(id), body: minimal });
    await note('head', { method: 'HEAD', path: at(id) });
    await note('generated', { method: 'POST', path: `/sessions/${TENANT}/abstract/abs2`, body: order });
    await note('public', { path: `/sessions/${TENANT}/public/${encodeURIComponent(id)}` });
    expect(etags).toEqual({
      created: '"1"',
      'some fields': '"1"',
      'no field': '"1"',
      'the version': '"1"',
      'all fields': '"1"',
      'the same put': '"1"',
      patched: '"2"',
      put: '"3"',
      head: '"3"',
      generated: '"1"',
      public: undefined,
    });
  });

  test('is JSON and carries an id of its request, each another, whatever became of it', async () => {
    const face = await openFace();
    const id = await face.create();
    const answers = [
      await face.send({ path: at(id) }),
      await face.send({ path: at(id), as: 'nobody' }),
      await face.send({ path: at('unknown') }),
      await face.send({ path: '/nowhere' }),
      await face.send({ method: 'POST', path: '/nowhere', body: minimal }),
      await face.send({ path: `/sessions/${TENANT}/%zz` }),
      await face.send({ path: '/-/health' }),
      await face.send({ path: at(id), headers: { host: 'elsewhere.example' } }),
      await face.send({ method: 'DELETE', path: at(id) }),
    ];
    expect(answers.map(outcomeOf)).toEqual([
      200,
      '401 unauthorized',
      '404 not_found',
      '404 not_found',
      '404 not_found',
      '400 invalid',
      200,
      '403 forbidden',
      200,
    ]);
    for (const { headers } of answers) expect(headers['content-type']).toMatch(/^application\/(problem\+)?json/);
    const ids = answers.map(({ headers }) => headers['x-request-id']);
    expect(new Set(ids).size).toBe(answers.length);
    expect(ids).not.toContain(undefined);
    expect(JSON.parse(answers.at(-1)?.text ?? '')).toBe(id);
  });

  test('to a delete is the id as a JSON string, and HEAD answers as GET without its body', async () => {
    const face = await openFace();
    const id = await face.create();
    const get = await face.send({ path: at(id) });
    const head = await face.send({ method: 'HEAD', path: at(id) });
    expect([head.status, head.text, head.headers['content-length']]).toEqual([200, '', String(get.text.length)]);
    expect((await face.send({ method: 'HEAD', path: at('unknown') })).status).toBe(404);
    expect(JSON.parse((await face.send({ method: 'DELETE', path: at(id) })).text)).toBe(id);
  });

  test('to an address or a method that is none is 404, key or no key', async () => {
    const face = await openFace();
    const id = await face.create();
    for (const [method, path] of [
      ['GET', '/'],
      ['GET', '/sessions'],
      ['GET', `/sessions/${TENANT}`],
      ['PUT', `/sessions/${TENANT}`],
      ['POST', at(id)],
      ['OPTIONS', at(id)],
      ['TRACE', at(id)],
      ['PROPFIND', at(id)],
      ['QUERY', at(id)],
      ['GET', `${at(id)}/more`],
      ['PATCH', `/sessions/${TENANT}/public/${id}`],
      ['GET', '/SESSIONS/t1/x'],
      ['GET', '//sessions/t1/x'],
      ['GET', '/-/'],
      ['DELETE', `/-/${TENANT}/catalog/events`],
    ] as const) {
      for (const as of ['admin', 'nobody'] as const) {
        expect([method, path, outcomeOf(await face.send({ method, path, as }))]).toEqual([
          method,
          path,
          '404 not_found',
        ]);
      }
    }
    expect((await face.send({ path: at(id) })).status).toBe(200);
  });

  test('to an expectation that nobody knows is as without it', async () => {
    const face = await openFace();
    const id = await face.create();
    expect(outcomeOf(await face.send({ path: at(id), headers: { expect: 'a-miracle' } }))).toBe(200);
  });
});

describe('a body', () => {
  const json = 'application/json';
  const patchType = 'application/json-patch+json';

  test.each<[string, string | undefined, 'POST' | 'PATCH', number | string]>([
    ['JSON', json, 'POST', 200],
    ['JSON in UTF-8', `${json}; charset=utf-8`, 'POST', 200],
    ['JSON in UTF-8, written otherwise', 'Application/JSON;Charset="UTF-8"', 'POST', 200],
    ['JSON for a patch', json, 'PATCH', 200],
    ['a JSON Patch', patchType, 'PATCH', 200],
    ['a JSON Patch for a create', patchType, 'POST', '400 invalid'],
    ['another charset', `${json}; charset=latin1`, 'POST', '400 invalid'],
    ['a merge patch', 'application/merge-patch+json', 'PATCH', '400 invalid'],
    ['text', 'text/plain', 'POST', '400 invalid'],
    ['a form', 'application/x-www-form-urlencoded', 'POST', '400 invalid'],
    ['nearly JSON', 'application/jsonx', 'POST', '400 invalid'],
    ['none', undefined, 'POST', '400 invalid'],
    ['nothing', '', 'POST', '400 invalid'],
    ['no content type at all', ';;;', 'PATCH', '400 invalid'],
  ])('called %s (%s) in a %s: %s', async (_, contentType, method, expected) => {
    const face = await openFace();
    const id = await face.create();
    const answer = await exchange(face.url, {
      method,
      path: method === 'POST' ? `/sessions/${TENANT}` : at(id),
      headers: {
        authorization: keyOf('editor'),
        ...(contentType === undefined ? {} : { 'content-type': contentType }),
      },
      body: method === 'POST' ? minimal : [],
    });
    expect(outcomeOf(answer)).toBe(expected);
  });

  test('that is missing is 400 where one is needed, and its content type is ignored where none is', async () => {
    const face = await openFace();
    const id = await face.create();
    for (const contentType of ['text/plain', ';;;', 'application/json']) {
      const headers = { 'content-type': contentType };
      expect(outcomeOf(await face.send({ path: at(id), headers }))).toBe(200);
      expect(outcomeOf(await face.send({ method: 'PUT', path: at(id), headers }))).toBe('400 invalid');
      expect(outcomeOf(await face.send({ method: 'POST', path: `/sessions/${TENANT}`, headers, body: '' }))).toBe(
        '400 invalid',
      );
      expect(outcomeOf(await face.send({ method: 'DELETE', path: at('unknown'), headers }))).toBe('404 not_found');
    }
    expect(outcomeOf(await face.send({ method: 'DELETE', path: at(id), headers: { 'content-type': ';;;' } }))).toBe(
      200,
    );
  });

  test.each<[string, string | Uint8Array]>([
    ['cut off', '{"event_id":"e1"'],
    ['no JSON', 'name=x'],
    ['two values', '{}{}'],
    ['a name twice', '{"event_id":"e1","name":"a","type_id":"talk","name":"b"}'],
    ['a name twice, once escaped', String.raw`{"event_id":"e1","name":"a","type_id":"talk","n\u0061me":"b"}`],
    [
      'a name twice, further in',
      '{"event_id":"e1","name":"a","type_id":"talk","capacity_options":{"a":{"b":1,"b":1}}}',
    ],
    [
      'no UTF-8',
      Buffer.concat([
        Buffer.from('{"event_id":"e1","type_id":"talk","name":"'),
        Buffer.from([0xff, 0xfe]),
        Buffer.from('"}'),
      ]),
    ],
    [
      'half a surrogate pair, in bytes',
      Buffer.concat([
        Buffer.from('{"event_id":"e1","type_id":"talk","name":"'),
        Buffer.from([0xed, 0xa0, 0x80]),
        Buffer.from('"}'),
      ]),
    ],
    ['half a surrogate pair, escaped', String.raw`{"event_id":"e1","type_id":"talk","name":"\ud800"}`],
    [
      'half a surrogate pair in a name',
      String.raw`{"event_id":"e1","type_id":"talk","name":"a","capacity_options":{"\udc00":1}}`,
    ],
    ['UTF-16', Buffer.from(JSON.stringify(minimal), 'utf16le')],
    ['a number beyond all', '{"event_id":"e1","type_id":"talk","name":"a","display_order":1e999}'],
    ['NaN', '{"event_id":"e1","type_id":"talk","name":"a","display_order":NaN}'],
    ['a raw NUL', '{"event_id":"e1","type_id":"talk","name":"a\0"}'],
    ['lists without end', '['.repeat(500_000)],
    ['lists too deep', `${'['.repeat(500_000)}${']'.repeat(500_000)}`],
    ['objects too deep', `${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`],
    ['a prototype', '{"event_id":"e1","type_id":"talk","name":"a","__proto__":{"name":"b"}}'],
  ])('%s is 400, and nothing is stored', async (_, body) => {
    const face = await openFace();
    const answer = await face.send({ method: 'POST', path: `/sessions/${TENANT}`, body });
    expect(outcomeOf(answer)).toBe('400 invalid');
    expect(answer.text.length).toBeLessThan(2000);
    const listed = await face.send({ path: `/sessions/${TENANT}/event/e1` });
    expect(JSON.parse(listed.text)).toEqual({ Count: 0, Items: [] });
  });

  test('that is encoded, or says so, is 400', async () => {
    const face = await openFace();
    for (const encoding of ['gzip', 'br', 'identity, gzip']) {
      const request = { method: 'POST', path: `/sessions/${TENANT}`, body: minimal };
      expect(outcomeOf(await face.send({ ...request, headers: { 'content-encoding': encoding } }))).toBe('400 invalid');
      expect(outcomeOf(await face.send({ ...request, headers: { 'content-encoding': 'identity' } }))).toBe(200);
    }
  });

  test.each([false, true])('of 1 MiB is taken, of one byte more it is 400 (in chunks: %s)', async (chunked) => {
    const face = await openFace();
    const send = async (method: string, path: string, sizeBytes: number): Promise<WireAnswer> =>
      await face.send({ method, path, body: bodyOf(sizeBytes), chunked });
    const created = await send('POST', `/sessions/${TENANT}`, MIB);
    expect(outcomeOf(created)).toBe(200);
    const session = JSON.parse(created.text) as { id: string; description: string };
    expect(outcomeOf(await send('POST', `/sessions/${TENANT}`, MIB + 1))).toBe('400 invalid');
    expect(outcomeOf(await send('PUT', at(session.id), MIB))).toBe(200);
    expect(outcomeOf(await send('PUT', at(session.id), MIB + 1))).toBe('400 invalid');
    expect(outcomeOf(await send('PUT', at('unknown'), MIB + 1))).toBe('404 not_found');
    expect(outcomeOf(await send('PUT', at('unknown'), 40 * MIB))).toBe('404 not_found');
    const read = await face.send({ path: at(session.id) });
    expect((JSON.parse(read.text) as { description: string }).description).toBe(session.description);
    const grow = [{ op: 'add', path: '/location', value: 'one more' }];
    expect(outcomeOf(await face.send({ method: 'PATCH', path: at(session.id), body: grow }))).toBe('400 invalid');
  });

  test('a name of a megabyte comes back as it was, and is found', async () => {
    const face = await openFace();
    const name = `${'Ünïcode 🎪 '.repeat(60_000)}needle`;
    const id = await face.create({ name });
    const read = JSON.parse((await face.send({ path: at(id) })).text) as { name: string };
    expect(read.name === name).toBe(true);
    const found = await face.send({
      method: 'POST',
      path: `/sessions/${TENANT}/search?fieldsToReturn=id`,
      body: { event_id: 'e1', name: 'UNICODE 🎪 NEEDLE' },
    });
    expect(JSON.parse(found.text)).toEqual({ Items: [{ id }] });
  });

  test('lists every fault at once, the id among them', async () => {
    const face = await openFace();
    const id = await face.create();
    const faulty = { ...minimal, id: 'mine', name: ' ', sys_external_id: 'offstage:no id', extra: 1 };
    const created = await face.send({ method: 'POST', path: `/sessions/${TENANT}`, body: faulty });
    expect(pathsOf(created).toSorted()).toEqual(['/extra', '/id', '/name', '/sys_external_id']);
    const put = await face.send({ method: 'PUT', path: at(id), body: faulty });
    expect(pathsOf(put).toSorted()).toEqual(['/extra', '/id', '/name']);
    const withoutId = await face.send({ method: 'PATCH', path: at(id), body: [{ op: 'remove', path: '/id' }] });
    expect(pathsOf(withoutId)).toEqual(['/id']);
  });

  test('of thousands of moves of something large is done within the time of a test', async () => {
    const face = await openFace();
    const id = await face.create({ capacity_options: { a: Array.from({ length: 300_000 }, () => 0) } });
    const body = Array.from({ length: 8000 }, (_, n) => {
      const [from, to] = n % 2 === 0 ? ['a', 'b'] : ['b', 'a'];
      return { op: 'move', from: `/capacity_options/${from}`, path: `/capacity_options/${to}` };
    });
    expect(outcomeOf(await face.send({ method: 'PATCH', path: at(id), body }))).toBe(200);
  });

  test('that breaks off leaves everything as it was', async () => {
    const face = await openFace();
    const id = await face.create();
    const head = (method: string): string =>
      `${method} ${at(id)} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: ${keyOf('editor')}\r\nContent-Type: application/json\r\n`;
    await sendBytes(face.url, `${head('DELETE')}Content-Length: 500\r\n\r\n{"a"`, 100);
    await sendBytes(
      face.url,
      `${head('PUT')}Content-Length: 500\r\n\r\n${JSON.stringify({ ...minimal, name: 'x' })}`,
      100,
    );
    await sendBytes(face.url, `${head('PUT')}Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n`, 100);
    const read = await face.send({ path: at(id) });
    expect(JSON.parse(read.text)).toMatchObject({ name: 'A talk', sys_version: 1 });
  });
});

describe('what is no HTTP request', () => {
  test.each<[string, string]>([
    ['noise', 'GARBAGE\r\n\r\n'],
    ['an unknown method', 'BREW / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n'],
    [
      'two lengths',
      'POST /sessions/t1 HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef',
    ],
    [
      'a length and chunks',
      'POST /sessions/t1 HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    ],
    ['endless headers', `GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX: ${'a'.repeat(40_000)}\r\n\r\n`],
    ['an endless address', `GET /${'a'.repeat(40_000)} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`],
    ['no host', 'GET /-/health HTTP/1.1\r\nConnection: close\r\n\r\n'],
    ['two hosts', 'GET /-/health HTTP/1.1\r\nHost: 127.0.0.1\r\nHost: elsewhere.example\r\nConnection: close\r\n\r\n'],
  ])('%s is 400, as problem+json', async (_, bytes) => {
    const face = await openFace();
    const answer = await sendBytes(face.url, bytes);
    const [head = '', body = ''] = answer.split('\r\n\r\n');
    expect(head).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/);
    expect(head).toMatch(/\r\nContent-Type: application\/problem\+json/i);
    expect(JSON.parse(body)).toMatchObject({ status: 400, code: 'invalid' });
  });
});

describe('a key', () => {
  test.each<[string, (key: string) => string, boolean]>([
    ['bare', (key) => key, true],
    ['with Bearer', (key) => `Bearer ${key}`, true],
    ['with bearer and spaces', (key) => `bearer   ${key}`, true],
    ['with spaces around', (key) => `  ${key}  `, true],
    ['with Basic', (key) => `Basic ${key}`, false],
    ['with Bearer twice', (key) => `Bearer Bearer ${key}`, false],
    ['with a tail', (key) => `${key}x`, false],
    ['in capitals', (key) => key.toUpperCase(), false],
    ['as a list', (key) => `${key}, ${key}`, false],
    ['as nothing', () => '', false],
    ['as Bearer alone', () => 'Bearer', false],
  ])('%s is known: %3$s', async (_, write, known) => {
    const face = await openFace();
    const answer = await face.send({
      path: `/sessions/${TENANT}/event/e1`,
      headers: { authorization: write(keyOf('viewer')) },
    });
    expect(outcomeOf(answer)).toBe(known ? 200 : '401 unauthorized');
    const open = await face.send({
      path: `/sessions/${TENANT}/public/event/e1`,
      headers: { authorization: 'nonsense' },
    });
    expect(outcomeOf(open)).toBe(200);
  });
});

describe('beside the contract', () => {
  const bundle = '{"schedule":{"conference":{}}}';

  test.each<[string, string, unknown, Record<Role | 'nobody', number>]>([
    ['GET', '/-/health', undefined, { nobody: 200, viewer: 200, editor: 200, admin: 200 }],
    ['GET', '/-/openapi.json', undefined, { nobody: 200, viewer: 200, editor: 200, admin: 200 }],
    ['GET', '/-/t1/catalog/events', undefined, { nobody: 401, viewer: 200, editor: 200, admin: 200 }],
    [
      'PUT',
      '/-/t1/catalog/events',
      [{ id: 'e9', name: 'Nine' }],
      { nobody: 401, viewer: 403, editor: 403, admin: 200 },
    ],
    ['GET', '/-/t1/export/csv?event_id=e1', undefined, { nobody: 401, viewer: 200, editor: 200, admin: 200 }],
    ['POST', '/-/t1/import', bundle, { nobody: 401, viewer: 403, editor: 403, admin: 400 }],
    ['GET', '/-/no/catalog/events', undefined, { nobody: 401, viewer: 404, editor: 404, admin: 404 }],
    ['PUT', '/-/no/catalog/events', '{', { nobody: 401, viewer: 403, editor: 403, admin: 404 }],
    ['PUT', '/-/t1/catalog/nothing', '{', { nobody: 401, viewer: 403, editor: 403, admin: 404 }],
    ['POST', '/-/no/import', bundle, { nobody: 401, viewer: 403, editor: 403, admin: 404 }],
    ['GET', '/-/t1/export/csv', undefined, { nobody: 401, viewer: 400, editor: 400, admin: 400 }],
    ['GET', '/-/t1/export/csv?event_id=no', undefined, { nobody: 401, viewer: 404, editor: 404, admin: 404 }],
    [
      'GET',
      '/-/t1/export/csv?event_id=e1&event_id=e2',
      undefined,
      { nobody: 401, viewer: 400, editor: 400, admin: 400 },
    ],
  ])('%s %s is for those who may', async (method, path, body, expected) => {
    const { service } = await openTestService();
    const { url } = await startTestServer(service, { engine: engineOf(service) });
    for (const [role, status] of Object.entries(expected)) {
      const authorization = role === 'nobody' ? {} : { authorization: keyOf(role as Role) };
      const headers = { ...authorization, ...(body === undefined ? {} : { 'content-type': 'application/json' }) };
      const answer = await exchange(url, { method, path, headers, ...(body === undefined ? {} : { body }) });
      expect([role, answer.status]).toEqual([role, status]);
      outcomeOf(answer);
    }
  });

  test('a catalog takes all of a list or nothing, and says how many', async () => {
    const face = await openFace();
    const path = `/-/${TENANT}/catalog/rooms`;
    const put = async (body: unknown): Promise<WireAnswer> =>
      await face.send({ as: 'admin', method: 'PUT', path, body });
    const before = (await face.send({ path })).text;
    for (const body of [
      '',
      '{',
      {},
      null,
      [1],
      [{ id: 'r' }],
      [{ id: '', name: 'x' }],
      [
        { id: 'a', name: 'A' },
        { id: 'a', name: 'A' },
      ],
      [
        { id: 'ok', name: 'ok' },
        { id: 'no', name: 'no', capacity: 'x' },
      ],
    ]) {
      expect(outcomeOf(await put(body))).toBe('400 invalid');
    }
    expect((await face.send({ path })).text).toBe(before);
    const room = { id: 'room-1', name: 'Room one', capacity: 7, more: { kept: [null] } };
    expect(JSON.parse((await put([room, { id: 'new', name: 'New' }])).text)).toEqual({ stored: 2 });
    const after = JSON.parse((await face.send({ path })).text) as { id: string }[];
    expect(after.find(({ id }) => id === 'room-1')).toEqual(room);
    expect(after.map(({ id }) => id)).toEqual(['new', 'room-1', 'room-2', 'room-3']);
    expect(JSON.parse((await put([])).text)).toEqual({ stored: 0 });
  });

  test('a list of catalog items may be larger than a session', async () => {
    const face = await openFace();
    const rooms = Array.from({ length: 2000 }, (_, n) => ({ id: `r${n}`, name: 'x'.repeat(1024) }));
    const answer = await face.send({ as: 'admin', method: 'PUT', path: `/-/${TENANT}/catalog/rooms`, body: rooms });
    expect(JSON.parse(answer.text)).toEqual({ stored: 2000 });
  });
});

describe('limits', () => {
  test('too many requests of one key are 429 with Retry-After; other keys, and health, go on', async () => {
    const face = await openFace({ rateLimit: 5 });
    const path = `/sessions/${TENANT}/event/e1`;
    const get = async (as: Role | 'nobody', authorization?: string): Promise<WireAnswer> =>
      await face.send({ path, as, ...(authorization === undefined ? {} : { headers: { authorization } }) });
    for (let n = 0; n < 5; n++) expect(outcomeOf(await get('viewer'))).toBe(200);
    const refused = await get('viewer');
    expect(outcomeOf(refused)).toBe('429 rate_limited');
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
    expect(Number(refused.headers['retry-after'])).toBeLessThanOrEqual(60);
    expect(refused.headers['x-request-id']).toEqual(expect.any(String));
    expect(outcomeOf(await get('viewer', `Bearer ${keyOf('viewer')}`))).toBe('429 rate_limited');
    expect(outcomeOf(await face.send({ method: 'DELETE', path: at('x'), as: 'viewer' }))).toBe('429 rate_limited');
    expect(outcomeOf(await get('editor'))).toBe(200);
    // Without a known key the address counts, whatever the keys that were tried.
    for (let n = 0; n < 5; n++) expect(outcomeOf(await get('nobody', `guess ${n}`))).toBe('401 unauthorized');
    expect(outcomeOf(await get('nobody', 'guess 5'))).toBe('429 rate_limited');
    for (let n = 0; n < 10; n++) expect(outcomeOf(await face.send({ path: '/-/health', as: 'viewer' }))).toBe(200);
  });

  test('too many sessions of a tenant are 429 of another kind, after 400 and without Retry-After', async () => {
    const face = await openFace({ maxSessions: 1 });
    await face.create();
    const post = async (body: object): Promise<WireAnswer> =>
      await face.send({ method: 'POST', path: `/sessions/${TENANT}`, body });
    const refused = await post(minimal);
    expect([outcomeOf(refused), refused.headers['retry-after']]).toEqual(['429 quota_exceeded', undefined]);
    expect(outcomeOf(await post({ ...minimal, name: '' }))).toBe('400 invalid');
  });
});

describe('a server on loopback', () => {
  test.each<[string, Record<string, string>, number | string]>([
    ['its address', { host: '127.0.0.1:{port}' }, 200],
    ['localhost', { host: 'localhost:{port}' }, 200],
    ['localhost in capitals', { host: 'LOCALHOST' }, 200],
    ['IPv6 loopback', { host: '[::1]:{port}' }, 200],
    ['a name that was pointed here', { host: 'rebound.example:{port}' }, '403 forbidden'],
    ['a name that begins like loopback', { host: '127.0.0.1.rebound.example' }, '403 forbidden'],
    ['a user before another name', { host: '127.0.0.1@rebound.example' }, '403 forbidden'],
    ['an address of the network', { host: '192.168.0.7' }, '403 forbidden'],
    ['no URL', { host: 'a b' }, '403 forbidden'],
    ['its own origin', { host: 'localhost:{port}', origin: 'http://localhost:{port}' }, 200],
    ['another site', { origin: 'https://elsewhere.example' }, '403 forbidden'],
    ['another port', { origin: 'http://127.0.0.1:1' }, '403 forbidden'],
    ['a page without an origin', { origin: 'null' }, '403 forbidden'],
    ['an empty origin', { origin: '' }, '403 forbidden'],
  ])('asked by %s: %3$s', async (_, template, expected) => {
    const face = await openFace();
    const { port } = new URL(face.url);
    const headers = Object.fromEntries(
      Object.entries(template).map(([name, value]) => [name, value.replace('{port}', port)]),
    );
    expect(outcomeOf(await face.send({ path: `/sessions/${TENANT}/event/e1`, headers }))).toBe(expected);
    expect(outcomeOf(await face.send({ path: `/sessions/${TENANT}/public/event/e1`, headers, as: 'nobody' }))).toBe(
      expected,
    );
    expect(outcomeOf(await face.send({ path: '/-/health', headers, as: 'nobody' }))).toBe(expected);
  });
});

/** A create's body of exactly this size. */
function bodyOf(sizeBytes: number): string {
  const empty = JSON.stringify({ ...minimal, description: '' }).length;
  return JSON.stringify({ ...minimal, description: 'x'.repeat(sizeBytes - empty) });
}

function pathsOf({ text }: WireAnswer): string[] {
  return (JSON.parse(text) as { errors: { path: string }[] }).errors.map(({ path }) => path);
}

/** As much of an engine as schedule files need. */
function engineOf(service: Service): Partial<Engine> {
  return {
    importFile: async (caller, tenantId, bytes) =>
      await service.importSchedule(caller, tenantId, () => readSchedule(bytes())),
    exportFile(caller, tenantId, eventId, format) {
      const { event } = service.exportSchedule(caller, tenantId, eventId);
      return { contentType: 'text/plain', fileName: `${event.id}.${format}`, text: event.name };
    },
  };
}
