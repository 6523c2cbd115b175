import { eventIterator, oc, type } from '@orpc/contract';
import type { ContractProcedure, ContractRouterClient, Schema } from '@orpc/contract';
import { z } from 'zod';

import type { JsonValue } from '../base/json.ts';
import { catalogKindNames } from '../catalog/catalog-kind-names.ts';
import { csvEvent, csvMapping, type CsvPreview, type PastedPreview } from '../catalog/csv-columns.ts';
import { bulkChange, MAX_BULK_CHANGE, type BulkPreview, type BulkReport } from '../contract/bulk-change.ts';
import { operationNames, type OperationName, type RequestOf, type ResponseOf } from '../contract/operations.ts';
import { reference } from '../contract/session.ts';
import type { EventDifferences } from '../contract/session-difference.ts';
import type { SessionHistoryPage } from '../contract/session-history.ts';
import type { UndoReport, UndoState } from '../contract/steps.ts';
import type {
  BackupFile,
  CatalogMessage,
  EventFeedMessage,
  ExportedFile,
  ImportedFile,
  KeptCopy,
  ManyReport,
  Restoring,
  SavingFile,
  SyncLogEntry,
  WorkProgress,
  Workspace,
} from './messages.ts';
import type {
  KeptSession,
  PendingSession,
  RefusedSession,
  SessionConflict,
  SyncStatus,
  UpstreamCheck,
} from './sync-messages.ts';

const tenant = z.strictObject({ tenantId: reference });
const eventRef = tenant.extend({ eventId: reference });
const sessionRef = tenant.extend({ id: reference });
const catalogKind = z.enum(catalogKindNames);
const manyIds = z.array(reference).min(1).max(MAX_BULK_CHANGE);

/** A view's own choices, such as `preferences` or `clash-rules/<event>`. */
const settingName = z.string().min(1).max(1000);

const pastedText = z.string().max(8 * 1024 * 1024);

/** Milliseconds since the Unix epoch, as far as there are dates. */
const instantMs = z.number().min(-8.64e15).max(8.64e15);

const side = z.enum(['mine', 'theirs']);
const resolution = z.union([side, z.record(z.string(), z.union([side, z.strictObject({ value: z.unknown() })]))]);

/** The id of a call that its caller follows by `work.watch`; one that nobody follows has none. */
const work = z.string().min(1).max(100);
const followed = { work: work.optional() };

const exportFormat = z.enum(['frab.xml', 'frab.json', 'csv', 'ics', 'changes.csv']);

/** Of which room or speaker a calendar is; since when changes are told, as a date-time. */
const exportPart = z.strictObject({
  roomId: reference.optional(),
  speakerId: reference.optional(),
  since: z.string().max(100).optional(),
});

/** A headquarters as a person types it in; addresses and ids are checked by trying them. */
const upstream = z.strictObject({
  url: z.string().max(2_000),
  remoteTenantId: z.string().max(1_000),
  key: z.string().max(4_000).optional(),
  eventIds: z.array(z.string().max(1_000)).max(100),
  allowHttp: z.boolean().optional(),
});

/** A copy out of the data folder, by its id; a file that was received; or nothing, to begin empty. */
const restoreSource = z.union([
  z.strictObject({ kept: z.string() }),
  z.strictObject({ received: z.string() }),
  z.literal('empty'),
]);

/** One of the fourteen operations, as the service has it: the service itself checks what is asked. */
type OperationCall<Name extends OperationName> = ContractProcedure<
  Schema<RequestOf<Name>, RequestOf<Name>>,
  Schema<ResponseOf<Name>, ResponseOf<Name>>,
  Record<never, never>,
  Record<never, never>
>;

const anyCall = oc.input(type<unknown>()).output(type<unknown>());

/**
 * What the renderer may ask of the engine, once: both hosts answer it, and the renderer cannot tell which. Inputs come from a page and are
 * parsed by schema; outputs are our own. Failures are `ContractError`s, carried over by `bridge-errors.ts`.
 */
export const bridgeContract = {
  /** The fourteen operations, as the person at this machine does them: each is a step that can be undone. */
  sessions: Object.fromEntries(operationNames.map((name) => [name, anyCall])) as unknown as {
    [Name in OperationName]: OperationCall<Name>;
  },

  workspace: {
    /** Events and connections, now and whenever they change. */
    watch: oc.output(eventIterator(type<Workspace>())),
    /** Adds the demonstration event. */
    openDemo: oc.output(type<{ tenantId: string; eventId: string }>()),
  },

  event: {
    /**
     * An event's sessions: first those that begin in the window given (what the screen shows), then the others, then changes as they come.
     */
    watchSessions: oc
      .input(eventRef.extend({ fromMs: z.number().optional(), toMs: z.number().optional() }))
      .output(eventIterator(type<EventFeedMessage>())),
    /** The tenant's catalog without registrations: first all of it, then changes as they come. */
    watchCatalog: oc.input(tenant).output(eventIterator(type<CatalogMessage>())),
    /** How the event differs from what it was here at a moment, in milliseconds since the Unix epoch. */
    changesSince: oc.input(eventRef.extend({ sinceMs: instantMs })).output(type<EventDifferences>()),
    /** The ids of an event's sessions by the custom fields that they have a value of. */
    customFieldUses: oc.input(eventRef).output(type<Record<string, string[]>>()),
  },

  /** Changes of many sessions, each call one step, and the way back. */
  edit: {
    preview: oc.input(tenant.extend({ change: bulkChange, ...followed })).output(type<BulkPreview>()),
    /** Changes all or none; with `leaveRefused`, those that can be changed. */
    changeMany: oc
      .input(tenant.extend({ change: bulkChange, leaveRefused: z.boolean().optional(), ...followed }))
      .output(type<BulkReport>()),
    createMany: oc
      .input(tenant.extend({ sessions: z.array(z.unknown()).min(1).max(5_000) }))
      .output(type<ManyReport>()),
    deleteMany: oc.input(tenant.extend({ ids: manyIds, ...followed })).output(type<ManyReport>()),
    /** What rows of a spreadsheet would make of an event; without a mapping, as their headers suggest. */
    previewPaste: oc
      .input(eventRef.extend({ text: pastedText, mapping: csvMapping.optional() }))
      .output(type<PastedPreview>()),
    /** Creates and changes sessions by rows of a spreadsheet, and adds what they name, as one step. */
    paste: oc.input(eventRef.extend({ text: pastedText, mapping: csvMapping, ...followed })).output(type<ManyReport>()),
    generateMany: oc
      .input(
        tenant.extend({
          abstractIds: manyIds,
          typeId: reference,
          mainPresenterSpeakerTypeId: reference,
          allowDuplicates: z.boolean(),
          ...followed,
        }),
      )
      .output(type<ManyReport>()),
    undo: oc.input(tenant).output(type<UndoReport>()),
    redo: oc.input(tenant).output(type<UndoReport>()),
    /** Gives up undoing the last step: the one before it is next. */
    skipUndo: oc.input(tenant).output(type<void>()),
    watchUndo: oc.input(tenant).output(eventIterator(type<UndoState>())),
    history: oc
      .input(sessionRef.extend({ before: z.string().optional(), limit: z.number().int().min(1).max(200) }))
      .output(type<SessionHistoryPage>()),
  },

  catalog: {
    /** Adds or changes items, all or none. */
    put: oc
      .input(tenant.extend({ kind: catalogKind, items: z.array(z.unknown()).max(10_000) }))
      .output(type<{ stored: number }>()),
    /** Takes items out; refused (`in_use`) for what others refer to. */
    remove: oc.input(tenant.extend({ kind: catalogKind, ids: manyIds })).output(type<{ deleted: number }>()),
  },

  /** What waits, what went wrong, and how it is settled. A tenant without a headquarters has the status null and empty lists. */
  sync: {
    watch: oc.input(tenant).output(eventIterator(type<SyncStatus | null>())),
    /** Tries address, key, tenant and events, and stores nothing. */
    check: oc.input(upstream).output(type<UpstreamCheck>()),
    /** Begins to keep events in step with a headquarters; answers the tenant that holds them here. */
    connect: oc.input(upstream).output(type<{ tenantId: string }>()),
    /** Removes a headquarters' events here, and forgets its key. Refused while changes wait. */
    disconnect: oc.input(tenant).output(type<void>()),
    addEvents: oc.input(tenant.extend({ eventIds: z.array(reference).min(1).max(100) })).output(type<void>()),
    /** Removes an event here; its headquarters, if it has one, keeps it. Refused while changes of it wait. */
    removeEvent: oc.input(eventRef).output(type<void>()),
    setKey: oc.input(tenant.extend({ key: z.string().max(4_000) })).output(type<void>()),
    /** Syncs now; answers when it is done. */
    run: oc.input(tenant).output(type<SyncStatus>()),
    pause: oc.input(tenant).output(type<void>()),
    resume: oc.input(tenant).output(type<void>()),
    cancel: oc.input(tenant).output(type<void>()),
    pending: oc.input(tenant).output(type<PendingSession[]>()),
    refused: oc.input(tenant).output(type<RefusedSession[]>()),
    conflicts: oc.input(tenant).output(type<SessionConflict[]>()),
    /** What is kept here though headquarters has it no more. */
    kept: oc.input(tenant).output(type<KeptSession[]>()),
    log: oc.input(tenant).output(type<SyncLogEntry[]>()),
    /** Sends a refused change again, or all of them. Answers how many. */
    retry: oc.input(tenant.extend({ id: reference.optional() })).output(type<number>()),
    discard: oc.input(sessionRef).output(type<void>()),
    /** Sends what is held because it came out of a backup: one session's change, or all. Answers how many. */
    release: oc.input(tenant.extend({ id: reference.optional() })).output(type<number>()),
    /** Sends what is kept as a new session, or removes it here: one, or all. Answers how many. */
    settleKept: oc
      .input(tenant.extend({ action: z.enum(['send', 'remove']), id: reference.optional() }))
      .output(type<number>()),
    /** Puts another id in the place of one that headquarters does not know; without `to`, leaves it out. Answers how many sessions. */
    replaceReference: oc
      .input(tenant.extend({ kind: catalogKind, from: reference, to: reference.optional() }))
      .output(type<number>()),
    resolve: oc.input(sessionRef.extend({ resolution })).output(type<void>()),
    /** Answers the question that a great many removals ask. */
    brake: oc
      .input(tenant.extend({ action: z.enum(['apply', 'keep']), eventId: reference.optional() }))
      .output(type<SyncStatus>()),
  },

  settings: {
    /** What was saved under a name, and then each change of it, from whatever window; null where nothing was. */
    watch: oc.input(z.strictObject({ name: settingName })).output(eventIterator(type<JsonValue>())),
    save: oc.input(z.strictObject({ name: settingName, value: z.json() })).output(type<void>()),
  },

  /** Copies of everything. All but `make` and `save` answer also where the data cannot be read. */
  backups: {
    /** What can be put in the place of the data out of their folder, newest first. */
    list: oc.output(type<KeptCopy[]>()),
    /** Makes a copy now, beside those that are made by themselves. */
    make: oc.output(type<BackupFile>()),
    /** Makes one file of everything, to be read in parts for as long as the stream is open. */
    save: oc.output(eventIterator(type<SavingFile>())),
    read: oc.input(z.strictObject({ transfer: z.string(), offset: z.number().int().min(0) })).output(type<Blob>()),
    /** Takes a file of everything in, to be put in parts of at most 4 MiB; it is kept for as long as the stream is open. */
    receive: oc
      .input(z.strictObject({ sizeBytes: z.number().int().min(1) }))
      .output(eventIterator(type<{ transfer: string }>())),
    put: oc.input(z.strictObject({ transfer: z.string(), part: z.file() })).output(type<void>()),
    /**
     * Makes something ready to take the place of the data, and says what that would mean; closing the stream gives it up. Once it is confirmed,
     * the connection ends: the next one is to the new data.
     */
    restore: oc.input(z.strictObject({ source: restoreSource })).output(eventIterator(type<Restoring>())),
    confirm: oc.input(z.strictObject({ restore: z.string() })).output(type<void>()),
  },

  work: {
    /** How far a call is that came with this id, from now on. */
    watch: oc.input(z.strictObject({ work })).output(eventIterator(type<WorkProgress>())),
  },

  files: {
    /** Takes a schedule file (frab XML or JSON) in. */
    open: oc.input(z.strictObject({ file: z.file(), ...followed })).output(type<ImportedFile>()),
    /** What a spreadsheet would give; without a mapping, as its headers suggest. */
    previewCsv: oc
      .input(z.strictObject({ file: z.file(), mapping: csvMapping.optional(), event: csvEvent }))
      .output(type<CsvPreview>()),
    /** Takes a spreadsheet's sessions in. */
    openCsv: oc
      .input(z.strictObject({ file: z.file(), mapping: csvMapping, event: csvEvent, ...followed }))
      .output(type<ImportedFile>()),
    export: oc
      .input(eventRef.extend({ format: exportFormat, part: exportPart.optional() }))
      .output(type<ExportedFile>()),
  },
};

/** The engine as the renderer calls it. */
export type Bridge = ContractRouterClient<typeof bridgeContract>;
