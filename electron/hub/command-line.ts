import { parseArgs } from 'node:util';

import { roles, type Role } from '../../shared/contract/roles.ts';
import type { UpstreamOptions } from '../engine/upstream.ts';

/** What the hub was told on its command line. */
export interface HubOptions {
  dataDir: string;
  port: number;
  host: string;
  tenants: [string, ...string[]];
  keys: { key: string; role: Role }[];
  imports: string[];
  demo: boolean;
  /** The file to restore everything from, instead of serving. */
  restore: string | undefined;
  /** Whether to serve the app itself, in a browser. */
  app: boolean;
  /** Where keys to headquarters that are typed into the app are kept; undefined: in memory alone. */
  keyFile: string | undefined;
  /** Requests per minute and key; undefined: any number. */
  rateLimit: number | undefined;
  maxSessions: number | undefined;
  logLevel: LogLevel;
  sync: SyncOptions;
}

/** What the hub was told of its own headquarters. */
export interface SyncOptions {
  /** One for each tenant that has any, with the key on the command line; the environment may hold it instead. */
  upstreams: (UpstreamOptions & { key: string | undefined })[];
  /** 0: neither the timer nor changes here start a sync. */
  intervalMs: number;
}

const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;

export type LogLevel = (typeof logLevels)[number];

/** A timer cannot wait for longer. */
const MAX_INTERVAL_S = 2_000_000;

/** A flag that cannot be taken, in the user's words. */
export class UsageError extends Error {}

export const usage = `Usage: hub --data DIR [flags]

  --data DIR          the data folder (made where there is none; one SQLite file in it)
  --port N            the port to listen on; 0: any (default 4680)
  --host ADDRESS      the address to listen on (default 127.0.0.1)
  --tenant ID         a tenant to serve; repeatable (default t1)
  --api-key KEY=ROLE  a key and what it may do: admin, editor or viewer; repeatable
  --import FILE       a schedule file to take into the first tenant at start; repeatable
  --demo              take the demonstration event into the first tenant at start
  --restore FILE      put a backup, or a file of everything, in the place of the data, keep what was there, and end
  --app               serve the app in a browser; the address to open stands in the ready line
  --key-file FILE     where keys typed into the app are kept, outside of the data folder (default: in memory alone)
  --rate-limit N      requests per minute and key; 0: any number (default)
  --max-sessions N    sessions per tenant; 0: any number (default)
  --upstream URL      the address of a headquarters that speaks the Sessions API; the tenants with --event are kept in step with it
  --upstream-tenant ID   a tenant's id there (default: as here); repeatable, the n-th is for the n-th --tenant
  --upstream-key KEY  the key there (or in the environment: OFFSTAGE_UPSTREAM_KEY)
                      Tenants of several headquarters: --upstream and --upstream-key again, the n-th for the n-th --tenant
  --event [TENANT=]ID an event to keep in step, of the first --tenant or of the one named; repeatable
  --sync-interval S   seconds between two syncs; 0: only asking starts one (default 30)
  --allow-http        use plain http to another machine
  --log-level LEVEL   ${logLevels.join(', ')} (default info)
  --help              show this
`;

/** Reads the flags; undefined where help was asked for. Throws `UsageError`. */
export function readCommandLine(args: readonly string[]): HubOptions | undefined {
  const { values } = parse(args);
  if (values.help === true) return undefined;
  if (values.data === undefined || values.data === '') throw new UsageError('--data DIR is needed.');
  const [firstTenant = 't1', ...otherTenants] = new Set(values.tenant);
  const tenants: HubOptions['tenants'] = [firstTenant, ...otherTenants];
  if (tenants.includes('')) throw new UsageError('--tenant must not be empty.');
  // Node listens on every address where it is given none.
  if (values.host === '') throw new UsageError('--host must not be empty.');
  return {
    dataDir: values.data,
    port: readNumber('--port', values.port ?? '4680', 65_535),
    host: values.host ?? '127.0.0.1',
    tenants,
    keys: readKeys(values['api-key'] ?? []),
    imports: values.import ?? [],
    demo: values.demo === true,
    restore: values.restore,
    app: values.app === true,
    keyFile: values['key-file'],
    rateLimit: readNumber('--rate-limit', values['rate-limit'] ?? '0') || undefined,
    maxSessions: readNumber('--max-sessions', values['max-sessions'] ?? '0') || undefined,
    logLevel: readLogLevel(values['log-level'] ?? 'info'),
    sync: {
      upstreams: readUpstreams(values, tenants),
      intervalMs: 1000 * readNumber('--sync-interval', values['sync-interval'] ?? '30', MAX_INTERVAL_S),
    },
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      strict: true,
      allowPositionals: false,
      options: {
        data: { type: 'string' },
        port: { type: 'string' },
        host: { type: 'string' },
        tenant: { type: 'string', multiple: true },
        'api-key': { type: 'string', multiple: true },
        import: { type: 'string', multiple: true },
        demo: { type: 'boolean' },
        restore: { type: 'string' },
        app: { type: 'boolean' },
        'key-file': { type: 'string' },
        'rate-limit': { type: 'string' },
        'max-sessions': { type: 'string' },
        'log-level': { type: 'string' },
        upstream: { type: 'string', multiple: true },
        'upstream-tenant': { type: 'string', multiple: true },
        'upstream-key': { type: 'string', multiple: true },
        event: { type: 'string', multiple: true },
        'sync-interval': { type: 'string' },
        'allow-http': { type: 'boolean' },
        help: { type: 'boolean' },
      },
    });
  } catch (error) {
    // A stray argument may be a key, and is not repeated.
    if ((error as NodeJS.ErrnoException).code === 'ERR_PARSE_ARGS_UNEXPECTED_POSITIONAL')
      throw new UsageError('An argument belongs to no flag.');
    // Every other error of parseArgs is about the flags.
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

type Values = ReturnType<typeof parse>['values'];

/** The headquarters of each tenant that has events to keep in step. Flags that are given once for several are for all of them. */
function readUpstreams(values: Values, tenants: readonly [string, ...string[]]): SyncOptions['upstreams'] {
  const { upstream: urls = [], 'upstream-tenant': remoteTenantIds = [], 'upstream-key': upstreamKeys = [] } = values;
  if (urls.length === 0) {
    const flag = (['upstream-tenant', 'upstream-key', 'event', 'allow-http'] as const).find(
      (name) => values[name] !== undefined,
    );
    if (flag !== undefined) throw new UsageError(`--${flag} goes with --upstream.`);
    return [];
  }
  const given = Object.entries({
    '--upstream': urls,
    '--upstream-tenant': remoteTenantIds,
    '--upstream-key': upstreamKeys,
  });
  for (const [flag, texts] of given) {
    if (texts.includes('')) throw new UsageError(`${flag} must not be empty.`);
    if (texts.length > tenants.length) throw new UsageError(`${flag} is given more often than --tenant.`);
  }
  if (upstreamKeys.length > 0 && upstreamKeys.length !== urls.length) {
    throw new UsageError('--upstream-key must be given once for each --upstream, in the same order.');
  }
  const events = readEvents(values.event ?? [], tenants);
  const lastNamed = Math.max(urls.length, remoteTenantIds.length);
  return tenants.flatMap((tenantId, at) => {
    const eventIds = events.get(tenantId) ?? [];
    if (eventIds.length === 0) {
      // One that was given a headquarters, or a name there, is meant to be kept in step.
      if (at >= lastNamed) return [];
      throw new UsageError(`--upstream needs --event: what to keep in step of the tenant ${tenantId}.`);
    }
    const which = urls.length === 1 ? 0 : at;
    const url = urls[which];
    if (url === undefined) throw new UsageError(`--event ${tenantId}=…: the tenant has no --upstream.`);
    const remoteTenantId = remoteTenantIds[at] ?? tenantId;
    const allowHttp = values['allow-http'] === true;
    return [{ url, tenantId, remoteTenantId, eventIds, allowHttp, key: upstreamKeys[which] }];
  });
}

/** The events of each tenant. An id may hold a `=`: only what stands before it and is a tenant's id names one. */
function readEvents(texts: readonly string[], tenants: readonly [string, ...string[]]): Map<string, string[]> {
  const events = new Map<string, string[]>();
  for (const text of texts) {
    const named = tenants.find((tenantId) => text.startsWith(`${tenantId}=`));
    const eventId = named === undefined ? text : text.slice(named.length + 1);
    if (eventId === '') throw new UsageError('--event must not be empty.');
    const tenantId = named ?? tenants[0];
    events.set(tenantId, [...new Set([...(events.get(tenantId) ?? []), eventId])]);
  }
  return events;
}

function readNumber(flag: string, text: string, max: number = Number.MAX_SAFE_INTEGER): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value <= max) return value;
  throw new UsageError(`${flag} must be a whole number from 0${max < Number.MAX_SAFE_INTEGER ? ` to ${max}` : ''}.`);
}

function readKeys(pairs: readonly string[]): HubOptions['keys'] {
  const keys = pairs.map((pair) => {
    // A key may hold a `=`, a role cannot. A wrong pair is not repeated in the message: it may hold a key.
    const at = pair.lastIndexOf('=');
    const role = roles.find((name) => name === pair.slice(at + 1));
    if (at < 1 || role === undefined)
      throw new UsageError(`--api-key must be KEY=ROLE, the role one of ${roles.join(', ')}.`);
    const key = pair.slice(0, at);
    if (!/^[!-~]([ -~]*[!-~])?$/.test(key))
      throw new UsageError('--api-key: a header can carry only visible ASCII characters, and no spaces at the ends.');
    return { key, role };
  });
  if (new Set(keys.map(({ key }) => key)).size < keys.length) throw new UsageError('--api-key: a key is given twice.');
  return keys;
}

function readLogLevel(text: string): LogLevel {
  const level = logLevels.find((name) => name === text);
  if (level === undefined) throw new UsageError(`--log-level must be one of ${logLevels.join(', ')}.`);
  return level;
}
