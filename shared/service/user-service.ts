import type { BulkChange, BulkPreview, BulkReport } from '../contract/bulk-change.ts';
import type { SessionsApi } from '../contract/operations.ts';
import type { SessionHistoryPage } from '../contract/session-history.ts';
import type { UndoReport, UndoState } from '../contract/steps.ts';

/** How far long work is. */
export type OnProgress = (done: number, total: number) => void;

/** What a person does, each call a step of its own, or all of them one (`inOneStep`). */
export interface Steps {
  /** The fourteen operations; a batch is one step. */
  readonly api: SessionsApi;
  /** Stores items of the catalog, all or none. Admins only. */
  putCatalog(tenantId: string, kind: string, items: unknown): Promise<{ stored: number }>;
  /** Takes items out of the catalog, all or none; throws `in_use` for what others refer to. Admins only. */
  deleteCatalog(tenantId: string, kind: string, ids: readonly string[]): Promise<{ deleted: number }>;
}

/**
 * The service as one person uses it: what they do can be undone and redone, each tenant for itself, also after a restart. What others do, here
 * or at headquarters, is never undone by it. Saves of one text that follow each other within seconds are one step.
 */
export interface UserService extends Steps {
  /** Runs several calls as one step. They are not one transaction; undoing them is. */
  inOneStep<T>(work: (steps: Steps) => Promise<T>): Promise<T>;
  /**
   * Takes back the last step that is not taken back yet, in one transaction, by a change that keeps every rule. What somebody else changed
   * since is left as it is, and told in `left`; a step of which nothing is left is passed over, with `done: 0`. Throws `not_found` where there is
   * nothing to undo. What a rule forbids (`locked`, `invalid`, `missing_reference`, `in_use`, `forbidden`) refuses the whole step, with a
   * fault for each session, and leaves it to be undone later, or to be passed over by `skipUndo`.
   */
  undo(tenantId: string): Promise<UndoReport>;
  /** Does again what was undone last, in the same way. Any new step ends it. */
  redo(tenantId: string): Promise<UndoReport>;
  /** Gives up undoing the last step: the one before it is next. */
  skipUndo(tenantId: string): Promise<void>;
  undoState(tenantId: string): UndoState;
  /** Calls `listener` after each change of the undo state of a tenant. Answers what ends it. */
  watchUndo(tenantId: string, listener: () => void): () => void;
  /** Who changed a session, when, and what; also of one that is deleted. Throws `not_found` for one that never was. */
  history(tenantId: string, sessionId: string, page: { before?: string; limit: number }): SessionHistoryPage;
  /** What `changeSessions` would do now. */
  previewChange(
    tenantId: string,
    change: BulkChange,
    onProgress?: OnProgress,
    signal?: AbortSignal,
  ): Promise<BulkPreview>;
  /**
   * Changes many sessions as one step, all or none, in one transaction. Throws if any cannot be changed, with a fault for each; with
   * `leaveRefused` those are left out, and told. Until it writes, it can be aborted.
   */
  changeSessions(
    tenantId: string,
    change: BulkChange,
    options?: { leaveRefused?: boolean; onProgress?: OnProgress; signal?: AbortSignal },
  ): Promise<BulkReport>;
}
