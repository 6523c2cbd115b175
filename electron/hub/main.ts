import { randomBytes, randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { resolve } from 'node:path';

import type { FastifyInstance } from 'fastify';
import pino from 'pino';

import type { Logger } from '../../shared/base/logger.ts';
import { ContractError } from '../../shared/contract/errors.ts';
import type { Principal } from '../../shared/contract/roles.ts';
import type { ImportReport } from '../../shared/service/import-schedule.ts';
import project from '../../package.json' with { type: 'json' };
import { createRouter } from '../bridge/create-router.ts';
import { DamagedDataError } from '../engine/damaged-data.ts';
import { restoreData, type Engine } from '../engine/engine.ts';
import { keepData, type Data } from '../engine/keep-data.ts';
import { keysInMemory } from '../engine/keys-in-memory.ts';
import { UpstreamError, upstreamName, type KeyStore, type UpstreamOptions } from '../engine/upstream.ts';
import { readCommandLine, usage, UsageError, type HubOptions } from './command-line.ts';
import { keysInFile } from './key-file.ts';
import { createKeyRing } from './key-ring.ts';
import { createServer } from './server.ts';

/** A wrong flag. */
const EXIT_USAGE = 2;
/** How long requests under way may take when the hub is told to stop, in milliseconds: then they are cut off. */
const PATIENCE_MS = 5_000;
/** How long all of stopping may take, in milliseconds. */
const SHUTDOWN_MS = 10_000;

/** Who takes in the files that the command line names. */
const OPERATOR: Principal = { id: 'operator', role: 'admin' };

try {
  const options = readCommandLine(process.argv.slice(2));
  if (options === undefined) process.stdout.write(usage);
  else if (options.restore === undefined) await run(options);
  else await restore(options, options.restore);
} catch (error) {
  const message = error instanceof Error ? error.message : String(error);
  process.stderr.write(`${message}\n`);
  if (error instanceof DamagedDataError && error.newestBackupPath !== undefined) {
    process.stderr.write(`To go on with that copy: --restore ${JSON.stringify(error.newestBackupPath)}\n`);
  }
  process.exit(error instanceof UsageError || error instanceof UpstreamError ? EXIT_USAGE : 1);
}

async function run(options: HubOptions): Promise<void> {
  const files = options.imports.map((path) => ({ path, bytes: readImport(path) }));
  // Standard output is the ready line's alone.
  const logger = pino({ level: options.logLevel, base: null }, pino.destination({ dest: 2, sync: true }));
  const { dataDir, tenants, maxSessions } = options;
  makeDataDir(dataDir);
  const sync = {
    upstreams: options.sync.upstreams.map(withoutKey),
    keys: upstreamKeys(options),
    intervalMs: options.sync.intervalMs,
  };
  const token = options.app ? randomBytes(24).toString('base64url') : undefined;
  let url: string | undefined;

  /** Serves the data as they are; again, where they have been replaced, at the same address. */
  const serve = async (data: Data): Promise<() => Promise<void>> => {
    // Who serves colleagues must know of it at the start; the app's own user is told by the app.
    if (data.state === 'damaged' && token === undefined) throw data.damage;
    const engine = data.state === 'open' ? data.engine : undefined;
    if (url === undefined && engine !== undefined) await takeIn(engine, files, options, logger);
    const host = { version: project.version, dataDir: resolve(dataDir), kind: 'browser' } as const;
    const server = await createServer({
      engine,
      keys: createKeyRing(options.keys, engine?.secret ?? randomUUID()),
      host: options.host,
      rateLimit: options.rateLimit,
      logger,
      app: token === undefined ? undefined : { token, router: createRouter({ data, host, logger }) },
    });
    await listen(server, { host: options.host, port: url === undefined ? options.port : Number(new URL(url).port) });
    url = urlOf(server.server.address());
    return async () => {
      const cutOff = setTimeout(() => server.server.closeAllConnections(), PATIENCE_MS);
      await server.close();
      clearTimeout(cutOff);
    };
  };
  const stop = await keepData({ dataDir, tenants, maxSessions, sync, logger }, serve);
  stopOnSignals(stop, logger);
  const app = token === undefined ? {} : { app: `${url}/#token=${token}` };
  process.stdout.write(`${JSON.stringify({ ready: true, url, tenants, ...app })}\n`);
}

/** Takes in what the command line names. */
async function takeIn(
  engine: Engine,
  files: readonly { path: string; bytes: Uint8Array }[],
  { tenants: [firstTenant], demo }: HubOptions,
  logger: Logger,
): Promise<void> {
  for (const { path, bytes } of files) {
    logger.info({ file: path, ...(await importInto(engine, firstTenant, path, bytes)) }, 'imported');
  }
  if (demo) logger.info({ ...(await engine.importDemo(OPERATOR, firstTenant)) }, 'demonstration event imported');
}

function withoutKey(upstream: HubOptions['sync']['upstreams'][number]): UpstreamOptions {
  const { key: _, ...rest } = upstream;
  return rest;
}

/** The keys of the command line; the one in the environment is the first headquarters', where it has none of its own. */
function upstreamKeys({ sync: { upstreams }, keyFile }: HubOptions): KeyStore {
  const [first] = upstreams;
  const given = upstreams.flatMap((upstream) => {
    const key = upstream.key ?? (upstream.url === first?.url ? process.env['OFFSTAGE_UPSTREAM_KEY'] : undefined);
    return key === undefined ? [] : [[upstreamName(upstream), key] as const];
  });
  return keyFile === undefined ? keysInMemory(given) : keysInFile(keyFile, given);
}

/** Restores the data from a file, and tells what it did on standard output. */
async function restore({ dataDir, logLevel }: HubOptions, file: string): Promise<void> {
  const logger = pino({ level: logLevel, base: null }, pino.destination({ dest: 2, sync: true }));
  makeDataDir(dataDir);
  try {
    const restored = await restoreData({ dataDir, logger }, file);
    process.stdout.write(`${JSON.stringify({ restored: true, ...restored })}\n`);
  } catch (error) {
    if (error instanceof ContractError) throw new UsageError(`--restore ${file}: ${error.message}`);
    throw error;
  }
}

function makeDataDir(path: string): void {
  try {
    mkdirSync(path, { recursive: true });
  } catch (error) {
    throw new UsageError(`--data ${path}: the folder cannot be made (${codeOf(error)}).`);
  }
}

async function listen(server: FastifyInstance, { port, host }: Pick<HubOptions, 'port' | 'host'>): Promise<void> {
  try {
    await server.listen({ port, host });
  } catch (error) {
    const code = codeOf(error);
    if (code === 'EADDRINUSE')
      throw new Error(`Port ${port} of ${host} is in use by another program.`, { cause: error });
    if (code === 'ENOTFOUND' || code === 'EADDRNOTAVAIL')
      throw new UsageError(`--host ${host}: this machine has no such address (${code}).`);
    throw error;
  }
}

function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException).code;
}

function readImport(path: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new UsageError(`--import ${path}: the file cannot be read (${codeOf(error)}).`);
  }
}

async function importInto(engine: Engine, tenant: string, path: string, bytes: Uint8Array): Promise<ImportReport> {
  try {
    return await engine.importFile(OPERATOR, tenant, () => bytes);
  } catch (error) {
    if (error instanceof ContractError) throw new UsageError(`--import ${path}: ${error.message}`);
    throw error;
  }
}

function urlOf(address: AddressInfo | string | null): string {
  if (address === null || typeof address === 'string') return String(address);
  return `http://${address.family === 'IPv6' ? `[${address.address}]` : address.address}:${address.port}`;
}

/** Stops on SIGTERM and SIGINT: no new requests, those under way are answered, the file is closed. A second signal stops at once. */
function stopOnSignals(stop: () => Promise<void>, logger: Logger): void {
  let stopping = false;
  const onSignal = (signal: NodeJS.Signals): void => {
    if (stopping) process.exit(1);
    stopping = true;
    logger.info({ signal }, 'stopping');
    setTimeout(() => process.exit(1), SHUTDOWN_MS).unref();
    stop().then(
      () => process.exit(0),
      (error: unknown) => {
        logger.error({ err: error }, 'could not stop cleanly');
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', onSignal);
  process.on('SIGINT', onSignal);
}
