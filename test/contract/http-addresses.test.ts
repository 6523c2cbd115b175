import { describe, expect, test } from 'vitest';

import { randomIds } from '../../shared/base/ids.ts';
import { createHttpClient } from '../../shared/http/client.ts';
import { createService } from '../../shared/service/service.ts';
import { exchange, type WireAnswer } from '../support/http-exchange.ts';
import { at, minimal, openFace, outcomeOf } from '../support/http-face.ts';
import { keyOf, startTestServer } from '../support/test-server.ts';
import { callerWith, openTestService, TENANT } from '../support/test-service.ts';

const order = { type_id: 'talk', main_presenter_speaker_type_id: 'main' };

describe('ids in addresses', () => {
  const odd = [
    'a/b',
    '%',
    '%2F',
    '%25',
    'a b',
    '+',
    '?x=1#y',
    '🎪',
    'ä',
    ';',
    ':',
    '|',
    'public',
    'event',
    '__proto__',
    'a\nb',
    '\0',
    '"',
    '*',
    '-',
    'x'.repeat(3000),
  ];

  test('sessions are reached by ids of all that an id may hold', async () => {
    const face = await openFace();
    for (const id of ['offstage:a|b:c-d_E9', 'offstage:|', 'offstage:-:-', 'offstage:']) {
      expect(await face.create({ sys_external_id: id })).toBe(id);
      for (const path of [
        at(id),
        `/sessions/${TENANT}/${id}`,
        `/sessions/${TENANT}/public/${encodeURIComponent(id)}`,
      ]) {
        expect(JSON.parse((await face.send({ path: `${path}?fields=id` })).text)).toEqual({ id });
      }
      const rights = await face.send({ path: `/sessions/${TENANT}/privileges/${encodeURIComponent(id)}/ada` });
      expect(outcomeOf(rights)).toBe(200);
      expect(outcomeOf(await face.send({ method: 'PUT', path: at(id), body: { ...minimal, id } }))).toBe(200);
      expect(outcomeOf(await face.send({ method: 'PATCH', path: at(id), body: [] }))).toBe(200);
      const batch = { operations: [{ id, operation: 'delete' }] };
      const answer = await face.send({ method: 'POST', path: `/sessions/${TENANT}/batch`, body: batch });
      expect(JSON.parse(answer.text)).toMatchObject({ results: [{ id, success: true, status_code: 200 }] });
    }
  });

  test('an id that no address could carry is refused', async () => {
    const face = await openFace();
    const body = { ...minimal, sys_external_id: `offstage:${'x'.repeat(20_000)}` };
    const answer = await face.send({ method: 'POST', path: `/sessions/${TENANT}`, body });
    expect(outcomeOf(answer)).toBe('400 invalid');
  });

  test('events, abstracts and contacts are reached by ids of any form', async () => {
    const face = await openFace();
    const put = async (kind: string, items: object[]): Promise<void> => {
      const path = `/-/${TENANT}/catalog/${kind}`;
      expect(outcomeOf(await face.send({ as: 'admin', method: 'PUT', path, body: items }))).toBe(200);
    };
    await put(
      'events',
      odd.map((id) => ({ id, name: 'odd' })),
    );
    await put(
      'abstracts',
      odd.map((id) => ({ id, name: 'odd', event_id: id })),
    );
    await put(
      'contacts',
      odd.map((id) => ({ id, name: 'odd' })),
    );
    for (const id of odd) {
      const segment = encodeURIComponent(id);
      const speakers = [{ contact_id: id, type_id: 'main' }];
      const session = await face.create({ event_id: id, abstract_id: id, speakers });
      const one = { Count: 1, Items: [{ id: session }] };
      const get = async (path: string): Promise<unknown> =>
        JSON.parse((await face.send({ path: `/sessions/${TENANT}/${path}` })).text);
      expect([id, await get(`event/${segment}?fields=id`)]).toEqual([id, one]);
      expect([id, await get(`public/event/${segment}`)]).toMatchObject([id, one]);
      expect([id, await get(`abstract/${segment}?fields=id`)]).toEqual([id, one]);
      const rights = await get(`privileges/${encodeURIComponent(session)}/${segment}`);
      expect([id, rights]).toMatchObject([id, { can_manage_documents: true }]);
      const search = { method: 'POST', path: `/sessions/${TENANT}/search`, body: { event_id: id, speakers: [id] } };
      expect([id, JSON.parse((await face.send(search)).text)]).toMatchObject([id, { Items: [{ id: session }] }]);
      const twin = { method: 'POST', path: `/sessions/${TENANT}/abstract/${segment}`, body: order };
      expect([id, outcomeOf(await face.send(twin))]).toEqual([id, '400 invalid']);
    }
  });

  test('tenants have ids of any form, and share nothing', async () => {
    const { store, service: other } = await openTestService();
    const service = createService({ store, clock: Date.now, ids: randomIds, tenants: new Set(odd) });
    const { url } = await startTestServer(service);
    for (const tenant of odd) {
      for (const kind of ['events', 'session_types'] as const) {
        await service.catalog.put(
          callerWith('admin'),
          tenant,
          kind,
          other.catalog.list(callerWith('viewer'), TENANT, kind),
        );
      }
    }
    const send = async (method: string, path: string, body?: unknown): Promise<WireAnswer> =>
      await exchange(url, {
        method,
        path,
        headers: {
          authorization: keyOf('admin'),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body }),
      });
    for (const tenant of odd) {
      const base = `/sessions/${encodeURIComponent(tenant)}`;
      const body = { ...minimal, sys_external_id: 'offstage:same', description: tenant };
      expect([tenant, outcomeOf(await send('POST', base, body))]).toEqual([tenant, 200]);
    }
    for (const tenant of odd) {
      const base = `/sessions/${encodeURIComponent(tenant)}`;
      expect(JSON.parse((await send('GET', `${base}/offstage:same?fields=description`)).text)).toEqual({
        description: tenant,
      });
      expect(JSON.parse((await send('GET', `${base}/event/e1?fields=description`)).text)).toEqual({
        Count: 1,
        Items: [{ description: tenant }],
      });
    }
  });

  test('a client sends nothing to an address that would be another', async () => {
    const asked: string[] = [];
    const client = createHttpClient({
      baseUrl: 'http://127.0.0.1:1/api',
      fetch: async (url) => {
        asked.push(String(url));
        throw new Error('no request was to be made');
      },
      timeoutMs: 100,
      maxAnswerBytes: 100,
    });
    for (const id of ['.', '..', '\ud800']) {
      await expect(client.deleteSession({ tenantId: TENANT, id })).rejects.toMatchObject({ kind: 'invalid' });
      await expect(client.getSession({ tenantId: id, id: 'x' })).rejects.toMatchObject({ kind: 'invalid' });
    }
    expect(asked).toEqual([]);
  });
});
