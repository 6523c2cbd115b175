import {
  categorizeBulkWriteRows,
  type BulkWriteRow,
  type RxAttachmentWriteData,
  type RxDocumentData,
  type RxJsonSchema,
  type RxStorageInstance,
  type RxStorageWriteError,
} from 'rxdb';

import type { CollectionTable } from './collection-table.ts';
import type { StoredDocument } from './stored-document.ts';
import type { WriteScope } from './write-queue.ts';

export type Row = BulkWriteRow<Record<string, unknown>>;
export type RowError = RxStorageWriteError<Record<string, unknown>>;

/** The bytes of the attachments that rows bring along, read before the transaction, which cannot wait for them. */
export type AttachmentBytes = ReadonlyMap<RxAttachmentWriteData, Buffer>;

/**
 * Writes what can be written of the rows, as `RxStorageInstance.bulkWrite` promises, and gives an error for each other:
 * 409 with the document found, 510 for an attachment without data, 422 for a key that cannot be stored.
 * The changes are emitted after the commit.
 */
export function writeRows(
  table: CollectionTable,
  rows: readonly Row[],
  context: string,
  bytes: AttachmentBytes,
  scope: WriteScope,
): RowError[] {
  const errors: RowError[] = [];
  const storable = rows.filter((row) => {
    const error = keyError(table, row, context);
    if (error !== undefined) errors.push(error);
    return error === undefined;
  });
  for (const distinct of withoutRepeatedKeys(table, storable)) {
    errors.push(...writeDistinct(table, distinct, context, bytes, scope));
  }
  return errors;
}

// SQLite keeps text as UTF-8, which has no form for half a surrogate pair: two keys would become one.
function keyError(table: CollectionTable, row: Row, context: string): RowError | undefined {
  const key = row.document[table.primaryPath];
  if (typeof key === 'string' && key.isWellFormed()) return undefined;
  return {
    isError: true,
    status: 422,
    documentId: String(key),
    writeRow: row,
    context,
    validationErrors: [{ field: table.primaryPath, message: 'The primary key must be well-formed text' }],
    schema: table.schema as unknown as RxJsonSchema<StoredDocument>,
  };
}

// Against the state before, a second row for a document would not see the first.
function withoutRepeatedKeys(table: CollectionTable, rows: readonly Row[]): Row[][] {
  const parts: Row[][] = [];
  let keys = new Set<unknown>();
  for (const row of rows) {
    const key = row.document[table.primaryPath];
    if (parts.length === 0 || keys.has(key)) {
      parts.push([]);
      keys = new Set();
    }
    keys.add(key);
    parts.at(-1)!.push(row);
  }
  return parts;
}

function writeDistinct(
  table: CollectionTable,
  rows: Row[],
  context: string,
  bytes: AttachmentBytes,
  scope: WriteScope,
): RowError[] {
  // Whether a new document's key is taken is found by inserting it: looking first would be one more search for each.
  const revisions = new Map<string, StoredDocument>();
  for (const { previous, document } of rows) {
    if (previous === undefined) continue;
    const id = document[table.primaryPath] as string;
    const _rev = table.revisionOf(id);
    // All that RxDB's comparison reads of a document is its revision.
    if (_rev !== undefined) revisions.set(id, { _rev } as StoredDocument);
  }
  const sorted = categorizeBulkWriteRows<Record<string, unknown>>(
    { schema: table.schema } as unknown as RxStorageInstance<unknown, unknown, unknown>,
    table.primaryPath,
    revisions,
    rows,
    context,
  );
  const taken = table.write(
    sorted.bulkInsertDocs.map(({ document }) => document),
    sorted.bulkUpdateDocs.map(({ document }) => document),
    scope,
  );
  const errors = [...sorted.errors, ...conflicts(table, rows, taken, context)];
  // RxDB 17.6 gives an event, and perhaps attachments, also for a row that it refuses because an attachment is missing.
  const refused = new Set(errors.map(({ documentId }) => documentId));
  for (const { documentId, attachmentId } of sorted.attachmentsRemove) table.removeAttachment(documentId, attachmentId);
  for (const { documentId, attachmentId, attachmentData } of [...sorted.attachmentsAdd, ...sorted.attachmentsUpdate]) {
    const data = bytes.get(attachmentData);
    if (data !== undefined && !refused.has(documentId))
      table.putAttachment(documentId, attachmentId, attachmentData, data);
  }
  const { eventBulk } = sorted;
  if (refused.size > 0) eventBulk.events = eventBulk.events.filter(({ documentId }) => !refused.has(documentId));
  if (eventBulk.events.length > 0) {
    eventBulk.checkpoint = { seq: table.lastSeq };
    scope.onCommit(() => table.changes$.next(eventBulk));
  }
  return errors.map((error) => withDocument(table, error));
}

function conflicts(
  table: CollectionTable,
  rows: readonly Row[],
  taken: readonly string[],
  context: string,
): RowError[] {
  if (taken.length === 0) return [];
  const ids = new Set(taken);
  return rows
    .filter(({ document }) => ids.has(document[table.primaryPath] as string))
    .map((writeRow) => {
      const documentId = writeRow.document[table.primaryPath] as string;
      return { isError: true, status: 409, documentId, writeRow, documentInDb: NOT_READ_YET, context };
    });
}

const NOT_READ_YET = {} as StoredDocument;

function withDocument(table: CollectionTable, error: RowError): RowError {
  if (!('documentInDb' in error) || error.documentInDb === undefined) return error;
  return { ...error, documentInDb: table.find(error.documentId) as RxDocumentData<Record<string, unknown>> };
}
