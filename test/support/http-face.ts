import { expect } from 'vitest';

import type { Engine } from '../../electron/engine/engine.ts';
import type { Role } from '../../shared/contract/roles.ts';
import { exchange, type WireAnswer, type WireRequest } from './http-exchange.ts';
import { keyOf, startTestServer } from './test-server.ts';
import { openTestService, TENANT, type TestService } from './test-service.ts';

/** What a session needs, and no more. */
export const minimal = { event_id: 'e1', name: 'A talk', type_id: 'talk' };

/** A server over a fresh store with the test catalog, as the wire shows it. */
export interface Face extends TestService {
  url: string;
  /** Sends a request with the key of a role, by default the editor's; JSON unless told otherwise. */
  send(request: WireRequest & { as?: Role | 'nobody' }): Promise<WireAnswer>;
  /** Creates a session and answers its id. */
  create(fields?: object): Promise<string>;
}

export async function openFace(
  options: { maxSessions?: number; rateLimit?: number; engine?: Partial<Engine> } = {},
): Promise<Face> {
  const { rateLimit, engine, ...limits } = options;
  const opened = await openTestService(limits);
  const server = await startTestServer(opened.service, {
    ...(rateLimit === undefined ? {} : { rateLimit }),
    ...(engine === undefined ? {} : { engine }),
  });
  const send: Face['send'] = async ({ as = 'editor', headers, ...request }) =>
    await exchange(server.url, {
      ...request,
      headers: {
        ...(as === 'nobody' ? {} : { authorization: keyOf(as) }),
        ...(request.body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
    });
  const create = async (fields: object = {}): Promise<string> => {
    const answer = await send({ method: 'POST', path: `/sessions/${TENANT}`, body: { ...minimal, ...fields } });
    expect(answer.status).toBe(200);
    return (JSON.parse(answer.text) as { id: string }).id;
  };
  return { ...opened, url: server.url, send, create };
}

/** The path of a session. */
export function at(id: string): string {
  return `/sessions/${TENANT}/${encodeURIComponent(id)}`;
}

/** `200`, or the status and code of a problem, after holding the answer to the form of one. */
export function outcomeOf({ status, headers, text }: WireAnswer): number | `${number} ${string}` {
  if (status === 200) return status;
  expect(headers['content-type']).toMatch(/^application\/problem\+json(;|$)/);
  const problem = JSON.parse(text) as { status: number; code: string };
  expect(problem).toMatchObject({
    type: expect.any(String),
    title: expect.any(String),
    status,
    detail: expect.stringMatching(/./),
    code: expect.any(String),
  });
  return `${status} ${problem.code}`;
}
