import { defineStore } from 'pinia';
import { v7 as uuidv7 } from 'uuid';
import { computed, shallowRef, watch } from 'vue';

import { toPointer } from '../../shared/base/json.ts';
import { ContractError } from '../../shared/contract/errors.ts';
import type { JsonPatch } from '../../shared/contract/patch.ts';
import type { Session, SessionInput } from '../../shared/contract/session.ts';
import type { UndoReport, UndoState } from '../../shared/contract/steps.ts';
import { useHost } from '../host/bridge-key.ts';
import { i18n } from '../i18n/i18n.ts';
import { faultWords, reasonWords } from '../i18n/reason-words.ts';
import { useEvent } from './event.ts';
import { useNotices, type Notice } from './notices.ts';

/** Fields to set; one that is undefined is taken away. */
export type FieldChanges = Readonly<Record<string, unknown>>;

/**
 * Changes of the event looked at, as the person at this machine makes them: each is saved at once and is a step that can be undone. What fails
 * is told in a notice and thrown, so that the caller keeps what was typed.
 */
export const useEdit = defineStore('edit', () => {
  const { bridge, follow } = useHost();
  const event = useEvent();
  const notices = useNotices();
  const { t } = i18n.global;

  const undoState = shallowRef<UndoState>({ canUndo: false, canRedo: false });
  const saving = shallowRef(0);
  const underWay = new Set<Promise<unknown>>();

  let stop: (() => void) | undefined;
  watch(
    () => event.tenantId,
    (tenantId) => {
      stop?.();
      undoState.value = { canUndo: false, canRedo: false };
      if (tenantId === '') return;
      stop = follow((bridge, signal) => bridge.edit.watchUndo({ tenantId }, { signal }), {
        onMessage: (state) => (undoState.value = state),
      });
    },
    { immediate: true },
  );

  /** Runs a change; a failure is told, with what can be done about it, and thrown on. */
  async function perform<T>(change: () => Promise<T>, action?: Notice['action']): Promise<T> {
    saving.value += 1;
    const done = change();
    underWay.add(done);
    try {
      return await done;
    } catch (error) {
      // What a person gave up is nobody's failure.
      if (!isGivenUp(error)) tellFailure(error, action);
      told.add(error as object);
      throw error;
    } finally {
      underWay.delete(done);
      saving.value -= 1;
    }
  }

  /** Who changes something and takes it back at once means that change, though it may still be on its way to the disk. */
  async function settled(): Promise<void> {
    await Promise.allSettled(underWay);
  }

  function tellFailure(error: unknown, action?: Notice['action']): void {
    const isKnown = error instanceof ContractError;
    const faults = isKnown ? error.faults.map(faultWords) : [];
    notices.tell({
      kind: 'failed',
      text: isKnown ? t(`errors.${error.kind}`) : String(error),
      details: faults.length > 0 ? faults : isKnown ? [reasonWords(error)] : [],
      ...(action === undefined ? {} : { action }),
    });
  }

  return {
    undoState,
    /** Whether a change is on its way to the disk. */
    isSaving: computed(() => saving.value > 0),
    /** Whether there is, or is about to be, something to take back. */
    canUndo: computed(() => undoState.value.canUndo || saving.value > 0),

    /** Changes fields of one session. */
    async change(id: string, fields: FieldChanges): Promise<Session> {
      const body = toPatch(fields);
      return await perform(async () => await bridge.sessions.patchSession({ tenantId: event.tenantId, id, body }));
    },

    /** Changes fields of several sessions, each its own, as one step: all or none. */
    async changeEach(fieldsOf: ReadonlyMap<string, FieldChanges>): Promise<void> {
      const changes = Array.from(fieldsOf, ([id, fields]) => ({ id, patch: toPatch(fields) }));
      await perform(async () => await bridge.edit.changeMany({ tenantId: event.tenantId, change: { changes } }));
    },

    /** Creates a session; asked twice, it is one: its id is made here. */
    async create(fields: Omit<SessionInput, 'event_id'>): Promise<Session> {
      const body = { event_id: event.event?.id ?? '', ...fields, sys_external_id: `offstage:${uuidv7()}` };
      return await perform(async () => await bridge.sessions.createSession({ tenantId: event.tenantId, body }));
    },

    async remove(id: string): Promise<void> {
      await perform(async () => await bridge.sessions.deleteSession({ tenantId: event.tenantId, id }));
    },

    async undo(): Promise<UndoReport> {
      const { tenantId } = event;
      // A step that a rule keeps from being undone would bar the way to those before it.
      const skip = {
        label: t('steps.skip'),
        run: async () => await perform(async () => await bridge.edit.skipUndo({ tenantId })),
      };
      await settled();
      return await perform(async () => await bridge.edit.undo({ tenantId }), skip);
    },

    async redo(): Promise<UndoReport> {
      await settled();
      return await perform(async () => await bridge.edit.redo({ tenantId: event.tenantId }));
    },

    perform,
  };
});

/** The JSON Patch that sets these fields: `add` sets what is there, too. One that is undefined is first set, so that taking it away finds it. */
export function toPatch(fields: FieldChanges): JsonPatch {
  return Object.entries(fields).flatMap(([field, value]): JsonPatch => {
    const path = toPointer([field]);
    const set = { op: 'add' as const, path, value: value ?? null };
    return value === undefined ? [set, { op: 'remove', path }] : [set];
  });
}

const told = new WeakSet<object>();

/** Whether the person knows of a failure: it was told in a notice, or they gave the change up. */
export function isTold(error: unknown): boolean {
  return typeof error === 'object' && error !== null && told.has(error);
}

/** Whether a call ended because whoever made it gave it up. */
export function isGivenUp(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'AbortError';
}
