import { expect, test } from 'vitest';

import type { ContractError } from '../../shared/contract/errors.ts';
import { createHttpClient } from '../../shared/http/client.ts';

/** A client of a server that gives one answer to everything. */
function clientOf(answer: () => Response | Promise<Response>, maxAnswerBytes = 1000) {
  return createHttpClient({
    baseUrl: 'http://hq.test',
    fetch: async () => await answer(),
    timeoutMs: 1000,
    maxAnswerBytes,
  });
}

const html = { 'content-type': 'text/html; charset=utf-8' };

test.each<[string, () => Response, string]>([
  ['a 404 of the API', () => new Response('{"message":"none"}', { status: 404 }), 'not_found'],
  ['a 404 without a body', () => new Response(null, { status: 404 }), 'not_found'],
  ['a web page that says 404', () => new Response('<html>', { status: 404, headers: html }), 'unusable_answer'],
  ['a web page that says 200', () => new Response('<html>', { status: 200, headers: html }), 'unusable_answer'],
  ['an empty 200', () => new Response('', { status: 200 }), 'unusable_answer'],
  ['some fields of a session', () => Response.json({ name: 'no id' }), 'done'],
  ['a list where a session must be', () => Response.json([]), 'unusable_answer'],
  ['an answer beyond the bound', () => Response.json({ id: 'x', name: 'y'.repeat(2000) }), 'unusable_answer'],
  ['a refusal by a status that the page does not have', () => new Response('', { status: 422 }), 'invalid'],
  ['a proxy that wants a sign-in first', () => new Response('', { status: 407 }), 'unreachable'],
  ['a failing server', () => new Response('oops', { status: 503 }), 'internal'],
])('%s', async (_, answer, kind) => {
  const outcome: unknown = await clientOf(answer)
    .getSession({ tenantId: 't', id: 'x' })
    .then(
      () => ({ kind: 'done' }),
      (error: unknown) => error,
    );
  expect(outcome).toMatchObject({ kind });
});

test.each<[string, unknown, string]>([
  ['in the detail of a problem', { detail: 'No such room.', message: 'Conflict' }, 'No such room.'],
  ['in a message', { message: 'No such room.' }, 'No such room.'],
  ['in an error', { error: 'No such room.' }, 'No such room.'],
  ['in the message of an error', { error: { code: 17, message: 'No such room.' } }, 'No such room.'],
  ['in text', 'No such room.', 'No such room.'],
  ['by the name of its status', { message: 'conflict' }, 'The session refers to something that does not exist'],
  ['by nothing', { message: ' ', error: 17 }, 'The session refers to something that does not exist'],
])('a server says %s why it refuses', async (_, body, message) => {
  const answer = () => Response.json(body, { status: 409, statusText: 'Conflict' });
  const read = clientOf(answer).getSession({ tenantId: 't', id: 'x' });
  await expect(read).rejects.toMatchObject({ kind: 'missing_reference', message });
});

test('an endless answer is read no further than the bound', async () => {
  let chunks = 0;
  const endless = new ReadableStream({
    pull(controller) {
      chunks += 1;
      controller.enqueue(new Uint8Array(100));
    },
  });
  const read = clientOf(() => new Response(endless)).getSession({ tenantId: 't', id: 'x' });
  await expect(read).rejects.toMatchObject({ kind: 'unusable_answer' });
  expect(chunks).toBeLessThan(20);
});

const [soon, now] = ['Tue, 24 Nov 2026 04:05:30 GMT', 'Tue, 24 Nov 2026 04:05:00 GMT'];

test.each<[string, Record<string, string>, number | undefined]>([
  ['seconds', { 'retry-after': '7' }, 7],
  ["a date, by the server's own clock", { 'retry-after': soon, date: now }, 30],
  ['a date that is over', { 'retry-after': now, date: soon }, 0],
  ['nothing', {}, undefined],
  ['no words', { 'retry-after': 'soon', date: now }, undefined],
  ['no number below nothing', { 'retry-after': '-5' }, undefined],
])('Retry-After may be %s', async (_, headers, retryAfterS) => {
  const read = clientOf(() => new Response('{}', { status: 429, headers })).getSession({ tenantId: 't', id: 'x' });
  await expect(read).rejects.toMatchObject({ kind: 'rate_limited', retryAfterS });
});

test('Retry-After may be a date where the server does not say what time it is', async () => {
  const inHalfAnHour = new Date(Date.now() + 1_800_000).toUTCString();
  const answer = () => new Response('{}', { status: 503, headers: { 'retry-after': inHalfAnHour } });
  const error: unknown = await clientOf(answer)
    .getSession({ tenantId: 't', id: 'x' })
    .catch((refusal: unknown) => refusal);
  expect((error as ContractError).retryAfterS).toBeGreaterThan(1000);
  expect((error as ContractError).retryAfterS).toBeLessThanOrEqual(1800);
});
