import { implement, ORPCError } from '@orpc/server';

import type { Logger } from '../../shared/base/logger.ts';
import { ContractError } from '../../shared/contract/errors.ts';
import { operationNames, type SessionsApi } from '../../shared/contract/operations.ts';
import type { Principal } from '../../shared/contract/roles.ts';
import { toBridgeError } from '../../shared/rpc/bridge-errors.ts';
import { bridgeContract } from '../../shared/rpc/contract.ts';
import type { HostFacts } from '../../shared/rpc/messages.ts';
import type { Engine } from '../engine/engine.ts';
import { createAppSettings } from './app-settings.ts';
import { feedCatalog } from './catalog-feed.ts';
import { feedSessions } from './session-feed.ts';
import { feedWorkspace } from './workspace-feed.ts';

export interface BridgeOptions {
  engine: Engine;
  host: HostFacts;
  logger: Logger;
}

/** Whoever sits at this machine: the data are theirs. */
const LOCAL_USER: Principal = { id: 'local', role: 'admin' };

/** The tenant that holds what belongs to no second headquarters. */
export const LOCAL_TENANT = 'local';

/** The engine's end of the bridge: everything that the renderer may ask, answered by the engine. Each host puts a transport before it. */
export function createRouter({ engine, host, logger }: BridgeOptions) {
  const { service, store } = engine;
  const api = service.as(LOCAL_USER);
  const settings = createAppSettings(store);

  const os = implement(bridgeContract).use(async ({ next, path }) => {
    try {
      return await next();
    } catch (error) {
      if (error instanceof ContractError) throw toBridgeError(error);
      if (error instanceof ORPCError) throw error;
      logger.error({ err: error, call: path.join('.') }, 'a call of the app failed');
      throw toBridgeError(
        new ContractError('internal', 'Something failed inside; the log has more.', { cause: error }),
      );
    }
  });

  return os.router({
    sessions: Object.fromEntries(
      operationNames.map((name) => [name, os.sessions[name].handler(({ input }) => call(api, name, input))]),
    ) as never,
    workspace: {
      watch: os.workspace.watch.handler(({ signal }) => feedWorkspace(engine, host, signal)),
      openDemo: os.workspace.openDemo.handler(async () => {
        const { event_id: eventId } = await engine.importDemo(LOCAL_USER, LOCAL_TENANT);
        return { tenantId: LOCAL_TENANT, eventId };
      }),
    },
    event: {
      watchSessions: os.event.watchSessions.handler(({ input, signal }) => feedSessions(store, input, signal)),
      watchCatalog: os.event.watchCatalog.handler(({ input, signal }) => feedCatalog(store, input.tenantId, signal)),
    },
    settings: {
      watch: os.settings.watch.handler(({ input, signal }) => settings.watch(input.name, signal)),
      save: os.settings.save.handler(async ({ input }) => await settings.save(input.name, input.value)),
    },
    catalog: {
      put: os.catalog.put.handler(
        async ({ input: { tenantId, kind, items } }) => await service.catalog.put(LOCAL_USER, tenantId, kind, items),
      ),
    },
  });
}

async function call(api: SessionsApi, name: keyof SessionsApi, request: unknown): Promise<never> {
  // The table types each operation's request and answer; which of them this is, only the caller knows.
  return (await (api[name] as (request: unknown) => Promise<unknown>)(request)) as never;
}
