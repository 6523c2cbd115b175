import { jsonEqual, own, type Fault, type JsonObject } from '../../../shared/base/json.ts';
import type { Reason } from '../../../shared/base/reasons.ts';
import { findSessionFaults } from '../../../shared/contract/validate-session.ts';

/** A field that a person has begun to change; a value that is undefined takes the field away. */
export interface FieldDraft {
  readonly value: unknown;
  /** What was saved when the change began: if something else is saved by now, someone else changed it meanwhile. */
  readonly base: unknown;
  /** `typed`: not sent yet; `sent`: on its way; `away`: the engine did not answer, and is asked again; `refused`: told in `why`. */
  readonly state: 'typed' | 'sent' | 'away' | 'refused';
  readonly sent?: unknown;
  readonly why?: readonly Reason[];
}

/** A session as it is saved, and what a person has typed over it. A session that is not created yet is saved as nothing. */
export interface DraftState {
  readonly saved: JsonObject | undefined;
  readonly fields: Readonly<Record<string, FieldDraft>>;
}

/** Why a save failed, as far as the draft minds. */
export interface SaveFailure {
  readonly isAway: boolean;
  readonly because: Reason;
  readonly faults: readonly Fault[];
}

/** Fields whose rules look at each other: they are saved together, or neither is. */
const together: readonly (readonly string[])[] = [
  ['start_date', 'end_date'],
  ['enable_capacity', 'capacity_options'],
];

/** The session as the person sees it: what is typed over what is saved. */
export function shownOf({ saved, fields }: DraftState): JsonObject {
  const shown: JsonObject = { ...saved };
  for (const [field, { value }] of Object.entries(fields)) {
    if (value === undefined) delete shown[field];
    else shown[field] = value;
  }
  return shown;
}

/** Takes in what was typed; a field that is again as it was saved is a draft no longer. */
export function withTyped(state: DraftState, changes: Readonly<Record<string, unknown>>): DraftState {
  const fields = { ...state.fields };
  for (const [field, value] of Object.entries(changes)) {
    const saved = own(state.saved ?? {}, field);
    const before = fields[field];
    if (before?.state === 'sent') fields[field] = { ...before, value };
    else if (state.saved !== undefined && jsonEqual(value, saved)) delete fields[field];
    else fields[field] = { value, base: before === undefined ? saved : before.base, state: 'typed' };
  }
  return { ...state, fields };
}

/** What someone else has made of a field since the person began to change it. */
export function theirsOf({ saved, fields }: DraftState, field: string): { value: unknown } | undefined {
  const draft = fields[field];
  if (draft === undefined || draft.state === 'sent') return undefined;
  const value = own(saved ?? {}, field);
  return jsonEqual(value, draft.base) || jsonEqual(value, draft.value) ? undefined : { value };
}

/** What is wrong with what was typed, by the contract's own rules. */
export function faultsOf(state: DraftState): Fault[] {
  return findSessionFaults(shownOf(state), state.saved);
}

/** The field that a fault stands in: the first part of its pointer. */
export function fieldOf({ path }: Fault): string {
  return path.split('/')[1] ?? '';
}

/**
 * The fields that can be saved now: typed, without fault, and not changed by someone else meanwhile. A new session is saved whole, once
 * nothing is wrong with it.
 */
export function readyFields(state: DraftState): string[] {
  const faulty = new Set(faultsOf(state).map(fieldOf));
  const typed = Object.entries(state.fields).filter(([, draft]) => draft.state === 'typed' || draft.state === 'away');
  if (state.saved === undefined) return faulty.size > 0 ? [] : typed.map(([field]) => field);
  const held = new Set(faulty);
  for (const field of Object.keys(state.fields)) if (theirsOf(state, field) !== undefined) held.add(field);
  for (const fields of together) {
    if (fields.some((field) => held.has(field))) for (const field of fields) held.add(field);
  }
  return typed.map(([field]) => field).filter((field) => !held.has(field));
}

/** Fields go out as they are now. */
export function withSent(state: DraftState, sent: readonly string[]): DraftState {
  const fields = { ...state.fields };
  for (const field of sent) {
    const draft = fields[field];
    if (draft !== undefined) fields[field] = { value: draft.value, base: draft.base, state: 'sent', sent: draft.value };
  }
  return { ...state, fields };
}

/**
 * What was sent is saved. What was typed since stays, on what is saved now. A create that was sent twice answers the session that the first
 * made: what was typed between the two stays, too.
 */
export function withSaved(state: DraftState, session: JsonObject): DraftState {
  const fields: Record<string, FieldDraft> = {};
  const isNew = state.saved === undefined;
  for (const [field, draft] of Object.entries(state.fields)) {
    if (draft.state !== 'sent') fields[field] = isNew ? { ...draft, base: own(session, field) } : draft;
    else if (!jsonEqual(draft.value, isNew ? own(session, field) : draft.sent)) {
      fields[field] = { value: draft.value, base: own(session, field), state: 'typed' };
    }
  }
  return withoutSettled({ saved: session, fields });
}

/** The session as it is saved by now, whoever changed it. */
export function withRead(state: DraftState, session: JsonObject): DraftState {
  return withoutSettled({ ...state, saved: session });
}

/** What was sent is not saved: it stays as it was typed. Faults that name fields stand at those; the others are sent again without them. */
export function withFailure(state: DraftState, { isAway, because: reason, faults }: SaveFailure): DraftState {
  const fields = { ...state.fields };
  const sent = Object.entries(state.fields).filter(([, draft]) => draft.state === 'sent');
  const named = new Set(faults.map(fieldOf).filter((field) => sent.some(([name]) => name === field)));
  for (const [field, { value, base, sent: sentValue }] of sent) {
    const kept = { value, base };
    if (!jsonEqual(value, sentValue)) fields[field] = { ...kept, state: 'typed' };
    else if (isAway) fields[field] = { ...kept, state: 'away' };
    else if (named.size > 0 && !named.has(field)) fields[field] = { ...kept, state: 'typed' };
    else {
      const why = faults.filter((fault) => fieldOf(fault) === field).map((fault) => fault.because);
      fields[field] = { ...kept, state: 'refused', why: why.length > 0 ? why : [reason] };
    }
  }
  return { ...state, fields };
}

/** What was sent is not saved because the session has changed meanwhile: it is looked at again and sent again. */
export function withUnsent(state: DraftState): DraftState {
  const fields = { ...state.fields };
  for (const [field, { value, base, state: at }] of Object.entries(state.fields)) {
    if (at === 'sent') fields[field] = { value, base, state: 'typed' };
  }
  return { ...state, fields };
}

/** The person keeps what they typed, over what someone else saved, or tries again what was refused. */
export function withMine(state: DraftState, field: string): DraftState {
  const draft = state.fields[field];
  if (draft === undefined) return state;
  const mine: FieldDraft = { value: draft.value, base: own(state.saved ?? {}, field), state: 'typed' };
  return { ...state, fields: { ...state.fields, [field]: mine } };
}

/** The person gives up what they typed. */
export function withoutDraft(state: DraftState, field: string): DraftState {
  const { [field]: given, ...fields } = state.fields;
  return given === undefined ? state : { ...state, fields };
}

function withoutSettled({ saved, fields }: DraftState): DraftState {
  const open = Object.entries(fields).filter(
    ([field, { state, value }]) => state === 'sent' || !jsonEqual(value, own(saved ?? {}, field)),
  );
  return { saved, fields: Object.fromEntries(open) };
}
