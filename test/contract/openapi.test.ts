import { Validator } from '@seriousme/openapi-schema-validator';
import { Ajv2020, type AnySchemaObject } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { describe, expect, test } from 'vitest';

import { openApiDocument } from '../../shared/contract/openapi.ts';
import { operationNames, operations, type Operation, type OperationName } from '../../shared/contract/operations.ts';
import { encodeRequest } from '../../shared/http/codec.ts';
import { exchange, type WireAnswer, type WireRequest } from '../support/http-exchange.ts';
import { minimal, openFace, outcomeOf, type Face } from '../support/http-face.ts';
import { keyOf, startTestServer } from '../support/test-server.ts';
import { callerWith, TENANT } from '../support/test-service.ts';

interface Documented {
  paths: Record<string, Record<string, { responses: Record<string, Response>; requestBody?: Content }>>;
}
interface Response extends Content {
  headers?: Record<string, unknown>;
}
interface Content {
  content: Record<string, { schema: AnySchemaObject }>;
}

const document = openApiDocument as unknown as Documented;

const ajv = new Ajv2020({ strict: false, allErrors: true });
addFormats.default(ajv);
ajv.addSchema(openApiDocument, 'document');

/** How a value differs from a schema of the document. */
function differences(schema: AnySchemaObject, value: unknown): unknown {
  const absolute = JSON.parse(JSON.stringify(schema).replaceAll('"#/', '"document#/')) as AnySchemaObject;
  const validate = ajv.compile(absolute);
  return validate(value) ? [] : validate.errors;
}

function documentedOf(name: OperationName): { responses: Record<string, Response>; requestBody?: Content } {
  const { path, method }: Operation = operations[name];
  const documented = document.paths[path]?.[method.toLowerCase()];
  if (documented === undefined) throw new Error(`${name} is not in the document`);
  return documented;
}

/** How a request's body differs from what the document says of it. */
function requestDifferences(name: OperationName, body: unknown): unknown {
  const { requestBody } = documentedOf(name);
  const [content] = Object.values(requestBody?.content ?? {});
  if (content === undefined) return body === undefined ? [] : 'no body is documented';
  return differences(content.schema, JSON.parse(String(body)));
}

/** Holds an answer to what the document says of its operation: the status, the content type, the headers, the body. */
function expectDocumented(name: OperationName, { status, headers, text }: WireAnswer): void {
  const response = documentedOf(name).responses[status];
  const [contentType = ''] = (headers['content-type'] ?? '').split(';');
  expect([name, status, Object.keys(response?.content ?? {})]).toEqual([name, status, [contentType]]);
  for (const header of Object.keys(response?.headers ?? {})) {
    expect([name, headers[header.toLowerCase()]]).toEqual([name, expect.stringMatching(/./)]);
  }
  const schema = response?.content[contentType]?.schema ?? {};
  expect([name, differences(schema, JSON.parse(text))]).toEqual([name, []]);
}

const full = {
  ...minimal,
  code: 'A-1',
  display_order: 1.5,
  track_ids: ['track-a'],
  access: 'included',
  enable_capacity: true,
  capacity_options: { capacity: 20, more: 1 },
  room_ids: ['room-1'],
  start_date: '2026-02-01T09:30:00+01:00',
  end_date: '2026-02-01T10:30:00.5Z',
  abstract_id: 'abs1',
  speakers: [{ contact_id: 'ada', type_id: 'main', display_order: 1 }],
  main_presenter_speaker_type_id: 'main',
  custom_field_values: [{ custom_field_id: 'public-field', string_value: 'x', table_value: [{ a: 1 }] }],
  sys_external_id: 'theirs',
};

/** A request of each operation that is done. */
function soundRequest(name: OperationName, id: string): WireRequest & { path: string } {
  const request = {
    tenantId: TENANT,
    id,
    contactId: 'ada',
    event_id: 'e1',
    abstract_id: name === 'generateSessionFromAbstract' ? 'abs2' : 'abs1',
    body: soundBodies(id)[name],
  };
  const { url, ...encoded } = encodeRequest(name, request as never);
  return { path: url, ...encoded };
}

function soundBodies(id: string): Partial<Record<OperationName, unknown>> {
  return {
    createSession: full,
    updateSession: { ...full, name: 'Updated' },
    patchSession: [
      { op: 'test', path: '/id', value: id },
      { op: 'copy', from: '/name', path: '/location' },
    ],
    searchSessions: {
      event_id: 'e1',
      name: 'a',
      has_fees: [false],
      start_date: ['2026-01-01T00:00:00Z', '2027-01-01T00:00:00Z'],
    },
    searchPublicSessions: { event_id: 'e1' },
    generateSessionFromAbstract: { type_id: 'talk', main_presenter_speaker_type_id: 'main' },
    batchSessions: {
      operations: [
        { id, operation: 'patch', patch_directives: [{ op: 'add', path: '/code', value: 'B' }] },
        { id: 'unknown', operation: 'delete' },
        { id, operation: 'delete' },
      ],
    },
  };
}

async function perform(face: Face, { headers, ...request }: WireRequest, role?: 'admin'): Promise<WireAnswer> {
  return await exchange(face.url, {
    ...request,
    headers: { ...(role === undefined ? {} : { authorization: keyOf(role) }), ...headers },
  });
}

test('the document is sound OpenAPI, by somebody else’s judgement', async () => {
  const validator = new Validator();
  expect(await validator.validate(structuredClone(openApiDocument))).toEqual({ valid: true });
  expect(validator.version).toBe('3.1');
});

test('a hub serves the document to anybody', async () => {
  const face = await openFace();
  const answer = await exchange(face.url, { path: '/-/openapi.json' });
  expect(JSON.parse(answer.text)).toEqual(JSON.parse(JSON.stringify(openApiDocument)));
});

test('the document has the fourteen operations, each once, and every schema that it refers to', () => {
  const ids = Object.values(document.paths).flatMap((path) =>
    Object.values(path).map((operation) => (operation as unknown as { operationId: string }).operationId),
  );
  expect(ids.toSorted()).toEqual(operationNames.toSorted());
  const text = JSON.stringify(openApiDocument);
  const { schemas } = openApiDocument['components'] as { schemas: Record<string, unknown> };
  const referred = [...text.matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g)].map(([, name = '']) => name);
  expect(referred.filter((name) => !Object.hasOwn(schemas, name))).toEqual([]);
});

describe('what is done, is answered as the document says', () => {
  test.each(operationNames)('%s', async (name) => {
    const face = await openFace();
    const id = await face.create(full);
    const request = soundRequest(name, id);
    expect(requestDifferences(name, request.body)).toEqual([]);
    const answer = await perform(face, request, 'admin');
    expect(outcomeOf(answer)).toBe(200);
    expectDocumented(name, answer);
  });

  test('a page of a list, with and without a key, and cut to some fields', async () => {
    const face = await openFace();
    const description = 'x'.repeat(600_000);
    for (let n = 0; n < 2; n++) await face.create({ ...full, description });
    for (const name of ['listSessionsByEvent', 'listSessionsByAbstract', 'searchSessions'] as const) {
      const fields = name === 'searchSessions' ? 'fieldsToReturn' : 'fields';
      const { path, ...request } = soundRequest(name, 'x');
      const first = await perform(face, { path: `${path}?${fields}=name,track_ids`, ...request }, 'admin');
      expectDocumented(name, first);
      const { LastEvaluatedKey: key } = JSON.parse(first.text) as { LastEvaluatedKey: string };
      const second = await perform(
        face,
        { path: `${path}?exclusiveStartKey=${encodeURIComponent(key)}`, ...request },
        'admin',
      );
      expectDocumented(name, second);
      expect(JSON.parse(second.text)).not.toHaveProperty('LastEvaluatedKey');
    }
  });
});

type Way = (name: OperationName, face: Face, id: string) => Promise<WireAnswer | undefined>;

/** How an operation comes to each refusal; undefined where it cannot. */
const ways: Record<string, Way> = {
  '400 invalid': async (name, face, id) => {
    const { path, ...request } = soundRequest(name, id);
    const { query, body }: Operation = operations[name];
    if (body !== undefined) return await perform(face, { path, ...request, body: '{' }, 'admin');
    // Without a body or a parameter that can be wrong, only the address itself can be malformed.
    const parameter = query.find((known) => known !== 'fields');
    return await perform(
      face,
      { ...request, path: path + (parameter === undefined ? '%zz' : `?${parameter}=x`) },
      'admin',
    );
  },
  '401 unauthorized': async (name, face, id) =>
    operations[name].access === 'public' ? undefined : await perform(face, soundRequest(name, id)),
  '403 forbidden': async (name, face, id) => {
    const { headers, ...request } = soundRequest(name, id);
    // Any key may read, but not for another site.
    const origin = operations[name].access === 'editor' ? {} : { origin: 'https://elsewhere.example' };
    return await perform(face, { ...request, headers: { ...headers, ...origin, authorization: keyOf('viewer') } });
  },
  '403 locked': async (name, face) => {
    if (!isConditional(name)) return undefined;
    const id = await face.create({ sys_locked: true });
    return await perform(face, soundRequest(name, id), 'admin');
  },
  '404 not_found': async (name, face, id) => {
    const { path, ...request } = soundRequest(name, id);
    return await perform(face, { ...request, path: path.replace(`/${TENANT}`, '/nobody') }, 'admin');
  },
  '409 missing_reference': async (name, face, id) => {
    const dangling: Partial<Record<OperationName, unknown>> = {
      createSession: { ...minimal, type_id: 'none' },
      updateSession: { ...minimal, type_id: 'none' },
      patchSession: [{ op: 'replace', path: '/type_id', value: 'none' }],
    };
    const body = dangling[name];
    return body === undefined ? undefined : await perform(face, { ...soundRequest(name, id), body }, 'admin');
  },
  '409 in_use': async (name, face, id) => {
    if (name !== 'deleteSession') return undefined;
    const registration = { id: 'r', session_id: id, contact_id: 'ada' };
    await face.service.catalog.put(callerWith('admin'), TENANT, 'registrations', [registration]);
    return await perform(face, soundRequest(name, id), 'admin');
  },
  '412 precondition_failed': async (name, face, id) => {
    const { headers, ...request } = soundRequest(name, id);
    if (!isConditional(name)) return undefined;
    return await perform(face, { ...request, headers: { ...headers, 'if-match': '"9"' } }, 'admin');
  },
  '429 quota_exceeded': async (name, face, id) => {
    if (name !== 'createSession' && name !== 'generateSessionFromAbstract') return undefined;
    await face.create();
    return await perform(face, soundRequest(name, id), 'admin');
  },
  '429 rate_limited': async (name, face) => {
    const limited = await startTestServer(face.service, { rateLimit: 1 });
    await exchange(limited.url, soundRequest(name, 'x'));
    return await exchange(limited.url, soundRequest(name, 'x'));
  },
};

function isConditional(name: OperationName): boolean {
  return (operations[name] as Operation).conditional === true;
}

describe('every refusal of the contract comes about, as the document says', () => {
  test.each(operationNames)('%s', async (name) => {
    const face = await openFace({ maxSessions: 2 });
    const id = await face.create();
    const met: string[] = [];
    for (const [expected, way] of Object.entries(ways)) {
      const answer = await way(name, face, id);
      if (answer === undefined) continue;
      expect(outcomeOf(answer)).toBe(expected);
      expectDocumented(name, answer);
      met.push(String(answer.status));
    }
    const documented = Object.keys(documentedOf(name).responses).filter((status) => !neverMet(name).includes(status));
    expect(new Set(met)).toEqual(new Set(documented));
  });
});

/**
 * What is documented and is no refusal, or never comes about: what needs no key is not 401, a search refers to its event alone, which is 404, and the
 * disk of a test is not full.
 */
function neverMet(name: OperationName): string[] {
  const withoutKey = operations[name].access === 'public' ? ['401'] : [];
  return ['200', '500', '507', ...withoutKey, ...(name.startsWith('search') ? ['409'] : [])];
}
