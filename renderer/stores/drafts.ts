import { defineStore } from 'pinia';
import { v7 as uuidv7 } from 'uuid';
import { shallowReactive, watch } from 'vue';

import { OWN_ID_PREFIX } from '../../shared/base/ids.ts';
import { jsonEqual } from '../../shared/base/json.ts';
import { ContractError } from '../../shared/contract/errors.ts';
import type { Session, SessionInput } from '../../shared/contract/session.ts';
import { summaryOf } from '../../shared/rpc/session-summary.ts';
import type { Clash } from '../../shared/schedule/clash.ts';
import { useHost } from '../host/bridge-key.ts';
import {
  readyFields,
  withFailure,
  withMine,
  withoutDraft,
  withRead,
  withSaved,
  withSent,
  withTyped,
  withUnsent,
  type DraftState,
} from '../views/editor/draft-state.ts';
import { keptDrafts } from '../views/editor/kept-drafts.ts';
import { useClashes } from './clashes.ts';
import { toPatch, type FieldChanges } from './edit.ts';
import { useEvent } from './event.ts';

/** A session in the editor: as it is saved, and what is typed over it. */
export interface Draft {
  readonly tenantId: string;
  /** The id that it has, or will have once it is created. */
  readonly id: string;
  /** `loading`: not read yet; `new`: not created yet; `gone`: deleted, or never there. */
  readonly at: 'loading' | 'new' | 'there' | 'gone';
  readonly state: DraftState;
  /** What the event's rules forbid about what was typed last: as long as it would bring these, it is not saved. */
  readonly forbidden: readonly Clash[];
}

/** After the last keystroke a change is saved, in milliseconds. */
const PAUSE_MS = 700;

/** What clashes look at. */
const scheduleFields: ReadonlySet<string> = new Set(
  ['start_date', 'end_date', 'room_ids', 'speakers', 'code'].concat(['enable_capacity', 'capacity_options']),
);

/** Before a save that the engine did not answer is tried again, in milliseconds. */
const RETRY_MS = 1_500;

/**
 * What is typed into sessions, saved as one goes. Every draft stays until it is saved or given up: the editor may close, the engine go away and
 * the window be loaded anew in the meantime.
 */
export const useDrafts = defineStore('drafts', () => {
  const { bridge, state: connection } = useHost();
  const event = useEvent();
  const clashes = useClashes();
  const kept = keptDrafts(localStorage);

  const drafts = shallowReactive(new Map<string, Draft>());
  const timers = new Map<string, ReturnType<typeof setTimeout>>();
  /** Drafts that talk to the engine; `true` where they are to read the session again when they are done. */
  const busy = new Map<string, boolean>();

  function update(id: string, change: Partial<Draft>): Draft | undefined {
    const draft = drafts.get(id);
    if (draft === undefined) return undefined;
    const next = { ...draft, ...change };
    drafts.set(id, next);
    kept.keep(next);
    return next;
  }

  function change(id: string, how: (state: DraftState) => DraftState): void {
    const draft = drafts.get(id);
    if (draft !== undefined) update(id, { state: how(draft.state) });
  }

  /** Opens a session that is there, with what was typed into it before and is not saved. */
  function open(id: string): void {
    const { tenantId } = event;
    if (drafts.has(id)) return;
    const before = kept.find(tenantId, id);
    drafts.set(id, before ?? { tenantId, id, at: 'loading', state: emptyState, forbidden: [] });
    void readAgain(id);
  }

  /** Opens a session that is not there yet; it is created once nothing of it is wrong. Answers its id. */
  function openNew(fields: FieldChanges): string {
    const id = OWN_ID_PREFIX + uuidv7();
    const given = { event_id: event.event?.id ?? '', sys_external_id: id, ...fields };
    const state = withTyped(emptyState, given);
    drafts.set(id, { tenantId: event.tenantId, id, at: 'new', state, forbidden: [] });
    return id;
  }

  /** Lets go of a session that is there and of which nothing waits to be saved. */
  function close(id: string): void {
    const draft = drafts.get(id);
    if (draft === undefined || busy.has(id)) return;
    if (draft.at === 'new' || Object.keys(draft.state.fields).length > 0) return;
    drafts.delete(id);
  }

  /** Gives up a new session, or all that was typed into one that is there. */
  function discard(id: string): void {
    const draft = drafts.get(id);
    if (draft === undefined) return;
    stopTimer(id);
    update(id, { state: { ...draft.state, fields: {} }, forbidden: [] });
    if (draft.at !== 'there') drafts.delete(id);
  }

  /** Takes in what is typed; `now` for what is chosen or left, else it is saved after a pause. */
  function type(id: string, changes: FieldChanges, when: 'soon' | 'now'): void {
    change(id, (state) => withTyped(state, changes));
    saveAfter(id, when === 'now' ? 0 : PAUSE_MS);
  }

  function saveAfter(id: string, pauseMs: number): void {
    stopTimer(id);
    if (pauseMs === 0) void save(id);
    else
      timers.set(
        id,
        setTimeout(() => void save(id), pauseMs),
      );
  }

  function stopTimer(id: string): void {
    clearTimeout(timers.get(id));
    timers.delete(id);
  }

  /** Saves what can be saved, one patch after the other; each is a step that can be undone. */
  async function save(id: string): Promise<void> {
    stopTimer(id);
    await alone(id, async () => {
      for (;;) {
        const draft = drafts.get(id);
        if (draft === undefined || draft.at === 'loading' || draft.at === 'gone') return;
        const ready = allowed(draft, readyFields(draft.state));
        if (ready.length === 0) return;
        update(id, { state: withSent(draft.state, ready) });
        try {
          const session = await send(draft, ready);
          change(id, (state) => withSaved(state, session));
          update(id, { at: 'there' });
        } catch (error) {
          if (!(await settle(id, error))) return;
        }
      }
    });
  }

  /** Of the fields, those that may be saved: not those of the schedule where together they would bring what the rules forbid. */
  function allowed(draft: Draft, ready: readonly string[]): readonly string[] {
    const { id, state } = draft;
    if (!ready.some((field) => scheduleFields.has(field))) return ready;
    const session: Record<string, unknown> = { id, name: '', type_id: '', ...state.saved };
    for (const field of ready) session[field] = state.fields[field]?.value;
    const known = event.sessions.get(id);
    const summary = summaryOf(session as Session, known?.registrations ?? 0, known?.sync ?? 'clean');
    const forbidden = clashes.forbiddenBy([summary]);
    update(id, { forbidden });
    if (forbidden.length === 0) return ready;
    // A new session is saved whole, or not at all.
    return state.saved === undefined ? [] : ready.filter((field) => !scheduleFields.has(field));
  }

  async function send(draft: Draft, fields: readonly string[]): Promise<Session> {
    const { tenantId, id, state } = draft;
    const values = Object.fromEntries(fields.map((field) => [field, state.fields[field]?.value]));
    if (state.saved === undefined) {
      return await bridge.sessions.createSession({ tenantId, body: values as unknown as SessionInput });
    }
    const version = state.saved['sys_version'];
    // What was read is what is changed: if someone else was faster, the field is looked at again first.
    const ifMatch = typeof version === 'number' ? { ifMatch: `"${version}"` } : {};
    return await bridge.sessions.patchSession({ tenantId, id, body: toPatch(values), ...ifMatch });
  }

  /** After a save that failed. Answers whether to go on saving at once. */
  async function settle(id: string, error: unknown): Promise<boolean> {
    if (!(error instanceof ContractError)) throw error;
    switch (error.kind) {
      case 'precondition_failed':
        change(id, withUnsent);
        await read(id);
        return true;
      case 'not_found':
        change(id, withUnsent);
        update(id, { at: 'gone' });
        return false;
      default: {
        const isAway = error.kind === 'unreachable';
        change(id, (state) => withFailure(state, { isAway, because: error.because, faults: error.faults }));
        if (isAway) saveAfter(id, RETRY_MS);
        return !isAway;
      }
    }
  }

  async function read(id: string): Promise<void> {
    const draft = drafts.get(id);
    if (draft === undefined || draft.at === 'new') return;
    try {
      const session = await bridge.sessions.getSession({ tenantId: draft.tenantId, id });
      change(id, (state) => withRead(state, session));
      update(id, { at: 'there' });
    } catch (error) {
      if (!(error instanceof ContractError)) throw error;
      if (error.kind === 'not_found') update(id, { at: 'gone' });
      // Away: read again when the connection is back.
      else if (error.kind !== 'unreachable') throw error;
    }
  }

  /** Reads the session again, now or when it has done what it does. */
  async function readAgain(id: string): Promise<void> {
    await alone(id, async () => await read(id), true);
    // What waits for a pause in the typing is saved then.
    if (drafts.get(id)?.at === 'there' && !timers.has(id)) await save(id);
  }

  /** Does one thing at a time with a session, so that answers come in the order of the questions. */
  async function alone(id: string, work: () => Promise<void>, isRead = false): Promise<void> {
    if (busy.has(id)) {
      // A save under way goes on until nothing is left to save; only a read has to be done again.
      if (isRead) busy.set(id, true);
      return;
    }
    busy.set(id, false);
    try {
      await work();
    } finally {
      const isStale = busy.get(id) === true;
      busy.delete(id);
      if (isStale) void readAgain(id);
    }
  }

  event.onChange(({ changed, removed }) => {
    if (drafts.size === 0) return;
    for (const { id } of changed) if (drafts.has(id)) void readAgain(id);
    for (const id of removed) if (drafts.has(id)) void readAgain(id);
  });

  // What stands here as another window knows it, too, goes the way that it goes there.
  kept.follow(({ tenantId, id, field, before, now }) => {
    const draft = drafts.get(id);
    const here = draft?.state.fields[field];
    if (draft?.tenantId !== tenantId || here === undefined || !jsonEqual(here.value, before.value)) return;
    const state =
      now === undefined
        ? withoutDraft(draft.state, field)
        : { ...draft.state, fields: { ...draft.state.fields, [field]: now } };
    // Of a session that is to be created all is kept until it is, or is given up.
    const isOver = draft.at === 'new' && now === undefined;
    drafts.set(id, { ...draft, state, forbidden: [], at: isOver ? 'loading' : draft.at });
    if (isOver) void readAgain(id);
  });

  watch(connection, (now) => {
    if (now !== 'connected') return;
    for (const { id, at } of drafts.values()) {
      // What waited for a pause or another try waits no longer.
      stopTimer(id);
      void (at === 'new' ? save(id) : readAgain(id));
    }
  });

  // What an earlier load of this window could not save is sent now: once all sessions are here, for what the rules forbid is judged by them.
  watch(
    () => (event.stage === 'complete' ? event.tenantId : ''),
    (tenantId) => {
      if (tenantId === '') return;
      for (const { id, at } of kept.list(tenantId)) {
        open(id);
        if (at === 'new') void save(id);
      }
    },
    { immediate: true },
  );

  return {
    drafts,
    open,
    openNew,
    close,
    discard,
    type,
    save,
    keepMine(id: string, field: string): void {
      change(id, (state) => withMine(state, field));
      void save(id);
    },
    /** Gives up what was typed into a field. */
    takeSaved(id: string, field: string): void {
      change(id, (state) => withoutDraft(state, field));
      update(id, { forbidden: [] });
    },
  };
});

const emptyState: DraftState = { saved: undefined, fields: {} };
