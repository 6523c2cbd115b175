import { hmac } from '@noble/hashes/hmac.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';

import { faultAt } from '../base/json.ts';
import { because } from '../base/reasons.ts';
import { invalid } from '../contract/errors.ts';

/** Makes and reads the opaque keys of pages: where the next page begins, signed together with what is being listed. */
export interface PageKeys {
  make(scope: readonly string[], lastId: string): string;
  /** The last id of the page before; throws `invalid` for a key that was not made here for this very list. */
  read(scope: readonly string[], key: unknown): string;
}

/** Bytes of the signature that a key carries. */
const SIGNATURE_BYTES = 16;

export function createPageKeys(secret: string): PageKeys {
  const sign = (scope: readonly string[], lastId: string): string =>
    bytesToHex(hmac(sha256, utf8ToBytes(secret), utf8ToBytes(JSON.stringify([...scope, lastId])))).slice(
      0,
      2 * SIGNATURE_BYTES,
    );

  return {
    // Ids of sessions have no dot and no character that a URL would escape save | and :.
    make: (scope, lastId) => `${sign(scope, lastId)}.${lastId}`,

    read(scope, key) {
      const text = typeof key === 'string' && key.isWellFormed() ? key : '';
      const dot = text.indexOf('.');
      const lastId = text.slice(dot + 1);
      if (dot === -1 || text.slice(0, dot) !== sign(scope, lastId)) {
        throw invalid([faultAt('/exclusiveStartKey', because('not_page_key'))]);
      }
      return lastId;
    },
  };
}
