import type { BulkChange, BulkPreview, BulkReport } from '../contract/bulk-change.ts';
import type { SessionsApi } from '../contract/operations.ts';
import type { Principal, Role } from '../contract/roles.ts';
import type { SessionHistoryPage } from '../contract/session-history.ts';
import type { UndoReport, UndoState } from '../contract/steps.ts';
import { authorise, requireTenant } from './access.ts';
import { changeSessions, previewChange } from './bulk-change.ts';
import type { CatalogService } from './catalog-service.ts';
import type { Call, ServiceContext } from './context.ts';
import type { Following } from './following.ts';
import { removeFromCatalog } from './remove-from-catalog.ts';
import { readHistory } from './session-history.ts';
import { skipStep, takeBack } from './undo.ts';

/** What a person does, each call a step of its own, or all of them one (`inOneStep`). */
export interface Steps {
  /** The fourteen operations; a batch is one step. */
  readonly api: SessionsApi;
  /** Stores items of the catalog, all or none. Admins only. */
  putCatalog(tenantId: string, kind: string, items: unknown): Promise<{ stored: number }>;
  /**
   * Takes items out of the catalog, all or none. Admins only. Throws `not_found` for one that is not there, `in_use` for one that something
   * refers to, with a fault for each.
   */
  deleteCatalog(tenantId: string, kind: string, ids: readonly string[]): Promise<{ deleted: number }>;
}

/**
 * The service as one person uses it: what they do can be undone and redone, each tenant for itself, also after a restart. What others do, here
 * or at headquarters, is never undone by it. Saves of one text that follow each other within seconds are one step; so is an import.
 */
export interface UserService extends Steps {
  /** Runs several calls as one step. They are not one transaction; undoing them is. */
  inOneStep<T>(work: (steps: Steps) => Promise<T>): Promise<T>;
  /**
   * Takes back the last step that is not taken back yet, in one transaction, by a change that keeps every rule. What somebody else changed
   * since is left as it is, and told in `left`; a step of which nothing is left is passed over, with `done: 0`. Throws `not_found` where there is
   * nothing to undo. What a rule forbids (`locked`, `invalid`, `missing_reference`, `in_use`, `forbidden`) refuses the whole step, with a
   * fault for each record, and leaves it to be undone later, or to be passed over by `skipUndo`.
   */
  undo(tenantId: string): Promise<UndoReport>;
  /** Does again what was undone last, in the same way. Any new step ends it. */
  redo(tenantId: string): Promise<UndoReport>;
  /** Gives up undoing the last step: the one before it is next. Throws `not_found` where there is none. */
  skipUndo(tenantId: string): Promise<void>;
  undoState(tenantId: string): UndoState;
  /** Calls `listener` after each change of the undo state of a tenant. Answers what ends it. */
  watchUndo(tenantId: string, listener: () => void): () => void;
  /**
   * Who changed a session, when, and what; also of one that is deleted. What headquarters had of it before anybody changed it here is no change.
   * Throws `not_found` for one that never was.
   */
  history(tenantId: string, sessionId: string, page: { before?: string; limit: number }): SessionHistoryPage;
  /** What `changeSessions` would do now, by the same rules. */
  previewChange(tenantId: string, change: BulkChange, following?: Following): Promise<BulkPreview>;
  /**
   * Changes many sessions as one step, all or none, in one transaction. Throws if any cannot be changed, with a fault for each; with
   * `leaveRefused` those are left out, and told. Until it writes, it can be aborted.
   */
  changeSessions(
    tenantId: string,
    change: BulkChange,
    options?: Following & { leaveRefused?: boolean },
  ): Promise<BulkReport>;
}

/** The fourteen operations of a person whose calls belong to the steps that `step` names. */
type BindSteps = (principal: Principal, step: () => string) => SessionsApi;

export function createUserService(
  context: ServiceContext,
  principal: Principal,
  catalog: CatalogService,
  bind: BindSteps,
): UserService {
  const requireRole = (role: Role, tenantId: string): void => {
    authorise(principal, role);
    requireTenant(context.tenants, tenantId);
  };
  const stepsOf = (step: () => string): Steps => ({
    api: bind(principal, step),
    putCatalog: async (tenantId, kind, items) => await catalog.put(principal, tenantId, kind, items, step()),
    async deleteCatalog(tenantId, kind, ids) {
      requireRole('admin', tenantId);
      const call: Call = { principal, operation: 'deleteCatalog', step: step() };
      return await removeFromCatalog(context, call, tenantId, kind, ids);
    },
  });
  const bulkCall = (): Call => ({ principal, operation: 'bulkChange', step: context.ids() });

  return {
    ...stepsOf(context.ids),
    async inOneStep(work) {
      const step = context.ids();
      return await work(stepsOf(() => step));
    },
    async undo(tenantId) {
      requireRole('editor', tenantId);
      return await takeBack(context, principal, tenantId, 'undo');
    },
    async redo(tenantId) {
      requireRole('editor', tenantId);
      return await takeBack(context, principal, tenantId, 'redo');
    },
    async skipUndo(tenantId) {
      requireRole('editor', tenantId);
      await skipStep(context, principal, tenantId);
    },
    undoState(tenantId) {
      requireRole('viewer', tenantId);
      const { undo, redo } = context.store.read((view) => view.stepsOf({ tenantId, principalId: principal.id }));
      return {
        canUndo: undo !== undefined,
        canRedo: redo !== undefined,
        ...(undo === undefined ? {} : { undoLabel: undo.label }),
        ...(redo === undefined ? {} : { redoLabel: redo.label }),
      };
    },
    watchUndo: (tenantId, listener) =>
      context.store.watchSteps((owner) => {
        if (owner.tenantId === tenantId && owner.principalId === principal.id) listener();
      }),
    history(tenantId, sessionId, page) {
      requireRole('viewer', tenantId);
      return readHistory(context, tenantId, sessionId, page);
    },
    async previewChange(tenantId, change, following = {}) {
      requireRole('editor', tenantId);
      return await previewChange(context, bulkCall(), tenantId, change, following);
    },
    async changeSessions(tenantId, change, { leaveRefused = false, ...following } = {}) {
      requireRole('editor', tenantId);
      return await changeSessions(context, bulkCall(), tenantId, change, leaveRefused, following);
    },
  };
}
