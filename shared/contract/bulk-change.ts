import { z } from 'zod';

import type { Reason } from '../base/reasons.ts';
import { jsonPatch } from './patch.ts';
import type { ErrorKind } from './errors.ts';
import type { Fault } from '../base/json.ts';
import type { FieldChange } from './session-history.ts';

/** The most sessions that one bulk change may name. */
export const MAX_BULK_CHANGE = 25_000;

/**
 * A change of many sessions at once: a patch for each, or the same fields for all of them, where null takes a field away. Each patch is
 * judged as `patchSession` would.
 */
export const bulkChange = z.union([
  z.strictObject({
    changes: z
      .array(z.strictObject({ id: z.string(), patch: jsonPatch }))
      .min(1)
      .max(MAX_BULK_CHANGE),
  }),
  z.strictObject({
    ids: z.array(z.string()).min(1).max(MAX_BULK_CHANGE),
    set: z.record(z.string(), z.unknown()),
  }),
]);

export type BulkChange = z.infer<typeof bulkChange>;

/** Why a session cannot be changed so. */
export interface BulkRefusal {
  id: string;
  /** Empty where there is no such session. */
  name: string;
  kind: ErrorKind;
  message: string;
  because: Reason;
  faults: Fault[];
}

/** What a bulk change would do. */
export interface BulkPreview {
  /** Sessions that would change, those that are so already, and those that cannot be changed. */
  changed: number;
  unchanged: number;
  refused: number;
  /** The first `MAX_PREVIEW_ROWS` that would change, in the order asked. */
  changes: { id: string; name: string; fields: FieldChange[] }[];
  /** The first `MAX_PREVIEW_ROWS` that cannot be changed, in the order asked. */
  refusals: BulkRefusal[];
}

export const MAX_PREVIEW_ROWS = 500;

/** What a bulk change did. */
export interface BulkReport {
  changed: number;
  unchanged: number;
  refused: number;
  /** The first `MAX_PREVIEW_ROWS` that were left out because they could not be changed. */
  refusals: BulkRefusal[];
}
