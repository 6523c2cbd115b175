import { catalogKindNames } from '../../shared/catalog/catalog-kind-names.ts';
import { operationNames, operations, type Operation, type OperationName } from '../../shared/contract/operations.ts';
import type { WireRequest } from '../support/http-exchange.ts';
import type { Random } from '../support/random.ts';
import { keyOf } from '../support/test-server.ts';
import { TENANT } from '../support/test-service.ts';

/** What stands in the store that hostile requests are sent to: as many sessions as its tenant may have, all at version 1. */
export interface Besieged {
  /** A session that an editor may change. */
  open: string;
  locked: string;
  /** A session that registrations refer to. */
  registered: string;
}

/** A request that must change nothing, and how it may end. */
export interface HostileRequest extends WireRequest {
  target: Target;
  /** `refused`: 4xx. `read`: 200 or 4xx. `batch`: 200 with every operation refused, or 4xx. */
  ending: 'refused' | 'read' | 'batch';
}

/** The fourteen operations, and what a hub serves beside them. */
export const targets = [
  ...operationNames,
  'health',
  'openapi',
  'listCatalog',
  'putCatalog',
  'exportFile',
  'importFile',
] as const;
export type Target = (typeof targets)[number];

/** Makes one hostile request: a sound one, harmed in its address, its query, its body, its headers, or several of them. */
export function hostileRequest(random: Random, besieged: Besieged): HostileRequest {
  const target = random.pick(targets);
  const request = isOperation(target) ? toOperation(random, target, besieged) : toHubRoute(random, target);
  return harmHeaders(random, harmMethod(random, request));
}

function isOperation(target: Target): target is OperationName {
  return Object.hasOwn(operations, target);
}

function toOperation(random: Random, target: OperationName, besieged: Besieged): HostileRequest {
  const { method, path, query, access }: Operation = operations[target];
  const id = random.pick([besieged.open, besieged.open, besieged.locked, besieged.registered]);
  const segments: Record<string, string> = {
    '{tenantId}': random.chance(0.95) ? TENANT : hostileSegment(random),
    '{id}': random.chance(0.8) ? encodeURIComponent(id) : hostileSegment(random),
    '{event_id}': random.chance(0.6) ? 'e1' : hostileSegment(random),
    '{abstract_id}': random.chance(0.6) ? 'abs1' : hostileSegment(random),
    '{contactId}': random.chance(0.6) ? 'ada' : hostileSegment(random),
  };
  const request: HostileRequest = {
    target,
    method,
    path: path.replace(/\{\w+\}/g, (name) => segments[name] ?? name) + hostileQuery(random, query),
    headers: { authorization: keyOf('admin') },
    ending: access === 'viewer' || access === 'public' ? 'read' : 'refused',
  };
  switch (target) {
    case 'createSession':
    case 'generateSessionFromAbstract':
      // What is sound by accident meets the tenant's quota.
      return withText(random, request, JSON.stringify(harmMembers(random, soundBodies[target])));
    case 'updateSession':
      return withText(
        random,
        request,
        JSON.stringify({ ...harmMembers(random, soundBodies[target]), type_id: 'none' }),
      );
    case 'patchSession':
      return withText(random, request, JSON.stringify(doomedPatch(random)));
    case 'batchSessions':
      return { ...withText(random, request, JSON.stringify(doomedBatch(random, besieged))), ending: 'batch' };
    case 'searchSessions':
    case 'searchPublicSessions':
      return withText(random, request, JSON.stringify(harmMembers(random, soundBodies[target])));
    case 'deleteSession':
      return { ...request, headers: { ...request.headers, 'if-match': random.pick(hostileTags) } };
    default:
      return random.chance(0.2) ? { ...request, body: 'a body that nobody asked for' } : request;
  }
}

function toHubRoute(random: Random, target: Exclude<Target, OperationName>): HostileRequest {
  const tenant = random.chance(0.9) ? TENANT : hostileSegment(random);
  const kind = random.chance(0.8) ? random.pick(catalogKindNames) : hostileSegment(random);
  const read = (path: string): HostileRequest => ({
    target,
    path,
    headers: { authorization: keyOf('viewer') },
    ending: 'read',
  });
  const write = (method: string, path: string): HostileRequest => ({
    target,
    method,
    path,
    headers: { authorization: keyOf('admin') },
    ending: 'refused',
  });
  switch (target) {
    case 'health':
      return read(`/-/health${hostileQuery(random, ['x'])}`);
    case 'openapi':
      return read(`/-/openapi.json${hostileQuery(random, ['x'])}`);
    case 'listCatalog':
      return read(`/-/${tenant}/catalog/${kind}`);
    case 'putCatalog': {
      // All or none of a list is stored, and the last of these is never an item.
      const items = [harmMembers(random, { id: 'new', name: 'New' }), { id: 7 }];
      return withText(random, write('PUT', `/-/${tenant}/catalog/${kind}`), JSON.stringify(items));
    }
    case 'exportFile': {
      const format = random.chance(0.8) ? random.pick(['frab.xml', 'frab.json', 'csv', 'ics']) : hostileSegment(random);
      return read(`/-/${tenant}/export/${format}${hostileQuery(random, ['event_id'])}`);
    }
    default: {
      // Cut short at most: another harm could heal a file.
      const file = random.pick(brokenFiles);
      return { ...write('POST', `/-/${tenant}/import`), body: file.slice(0, file.length - random.below(20)) };
    }
  }
}

const soundBodies = {
  createSession: { event_id: 'e1', name: 'A talk', type_id: 'talk', track_ids: ['track-a'], capacity_options: {} },
  updateSession: { event_id: 'e1', name: 'A talk', speakers: [{ contact_id: 'ada', type_id: 'main' }] },
  generateSessionFromAbstract: { type_id: 'talk', main_presenter_speaker_type_id: 'main', allow_duplicates: true },
  searchSessions: { event_id: 'e1', name: 'talk', type_id: ['talk'], start_date: [], has_fees: [true] },
  searchPublicSessions: { event_id: 'e1', track_ids: ['track-a'], speakers: ['ada'], ids: ['x'] },
} as const;

const sessionFields = [
  'id',
  'event_id',
  'code',
  'name',
  'display_order',
  'type_id',
  'track_ids',
  'access',
  'enable_capacity',
  'capacity_options',
  'registration_question_options',
  'room_ids',
  'start_date',
  'end_date',
  'abstract_id',
  'description',
  'speakers',
  'custom_field_values',
  'has_fees',
  'ids',
  'sys_version',
  'sys_locked',
  'sys_external_id',
  'sys_directive',
  'unknown',
  'toString',
  'constructor',
  'a/b~c',
  '',
];

/** The members, some of them replaced by something hostile, and some more added. */
function harmMembers(random: Random, members: object): Record<string, unknown> {
  const harmed: Record<string, unknown> = { ...members };
  const count = random.below(4);
  for (let n = 0; n < count; n++) harmed[random.pick(sessionFields)] = hostileValue(random);
  return harmed;
}

function hostileValue(random: Random): unknown {
  switch (random.below(5)) {
    case 0:
      return random.pick<unknown>([
        null,
        true,
        0,
        -1,
        1.5,
        1e308,
        -0,
        2 ** 53,
        {},
        [],
        [[]],
        [null],
        [{}],
        [1, 'a', {}],
      ]);
    case 1:
      return random.pick(hostileTexts);
    case 2:
      return [random.pick(hostileTexts), random.pick(hostileTexts)];
    case 3:
      return random.pick([{ contact_id: random.pick(hostileTexts) }, [{ contact_id: 'ada', type_id: null }], [{}]]);
    default:
      return nested(random.pick([2, 63, 64, 65, 500]));
  }
}

function nested(depth: number): unknown {
  let value: unknown = 'deep';
  for (let level = 0; level < depth; level++) value = level % 2 === 0 ? [value] : { inner: value };
  return value;
}

const hostileTexts = [
  '',
  ' ',
  '\0',
  'a\0b',
  '\ud800',
  'x\udfffy',
  '\uffff',
  '\u202eabc',
  '🎪'.repeat(500),
  'x'.repeat(5000),
  "'; DROP TABLE sessions; --",
  '%00',
  '%',
  '*',
  '.*(',
  '[\\',
  '$where',
  '../../etc/passwd',
  '__proto__',
  'constructor',
  '<script>alert(1)</script>',
  '{{7*7}}',
  '\r\nSet-Cookie: a=b',
  '2026-02-30T00:00:00Z',
  '2026-02-01T00:00:00',
  '+275760-09-13T00:00:00.001Z',
  '9999-12-31T23:59:60+23:59',
  'NaN',
  'a|b',
  't1|x',
];

/** Segments of a path as they are sent: percent-encoded badly, overlong, or naming what nobody means. None is the id of a session. */
function hostileSegment(random: Random): string {
  return random.chance(0.3)
    ? encodeURIComponent(random.pick(hostileTexts).toWellFormed())
    : random.pick([
        '%',
        '%z',
        '%zz',
        '%00',
        '%2',
        '%2F',
        '%2f..%2f',
        '%252F',
        '%25',
        '%ff',
        '%C0%AF',
        '%ED%A0%80',
        '%F5%80%80%80',
        '.',
        '..',
        '...',
        '%2e%2e',
        'a/b',
        '//',
        '',
        ':id',
        '*',
        '{id}',
        '|',
        '-',
        ';a=b',
        'public',
        'event',
        'search',
        'batch',
        'x'.repeat(4097),
        '%41'.repeat(2000),
        'x'.repeat(9000),
        '~',
        "'",
        '"',
        '(',
        '+',
        '@',
        '=',
        '&',
        '__proto__',
        'constructor',
      ]);
}

function hostileQuery(random: Random, names: readonly string[]): string {
  if (random.chance(0.5)) return '';
  const known = [...names, ...names, 'unknown', '__proto__', 'constructor', 'fields[]', '', '%', '%00'];
  const values = [
    '',
    'a',
    'name,id',
    ',',
    ',,,',
    '%20',
    'true',
    'TRUE',
    'null',
    '%',
    '%zz',
    '%00',
    '%ED%A0%80',
    '__proto__,constructor',
    '.',
    'a.b',
    '0.'.repeat(500),
    `${'0'.repeat(32)}.offstage:x`,
    'x,'.repeat(3000),
    'e1',
    '[]',
    '{"$gt":""}',
  ].map((value) => value.replaceAll('"', '%22'));
  const count = 1 + random.below(4);
  const pairs = Array.from({ length: count }, () => {
    const name = random.pick(known);
    return random.chance(0.1) ? name : `${name}=${random.pick(values)}`;
  });
  return `?${[...pairs, ...random.some(pairs, 0.3)].join(random.chance(0.9) ? '&' : '?')}`;
}

const hostilePointers = [
  '',
  '/',
  '//',
  'name',
  '#/name',
  '/name',
  '/name/0',
  '/name/length',
  '/nowhere',
  '/nowhere/else',
  '/id',
  '/type_id',
  '/sys_version',
  '/sys_locked',
  '/sys_locked/x',
  '/sys_unknown',
  '/sys_last_security_context/role',
  '/track_ids',
  '/track_ids/0',
  '/track_ids/-',
  '/track_ids/-1',
  '/track_ids/01',
  '/track_ids/1e0',
  '/track_ids/+0',
  '/track_ids/0x0',
  '/track_ids/4294967295',
  '/track_ids/99999999999999999999',
  '/track_ids/length',
  '/track_ids/__proto__',
  '/track_ids/0/__proto__/x',
  '/capacity_options',
  '/capacity_options/',
  '/capacity_options/inner',
  '/capacity_options/a~1b~0c',
  '/capacity_options/__proto__',
  '/capacity_options/__proto__/polluted',
  '/capacity_options/constructor/prototype/polluted',
  '/__proto__/polluted',
  '/constructor/prototype/polluted',
  '/prototype',
  '/toString',
  '/hasOwnProperty/call',
  '/~',
  '/~2',
  '/a~',
  '/%2Fname',
  '/na\0me',
  '/\ud800',
  `/${'a/'.repeat(2000)}`,
  '/x'.repeat(70),
];

/** A patch that may do anything, and comes to nothing: its last test fails, and a patch is done all or not at all. */
function doomedPatch(random: Random): unknown[] {
  const directives = Array.from({ length: random.below(6) }, () => {
    const directive: Record<string, unknown> = {
      op: random.pick(['add', 'remove', 'replace', 'move', 'copy', 'test', 'test', 'Add', '', null, 'append', '_get']),
      path: random.chance(0.95) ? random.pick(hostilePointers) : hostileValue(random),
    };
    if (random.chance(0.6)) directive['value'] = hostileValue(random);
    if (random.chance(0.5)) directive['from'] = random.pick(hostilePointers);
    if (random.chance(0.1)) directive['unknown'] = hostileValue(random);
    return directive;
  });
  const fitting = directives.filter(({ op }) => random.chance(0.5) || (typeof op === 'string' && op !== ''));
  return [...fitting, { op: 'test', path: '/name', value: 'nobody is named so' }];
}

/** A batch of operations none of which can be done. */
function doomedBatch(random: Random, { open, locked, registered }: Besieged): unknown {
  const operation = (): unknown =>
    random.pick<unknown>([
      { id: open, operation: 'patch', patch_directives: doomedPatch(random) },
      { id: random.pick([open, locked]), operation: 'patch', patch: doomedPatch(random) },
      { id: locked, operation: 'delete' },
      { id: registered, operation: 'delete' },
      { id: random.pick(hostileTexts), operation: 'delete' },
      { id: open, operation: 'Delete' },
      { id: open },
      { id: open, operation: 'patch' },
      { id: open, operation: 'patch', patch_directives: null },
      { id: [open], operation: 'delete' },
      { operation: 'delete' },
      hostileValue(random),
    ]);
  const count = random.pick([0, 1, 1, 2, 3, 5, 101]);
  const operations = random.chance(0.95) ? Array.from({ length: count }, operation) : hostileValue(random);
  return { operations, ...(random.chance(0.05) ? { more: 1 } : {}) };
}

const brokenFiles = [
  '',
  ' ',
  'no schedule',
  '{}',
  '[]',
  'null',
  '{"schedule":{}}',
  '{"schedule":{"conference":[]}}',
  '{"schedule":{"version":1,"conference":{"days":"x"}}}',
  '<schedule>',
  '<schedule/>',
  '<schedule><conference/><day/></schedule>',
  '<a></b>',
  '<?xml version="1.0" encoding="UTF-16"?><schedule/>',
  '<!DOCTYPE s [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><schedule>&b;&b;</schedule>',
  '<!DOCTYPE s [<!ENTITY x SYSTEM "file:///etc/passwd">]><schedule><conference><title>&x;</title></conference></schedule>',
  '<a>'.repeat(20_000),
  `{"schedule":${'['.repeat(20_000)}`,
  '\0\0\0\0',
  '\u001f\u008b\u0008',
];

function withText(random: Random, request: HostileRequest, text: string): HostileRequest {
  const contentType =
    request.target === 'patchSession' && random.chance(0.5) ? 'application/json-patch+json' : 'application/json';
  const headers = { ...request.headers, 'content-type': contentType };
  return { ...request, headers, body: random.chance(0.5) ? text : harmText(random, text), chunked: random.chance(0.1) };
}

const strayLiterals = [
  `${'['.repeat(20_000)}${']'.repeat(20_000)}`,
  `${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}`,
  '1e999',
  '-1e999',
  'NaN',
  'Infinity',
  '01',
  '.5',
  '0x1',
  "'a'",
  'undefined',
  'tru',
  '"\\ud800"',
  '"\\x"',
  '"\n"',
  '//',
];

/** The text, broken in one of the ways in which a text can be: none of them heals what was doomed. */
function harmText(random: Random, text: string): string | Uint8Array {
  const at = random.below(text.length + 1);
  const [before, after] = [text.slice(0, at), text.slice(at)];
  switch (random.below(15)) {
    case 0:
      return before;
    case 1:
      return text + random.pick(['}', ']', ',', 'x', '\0', text]);
    case 2:
      return text.replace(/[{]/, '{"name":"a","name":"b",');
    case 3:
      return text.replace(/(?<=:)("[^"]*"|\d+)/, random.pick(strayLiterals));
    case 4:
      return Buffer.concat([Buffer.from(before), Buffer.from([random.below(256), 0xff]), Buffer.from(after)]);
    case 5:
      return `\ufeff${text}`;
    case 6:
      return `${before}\0${after}`;
    case 7:
      return before + after.slice(1);
    case 8:
      return before + String.fromCodePoint(1 + random.below(0xd7ff)) + after;
    case 9:
      return Buffer.from(text, 'utf16le');
    case 10:
      return text.replace(/([}\]])$/, ',$1');
    case 11:
      return random.pick(['', ' ', 'null', '0', '""', 'true']);
    case 12:
      return '['.repeat(random.pick([1, 65, 20_000])) + text;
    case 13:
      return random.chance(0.05) ? text + ' '.repeat(1024 * 1024) : `/* */${text}`;
    default:
      return text.replace(/[{]/, '{"__proto__":{"x":1},');
  }
}

const hostileTags = [
  '"2"',
  '"0"',
  '1',
  'W/"1"',
  '"1',
  '1"',
  '""',
  '"*"',
  '"1" "2"',
  '"01"',
  '"1.0"',
  ',',
  'x'.repeat(3000),
  '"\u00ff"',
];

function harmMethod(random: Random, request: HostileRequest): HostileRequest {
  if (!random.chance(0.05)) return request;
  const isOneSession = ['getSession', 'updateSession', 'patchSession', 'deleteSession'].includes(request.target);
  const method = random.pick([
    'OPTIONS',
    'TRACE',
    'PROPFIND',
    'HEAD',
    'GET',
    'QUERY',
    ...(isOneSession ? [] : ['DELETE']),
  ]);
  return { ...request, method, ending: method === 'GET' || method === 'HEAD' ? 'read' : 'refused' };
}

function harmHeaders(random: Random, request: HostileRequest): HostileRequest {
  const harms: Record<string, readonly string[]> = {
    authorization: [
      keyOf('viewer'),
      `Bearer ${keyOf('viewer')}`,
      'Bearer',
      'Bearer ',
      'Basic YWRtaW46YWRtaW4=',
      `${keyOf('admin')},`,
      `Bearer Bearer ${keyOf('admin')}`,
      'x'.repeat(5000),
      '\u00ff\u00fe',
      'null',
    ],
    'content-type': [
      '',
      ';',
      ';;;',
      'application/json;;charset',
      'application/json; charset=utf-16',
      'application/json; charset="',
      'text/json',
      'application/x-www-form-urlencoded',
      'multipart/form-data; boundary=x',
      'a/b/c',
      '\u00ff',
      'x'.repeat(3000),
    ],
    'content-encoding': ['gzip', 'deflate', 'br', 'zstd', 'x', 'gzip, gzip'],
    'if-match': hostileTags,
    host: [
      'rebound.example',
      '127.0.0.1.rebound.example',
      '127.0.0.1@rebound.example',
      ':',
      '[',
      '[::ffff:7f00:1',
      'a b',
      '%00',
      '0',
    ],
    origin: ['null', 'https://rebound.example', 'http://127.0.0.1:1', 'file://', '\u00ff', 'http://'],
    expect: ['100-continue', 'x'],
    accept: ['', 'text/html', '*/*;q=0', '\u00ff'],
    cookie: ['a=b; '.repeat(200)],
    'x-forwarded-for': ['127.0.0.1', '\u00ff'],
    'x-http-method-override': ['DELETE', 'PUT'],
    'x-request-id': ['../../x', 'x'.repeat(3000)],
    'accept-version': ['1.0.0', '*'],
    upgrade: ['websocket', 'h2c'],
    range: ['bytes=0-0'],
    'if-none-match': ['*'],
  };
  const headers = { ...request.headers };
  for (const name of random.some(Object.keys(harms), 0.03)) headers[name] = random.pick(harms[name] ?? ['']);
  return { ...request, headers };
}
