import { z } from 'zod';

import { reasonTexts } from '../base/reasons.ts';
import { batchOperation } from './batch.ts';
import { errorKinds } from './errors.ts';
import { operationNames, operations, type Operation } from './operations.ts';

type Json = Record<string, unknown>;

/** The Sessions API as an OpenAPI 3.1 document, made from the table of operations. */
export const openApiDocument: Json = {
  openapi: '3.1.0',
  info: {
    title: 'Sessions API',
    version: '1',
    description: 'The sessions of events: fourteen operations, as a hub of Offstage serves them.',
  },
  paths: paths(),
  components: {
    schemas: {
      Problem: {
        type: 'object',
        description: 'RFC 9457',
        required: ['type', 'title', 'status', 'detail', 'code'],
        properties: {
          type: { type: 'string' },
          title: { type: 'string' },
          status: { type: 'integer' },
          detail: { type: 'string' },
          code: { type: 'string', enum: Object.keys(errorKinds) },
          because: { $ref: '#/components/schemas/Reason' },
          errors: {
            type: 'array',
            items: {
              type: 'object',
              required: ['path', 'message'],
              properties: {
                path: { type: 'string' },
                message: { type: 'string' },
                because: { $ref: '#/components/schemas/Reason' },
              },
            },
          },
        },
      },
      Reason: {
        type: 'object',
        description: 'What a text says, for programs that say it in another language',
        required: ['code'],
        properties: { code: { type: 'string', enum: Object.keys(reasonTexts) }, values: { type: 'object' } },
      },
      ...schemas(),
    },
    securitySchemes: {
      key: {
        type: 'apiKey',
        in: 'header',
        name: 'Authorization',
        description: 'The key itself, or `Bearer` and the key',
      },
    },
  },
};

function paths(): Json {
  const all: Record<string, Json> = {};
  for (const name of operationNames) {
    const operation: Operation = operations[name];
    (all[operation.path] ??= {})[operation.method.toLowerCase()] = describe(name, operation);
  }
  return all;
}

function describe(operationId: string, operation: Operation): Json {
  const inPath = [...operation.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }));
  const inQuery = operation.query.map((name) => ({ name, in: 'query', required: false, schema: { type: 'string' } }));
  const inHeader = operation.conditional
    ? [{ name: 'If-Match', in: 'header', required: false, schema: { type: 'string' } }]
    : [];
  const headers = operation.entity ? { ETag: { schema: { type: 'string' } } } : undefined;
  const documented = operation.conditional ? [...operation.errors, 412] : operation.errors;
  const statuses = operation.access === 'editor' ? [...documented, 507] : documented;
  return {
    operationId,
    summary: operation.summary,
    security: operation.access === 'public' ? [] : [{ key: [] }],
    parameters: [...inPath, ...inQuery, ...inHeader],
    ...(operation.body === undefined
      ? {}
      : { requestBody: { required: true, content: content(operation, operation.body) } }),
    responses: {
      200: {
        description: 'Done',
        ...(headers === undefined ? {} : { headers }),
        content: { 'application/json': { schema: reference(operation.response) } },
      },
      ...Object.fromEntries(statuses.map((status) => [status, problem(status)])),
    },
  };
}

function content(operation: Operation, body: z.ZodType): Json {
  const schema = { schema: reference(body) };
  return operation.method === 'PATCH'
    ? { 'application/json-patch+json': schema, 'application/json': schema }
    : { 'application/json': schema };
}

function problem(status: number): Json {
  const titles = Object.values(errorKinds)
    .filter((kind) => kind.status === status)
    .map((kind) => kind.title);
  return {
    description: titles.join('; '),
    content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
  };
}

/** A schema by its name where it has one, else spelled out. */
function reference(schema: z.ZodType): Json {
  const id = z.globalRegistry.get(schema)?.id;
  if (id !== undefined) return { $ref: `#/components/schemas/${id}` };
  const { $defs: _, ...json } = jsonSchema(schema);
  return json;
}

function schemas(): Json {
  const named: Json = {};
  const bodies = operationNames.flatMap((name) => {
    const operation: Operation = operations[name];
    return operation.body === undefined ? [operation.response] : [operation.body, operation.response];
  });
  // The operations of a batch are checked one by one, not with the batch, so no body's schema leads to theirs.
  for (const schema of [...bodies, batchOperation]) {
    const { $defs, ...json } = jsonSchema(schema);
    const id = z.globalRegistry.get(schema)?.id;
    if (id !== undefined) named[id] = json;
    Object.assign(named, $defs);
  }
  return named;
}

/** Named schemas within others are referred to by where the document holds them: among its components. */
function jsonSchema(schema: z.ZodType): Json {
  const { $schema: _, ...json } = z.toJSONSchema(schema, { unrepresentable: 'any', io: 'input' }) as Json;
  return JSON.parse(JSON.stringify(json).replaceAll('"#/$defs/', '"#/components/schemas/')) as Json;
}
