import {
  fillWithDefaultSettings,
  normalizeMangoQuery,
  prepareQuery,
  type BulkWriteRow,
  type FilledMangoQuery,
  type MangoQuery,
  type PreparedQuery,
  type RxDocumentData,
  type RxJsonSchema,
  type RxStorage,
  type RxStorageInstance,
} from 'rxdb';

/** A document whose members do not matter to the types. */
export type AnyDocument = Record<string, unknown>;
export type StoredDocument = RxDocumentData<AnyDocument>;
export type AnySchema = RxJsonSchema<StoredDocument>;
export type AnyStorage = RxStorage<unknown, object>;
export type AnyInstance = RxStorageInstance<AnyDocument, unknown, object>;

/** The schema as RxDB hands it to a storage. */
export function filledSchema(schema: object): AnySchema {
  return fillWithDefaultSettings(schema as RxJsonSchema<AnyDocument>);
}

export interface OpenOptions {
  collection?: string;
  database?: string;
  options?: object;
}

let databases = 0;

/** An instance of a collection; in a database of its own if no name is given. */
export function openInstance(
  storage: AnyStorage,
  schema: AnySchema,
  { collection = 'things', database = `laws-${++databases}`, options = {} }: OpenOptions = {},
): Promise<AnyInstance> {
  return storage.createStorageInstance<AnyDocument>({
    databaseInstanceToken: 'token',
    databaseName: database,
    collectionName: collection,
    schema,
    options,
    multiInstance: false,
    devMode: false,
  });
}

/** A document as RxDB writes it, in its n-th revision. */
export function state(members: AnyDocument, revision = 1, lwt = 1_000 + revision): StoredDocument {
  return { _deleted: false, _attachments: {}, _meta: { lwt }, _rev: `${revision}-token`, ...members };
}

export function insert(...documents: StoredDocument[]): BulkWriteRow<AnyDocument>[] {
  return documents.map((document) => ({ document }));
}

/** The query as RxDB hands it to a storage. */
export function prepared(schema: AnySchema, query: MangoQuery<AnyDocument>): PreparedQuery<AnyDocument> {
  const filled = normalizeMangoQuery<AnyDocument>(schema, query);
  return prepareQuery(schema, filled as unknown as FilledMangoQuery<StoredDocument>);
}
