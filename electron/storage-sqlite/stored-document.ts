import type { RxDocumentData } from 'rxdb';

/** A document of a collection whose type does not matter here. Shared between all readers: never to be changed. */
export type StoredDocument = RxDocumentData<Record<string, unknown>>;
