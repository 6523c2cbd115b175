import { expect, test } from 'vitest';

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
  ['a teapot', () => new Response('', { status: 418 }), 'unusable_answer'],
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
