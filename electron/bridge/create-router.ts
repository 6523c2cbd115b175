import { implement, ORPCError, type AnyRouter } from '@orpc/server';

import type { Logger } from '../../shared/base/logger.ts';
import { because } from '../../shared/base/reasons.ts';
import { ContractError } from '../../shared/contract/errors.ts';
import { operationNames, type SessionsApi } from '../../shared/contract/operations.ts';
import type { Principal } from '../../shared/contract/roles.ts';
import type { SessionInput } from '../../shared/contract/session.ts';
import { toBridgeError } from '../../shared/rpc/bridge-errors.ts';
import { bridgeContract } from '../../shared/rpc/contract.ts';
import type { HostFacts } from '../../shared/rpc/messages.ts';
import type { Following } from '../../shared/service/following.ts';
import type { Engine } from '../engine/engine.ts';
import type { Data } from '../engine/keep-data.ts';
import { createAppSettings } from './app-settings.ts';
import { createBackupCalls } from './backup-calls.ts';
import { feedCatalog } from './catalog-feed.ts';
import { createCsvFiles } from './csv-files.ts';
import { findCustomFieldUses } from './custom-field-uses.ts';
import { changeEach, feedUndo } from './edit-calls.ts';
import { feedSessions } from './session-feed.ts';
import { createPaste } from './paste-rows.ts';
import { createSyncCalls, LOCAL_TENANT } from './sync-calls.ts';
import { createWorkProgress } from './work-progress.ts';
import { feedDamage, feedWorkspace } from './workspace-feed.ts';

export interface BridgeOptions {
  data: Data;
  host: HostFacts;
  logger: Logger;
}

/** Whoever sits at this machine: the data are theirs. */
const LOCAL_USER: Principal = { id: 'local', role: 'admin' };

/** Turns what a call failed with into the bridge's own form. */
type Translate = (error: unknown, call: readonly string[], signal: AbortSignal | undefined) => unknown;

/** The engine's end of the bridge: what the renderer may ask, answered by the data as they stand. Each host puts a transport before it. */
export function createRouter({ data, host, logger }: BridgeOptions): AnyRouter {
  const translate = createTranslate(logger);
  const os = createImplementer(translate);
  const calls = createBackupCalls(data.recovery);
  const backups = {
    list: os.backups.list.handler(async () => await data.recovery.list()),
    read: os.backups.read.handler(async ({ input }) => await calls.read(input.transfer, input.offset)),
    receive: os.backups.receive.handler(({ input, path, signal }) =>
      told(calls.receive(input.sizeBytes, signal), (error) => translate(error, path, signal)),
    ),
    put: os.backups.put.handler(async ({ input }) => await calls.put(input.transfer, input.part)),
    restore: os.backups.restore.handler(({ input, path, signal }) =>
      told(calls.restore(input.source, signal), (error) => translate(error, path, signal)),
    ),
    confirm: os.backups.confirm.handler(({ input }) => calls.confirm(input.restore)),
  };
  if (data.state === 'damaged') {
    return {
      workspace: { watch: os.workspace.watch.handler(({ signal }) => feedDamage(data, host, signal)) },
      backups,
    };
  }
  const { engine } = data;
  return {
    ...createEngineRouter(os, engine, host),
    backups: {
      ...backups,
      make: os.backups.make.handler(async () => await engine.backups.make()),
      save: os.backups.save.handler(({ path, signal }) =>
        told(calls.save(engine.backups.exportTo, signal), (error) => translate(error, path, signal)),
      ),
    },
  };
}

/** What nobody foresaw is told by the log alone. */
function createTranslate(logger: Logger): Translate {
  return (error, call, signal) => {
    if (error instanceof ContractError) return toBridgeError(error);
    // What was given up is nobody's failure.
    if (error instanceof ORPCError || signal?.aborted === true) return error;
    logger.error({ err: error, call: call.join('.') }, 'a call of the app failed');
    return toBridgeError(new ContractError('internal', because('in_log'), { cause: error }));
  };
}

function createImplementer(translate: Translate) {
  return implement(bridgeContract).use(async ({ next, path, signal }) => {
    try {
      return await next();
    } catch (error) {
      throw translate(error, path, signal);
    }
  });
}

/** A stream that fails as calls do: it fails when it is read, long after its call was answered. */
async function* told<Message>(
  stream: AsyncGenerator<Message>,
  translated: (error: unknown) => unknown,
): AsyncGenerator<Message> {
  try {
    yield* stream;
  } catch (error) {
    throw translated(error);
  }
}

/** Everything that needs the data. */
function createEngineRouter(os: ReturnType<typeof createImplementer>, engine: Engine, host: HostFacts) {
  const { service, store } = engine;
  const user = service.forUser(LOCAL_USER);
  const settings = createAppSettings(store);
  const sync = createSyncCalls(engine);
  const paste = createPaste(engine, LOCAL_USER);
  const csv = createCsvFiles(engine, LOCAL_USER, LOCAL_TENANT);
  const progress = createWorkProgress();
  const following = ({ work }: { work?: string | undefined }, signal: AbortSignal | undefined): Following => ({
    onProgress: progress.reportTo(work),
    signal,
  });

  return {
    sessions: Object.fromEntries(
      operationNames.map((name) => [name, os.sessions[name].handler(({ input }) => call(user.api, name, input))]),
    ) as never,
    workspace: {
      watch: os.workspace.watch.handler(({ signal }) => feedWorkspace(engine, sync, host, signal)),
      openDemo: os.workspace.openDemo.handler(async () => {
        const { event_id: eventId } = await engine.importDemo(LOCAL_USER, LOCAL_TENANT);
        return { tenantId: LOCAL_TENANT, eventId };
      }),
    },
    event: {
      watchSessions: os.event.watchSessions.handler(({ input, signal }) => feedSessions(store, input, signal)),
      watchCatalog: os.event.watchCatalog.handler(({ input, signal }) => feedCatalog(store, input.tenantId, signal)),
      changesSince: os.event.changesSince.handler(({ input: { tenantId, eventId, sinceMs } }) =>
        service.changesSince(LOCAL_USER, tenantId, eventId, sinceMs),
      ),
      customFieldUses: os.event.customFieldUses.handler(({ input }) => findCustomFieldUses(store, input)),
    },
    edit: {
      preview: os.edit.preview.handler(
        async ({ input, signal }) => await user.previewChange(input.tenantId, input.change, following(input, signal)),
      ),
      changeMany: os.edit.changeMany.handler(
        async ({ input: { tenantId, change, leaveRefused = false, ...call }, signal }) =>
          await user.changeSessions(tenantId, change, { leaveRefused, ...following(call, signal) }),
      ),
      createMany: os.edit.createMany.handler(
        async ({ input: { tenantId, sessions } }) =>
          await changeEach(user, sessions, async ({ api }, body) => {
            const created = await api.createSession({ tenantId, body: body as SessionInput });
            return created.id;
          }),
      ),
      deleteMany: os.edit.deleteMany.handler(
        async ({ input: { tenantId, ids, ...call }, signal }) =>
          await changeEach(
            user,
            ids,
            async ({ api }, id) => await api.deleteSession({ tenantId, id }),
            following(call, signal),
          ),
      ),
      previewPaste: os.edit.previewPaste.handler(({ input }) => paste.preview(defined(input))),
      paste: os.edit.paste.handler(
        async ({ input, signal }) => await paste.take(user, input, following(input, signal)),
      ),
      generateMany: os.edit.generateMany.handler(
        async ({
          input: { tenantId, abstractIds, typeId, mainPresenterSpeakerTypeId, allowDuplicates, ...call },
          signal,
        }) =>
          await changeEach(
            user,
            abstractIds,
            async ({ api }, abstract_id) => {
              const body = {
                type_id: typeId,
                main_presenter_speaker_type_id: mainPresenterSpeakerTypeId,
                allow_duplicates: allowDuplicates,
              };
              const session = await api.generateSessionFromAbstract({ tenantId, abstract_id, body });
              return session.id;
            },
            following(call, signal),
          ),
      ),
      undo: os.edit.undo.handler(async ({ input }) => await user.undo(input.tenantId)),
      redo: os.edit.redo.handler(async ({ input }) => await user.redo(input.tenantId)),
      skipUndo: os.edit.skipUndo.handler(async ({ input }) => await user.skipUndo(input.tenantId)),
      watchUndo: os.edit.watchUndo.handler(({ input, signal }) => feedUndo(user, input.tenantId, signal)),
      history: os.edit.history.handler(({ input: { tenantId, id, ...page } }) =>
        user.history(tenantId, id, defined(page)),
      ),
    },
    sync: {
      watch: os.sync.watch.handler(({ input, signal }) => sync.watch(input.tenantId, signal)),
      check: os.sync.check.handler(async ({ input }) => await engine.sync.check(defined(input))),
      connect: os.sync.connect.handler(async ({ input }) => await sync.connect(defined(input))),
      disconnect: os.sync.disconnect.handler(async ({ input }) => await sync.disconnect(input.tenantId)),
      addEvents: os.sync.addEvents.handler(
        async ({ input }) => await engine.sync.addEvents(input.tenantId, input.eventIds),
      ),
      removeEvent: os.sync.removeEvent.handler(
        async ({ input }) => await engine.sync.removeEvent(input.tenantId, input.eventId),
      ),
      setKey: os.sync.setKey.handler(async ({ input }) => await engine.sync.setKey(input.tenantId, input.key)),
      run: os.sync.run.handler(async ({ input }) => await sync.of(input.tenantId).sync('hand')),
      pause: os.sync.pause.handler(async ({ input }) => await engine.sync.pause(input.tenantId)),
      resume: os.sync.resume.handler(async ({ input }) => await engine.sync.resume(input.tenantId)),
      cancel: os.sync.cancel.handler(async ({ input }) => await engine.sync.cancel(input.tenantId)),
      pending: os.sync.pending.handler(({ input }) => engine.sync.of(input.tenantId)?.pending() ?? []),
      refused: os.sync.refused.handler(({ input }) => engine.sync.of(input.tenantId)?.refused() ?? []),
      conflicts: os.sync.conflicts.handler(({ input }) => engine.sync.of(input.tenantId)?.conflicts() ?? []),
      kept: os.sync.kept.handler(({ input }) => engine.sync.of(input.tenantId)?.kept() ?? []),
      log: os.sync.log.handler(({ input }) => [...(engine.sync.of(input.tenantId)?.log() ?? [])]),
      retry: os.sync.retry.handler(async ({ input }) => await sync.of(input.tenantId).retry(input.id, LOCAL_USER.id)),
      discard: os.sync.discard.handler(
        async ({ input }) => await sync.of(input.tenantId).discard(input.id, LOCAL_USER.id),
      ),
      release: os.sync.release.handler(
        async ({ input }) => await sync.of(input.tenantId).release(input.id, LOCAL_USER.id),
      ),
      settleKept: os.sync.settleKept.handler(
        async ({ input: { tenantId, action, id } }) => await sync.of(tenantId).settleKept(action, id, LOCAL_USER.id),
      ),
      replaceReference: os.sync.replaceReference.handler(
        async ({ input: { tenantId, kind, from, to } }) =>
          await sync.of(tenantId).replaceReference(kind, from, to, LOCAL_USER.id),
      ),
      resolve: os.sync.resolve.handler(
        async ({ input }) => await sync.of(input.tenantId).resolve(input.id, input.resolution, LOCAL_USER.id),
      ),
      brake: os.sync.brake.handler(
        async ({ input }) => await sync.of(input.tenantId).brake(input.action, input.eventId),
      ),
    },
    settings: {
      watch: os.settings.watch.handler(({ input, signal }) => settings.watch(input.name, signal)),
      save: os.settings.save.handler(async ({ input }) => await settings.save(input.name, input.value)),
    },
    work: {
      watch: os.work.watch.handler(({ input, signal }) => progress.watch(input.work, signal)),
    },
    files: {
      open: os.files.open.handler(async ({ input, signal }) => {
        const bytes = new Uint8Array(await input.file.arrayBuffer());
        const call = following(input, signal);
        const { event_id: eventId, ...report } = await engine.importFile(LOCAL_USER, LOCAL_TENANT, () => bytes, call);
        return { tenantId: LOCAL_TENANT, eventId, ...report };
      }),
      previewCsv: os.files.previewCsv.handler(async ({ input }) => await csv.preview(input)),
      openCsv: os.files.openCsv.handler(async ({ input, signal }) => await csv.open(input, following(input, signal))),
      export: os.files.export.handler(({ input: { tenantId, eventId, format, part = {} } }) =>
        engine.exportFile(LOCAL_USER, tenantId, eventId, format, part),
      ),
    },
    catalog: {
      put: os.catalog.put.handler(
        async ({ input: { tenantId, kind, items } }) => await user.putCatalog(tenantId, kind, items),
      ),
      remove: os.catalog.remove.handler(
        async ({ input: { tenantId, kind, ids } }) => await user.deleteCatalog(tenantId, kind, ids),
      ),
    },
  };
}

async function call(api: SessionsApi, name: keyof SessionsApi, request: unknown): Promise<never> {
  // The table types each operation's request and answer; which of them this is, only the caller knows.
  return (await (api[name] as (request: unknown) => Promise<unknown>)(request)) as never;
}

/** An input without the members that are undefined: a schema's optional members may be. */
function defined<Input extends object>(input: Input): { [Name in keyof Input]: Exclude<Input[Name], undefined> } {
  return Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined)) as never;
}
