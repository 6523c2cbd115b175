import { faultAt, isJsonObject, own } from '../base/json.ts';
import { because } from '../base/reasons.ts';
import { batchOperationHead, batchRequest, type BatchResult } from '../contract/batch.ts';
import { ContractError, invalid } from '../contract/errors.ts';
import type { RequestOf, ResponseOf } from '../contract/operations.ts';
import { findFaults, parse, requireBody } from '../contract/parse.ts';
import type { JsonPatch } from '../contract/patch.ts';
import { deleteSession, patchSession } from './change-session.ts';
import type { Call, ServiceContext } from './context.ts';

/**
 * Does up to 100 patches and deletes. Each stands alone, a malformed one too; results stand in the order asked. The changes
 * queue in that order, so two operations on one id are done one after the other, and they share a commit.
 */
export async function batchSessions(
  context: ServiceContext,
  call: Call,
  { tenantId, body }: RequestOf<'batchSessions'>,
): Promise<ResponseOf<'batchSessions'>> {
  // Checked no deeper than the list itself: what is wrong within an operation is that operation's own fault.
  requireBody(body);
  const faults = findFaults(batchRequest, body);
  if (faults.length > 0) throw invalid(faults);
  const results = await Promise.all(body.operations.map((operation) => perform(context, call, tenantId, operation)));
  const successCount = results.filter((result) => result.success).length;
  return { success_count: successCount, error_count: results.length - successCount, results };
}

async function perform(
  context: ServiceContext,
  call: Call,
  tenantId: string,
  operation: unknown,
): Promise<BatchResult> {
  try {
    const { id, patch } = read(operation);
    if (patch === undefined) {
      await deleteSession(context, call, { tenantId, id });
      return { id, success: true, status_code: 200 };
    }
    const result = await patchSession(context, call, { tenantId, id, body: patch });
    return { id, success: true, status_code: 200, result };
  } catch (error) {
    if (!(error instanceof ContractError)) throw error;
    const id = isJsonObject(operation) ? own(operation, 'id') : undefined;
    return {
      id: typeof id === 'string' ? id : '',
      success: false,
      status_code: error.status,
      error: error.message,
      because: error.because,
    };
  }
}

/** An operation's session and patch; no patch means a delete. */
function read(operation: unknown): { id: string; patch?: JsonPatch } {
  const { id, operation: kind, ...members } = parse(batchOperationHead, operation);
  if (kind === 'delete') return { id };
  const patch = own(members, 'patch_directives') ?? own(members, 'patch');
  if (patch === undefined) throw invalid([faultAt('/patch_directives', because('required'))]);
  // Whether it is a patch at all is asked in its turn, after whether there is such a session.
  return { id, patch: patch as JsonPatch };
}
