import { z } from 'zod';

import { reasonTexts } from '../base/reasons.ts';
import { jsonPatch } from './patch.ts';
import { session } from './session.ts';

/** At most so many operations in one batch (page). */
const MAX_BATCH_OPERATIONS = 100;

/** One operation of a batch; `patch` is accepted as another name of `patch_directives`, other members are ignored. */
export const batchOperation = z
  .union([
    z.looseObject({
      id: z.string(),
      operation: z.literal('patch'),
      patch_directives: jsonPatch.optional(),
      patch: jsonPatch.optional(),
    }),
    z.looseObject({ id: z.string(), operation: z.literal('delete') }),
  ])
  .meta({ id: 'BatchOperation' });

/** What is looked at first in an operation of a batch: its patch is checked when its session is known. */
export const batchOperationHead = z.looseObject({ id: z.string(), operation: z.enum(['patch', 'delete']) });

export type BatchOperation = z.infer<typeof batchOperation>;

/** A batch. Each operation is checked on its own, later: a malformed one fails alone. */
export const batchRequest = z
  .strictObject({
    operations: z
      .array(z.unknown())
      .min(1, { error: reasonTexts.no_operation })
      .max(MAX_BATCH_OPERATIONS, { error: reasonTexts.many_operations })
      .meta({ items: { $ref: '#/components/schemas/BatchOperation' } }),
  })
  .meta({ id: 'BatchRequest' });

/** What became of one operation (decided). */
const batchResult = z
  .looseObject({
    id: z.string(),
    success: z.boolean(),
    status_code: z.number(),
    error: z.string().optional(),
    /** The error as a code of ours and its values, where a hub tells it. */
    because: z.unknown().optional(),
    result: session.optional(),
  })
  .meta({ id: 'BatchResult' });

export type BatchResult = z.infer<typeof batchResult>;

export const batchResponse = z
  .looseObject({ success_count: z.number(), error_count: z.number(), results: z.array(batchResult) })
  .meta({ id: 'BatchResponse' });
