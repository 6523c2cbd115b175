import jsonPatch from 'fast-json-patch';

import { toTimestamp } from '../base/clock.ts';
import { isJsonObject, jsonEqual, own, type JsonObject } from '../base/json.ts';
import { isServerOwned } from '../contract/session.ts';
import type { StepLabel } from '../contract/steps.ts';
import { recordKey, type HistoryRecord } from './records.ts';
import type { StorageReader, StorageTransaction } from './storage-port.ts';

/**
 * A step is what a person did in one go, and takes back in one go. Each person's steps of a tenant are numbered from 1; the newest says what
 * is undone and redone next, and each says what comes after it: two stacks that live in history itself, so that nothing can disagree with it.
 * What takes a step back is a step, too: to redo is to take that one back.
 */
export interface Step {
  number: number;
  kind: 'edit' | 'undo' | 'redo' | 'skip';
  /** Known to the work that made it: later parts of the same work belong to the same step. */
  token: string;
  /** What is undone and redone next, once this step is made; 0 is nothing. */
  undo: number;
  redo: number;
  /** What comes next in the stack that this step lies on, once it is off it. */
  below: number;
  /** What the person did. What takes a step back has the label of that step. */
  label: StepLabel;
  /** The keys of the changes in history, in their order: the first ones here, the others in as many further records. */
  keys: string[];
  parts: number;
  /** While only one text was saved, again and again: which, and when first and last. */
  text?: { place: string; firstMs: number; lastMs: number };
}

/** Whose steps: one person's, in one tenant. */
export interface StepOwner {
  tenantId: string;
  principalId: string;
}

/** A step that takes another back, or passes it over. */
export interface StepMove {
  kind: 'undo' | 'redo' | 'skip';
  of: Step;
}

/** Saves of one text that follow each other so closely are one step, in milliseconds, but for no longer than the second. */
const PAUSE_MS = 3_000;
const LONGEST_TEXT_MS = 60_000;

/** The last members of places that hold what people type letter by letter. */
const TEXTS: ReadonlySet<string> = new Set([
  'name',
  'code',
  'location',
  'description',
  'first_name',
  'last_name',
  'job_title',
  'email_address',
  'string_value',
]);

const KEYS_PER_RECORD = 500;
const MOST_NAMES = 3;
const MOST_FIELDS = 10;
/** A work whose step is not among the last so many begins another. */
const STEPS_LOOKED_BACK = 10;

/** The newest steps, the newest first. */
export function newestSteps(reader: StorageReader, owner: StepOwner, limit: number): Step[] {
  const first = stepKey(owner, '');
  const records = reader.query<HistoryRecord>('history', {
    selector: { _deleted: false, key: { $gt: first, $lt: `${first}\u007f` } },
    sort: [{ key: 'desc' }],
    skip: 0,
    limit,
  });
  return records.flatMap(({ step }) => (step === undefined ? [] : [step]));
}

/** A step by its number; undefined for 0. */
export function findStep(reader: StorageReader, owner: StepOwner, number: number): Step | undefined {
  if (number === 0) return undefined;
  return reader.findById<HistoryRecord>('history', [stepKey(owner, padded(number))])[0]?.step;
}

/** The changes of a step, in their order. */
export function changesOfStep(reader: StorageReader, owner: StepOwner, step: Step): HistoryRecord[] {
  const parts = Array.from({ length: step.parts }, (_, at) => partKey(owner, step.number, at));
  const keys = [step, ...reader.findById<HistoryRecord>('history', parts).map((part) => part.step)].flatMap(
    (part) => part?.keys ?? [],
  );
  return reader.findById<HistoryRecord>('history', keys);
}

/** One change of a record, as a step counts it. */
interface Noted {
  entry: HistoryRecord;
  before: unknown;
  after: unknown;
}

/** Gathers the changes of one transaction and writes their step at its end. */
export class StepRecorder {
  readonly #transaction: StorageTransaction;
  readonly #owner: StepOwner;
  readonly #token: string;
  readonly #operation: string;
  readonly #atMs: number;
  readonly #noted: Noted[] = [];
  #move: StepMove | undefined;

  constructor(transaction: StorageTransaction, owner: StepOwner, token: string, operation: string, atMs: number) {
    this.#transaction = transaction;
    this.#owner = owner;
    this.#token = token;
    this.#operation = operation;
    this.#atMs = atMs;
  }

  note(entry: HistoryRecord, before: unknown, after: unknown): void {
    this.#noted.push({ entry, before, after });
  }

  /** Makes the changes of this transaction the taking back of a step. */
  take(move: StepMove): void {
    this.#move = move;
  }

  /** Writes the step, or goes on with the one that the changes belong to. Without changes there is none. */
  finish(): void {
    const recent = newestSteps(this.#transaction, this.#owner, STEPS_LOOKED_BACK);
    const newest = recent[0];
    if (this.#move !== undefined) return this.#add(this.#moved(this.#move, newest));
    if (this.#noted.length === 0) return;
    const text = this.#textSaved();
    const begun = this.#begun(recent);
    if (begun !== undefined) return this.#add(begun, begun);
    if (newest !== undefined && text !== undefined && goesOn(newest, text)) {
      const firstMs = newest.text?.firstMs ?? text.firstMs;
      return this.#add({ ...newest, text: { ...text, firstMs } }, newest);
    }
    const number = (newest?.number ?? 0) + 1;
    this.#add({
      ...this.#emptyStep('edit', number),
      undo: number,
      below: newest?.undo ?? 0,
      ...(text === undefined ? {} : { text }),
    });
  }

  /** The step that an earlier part of this work began, unless something of it may have been taken back since. */
  #begun(recent: readonly Step[]): Step | undefined {
    const at = recent.findIndex(({ token }) => token === this.#token);
    const begun = at === -1 ? undefined : recent[at];
    if (begun?.kind !== 'edit' || recent.slice(0, at).some(({ kind }) => kind !== 'edit')) return undefined;
    const { text: _, ...step } = begun;
    return step;
  }

  #moved({ kind, of }: StepMove, newest: Step | undefined): Step {
    const number = (newest?.number ?? 0) + 1;
    const step = { ...this.#emptyStep(kind, number), label: of.label };
    const [undo, redo] = [newest?.undo ?? 0, newest?.redo ?? 0];
    // Of a step that has nothing left to take back, there is nothing to do again.
    const isSomething = this.#noted.length > 0;
    if (kind === 'skip') return { ...step, undo: of.below, redo };
    return kind === 'undo'
      ? { ...step, undo: of.below, redo: isSomething ? number : redo, below: redo }
      : { ...step, undo: isSomething ? number : undo, redo: of.below, below: undo };
  }

  #emptyStep(kind: Step['kind'], number: number): Step {
    const at = toTimestamp(this.#atMs);
    const nothing = { created: 0, changed: 0, deleted: 0, subjects: [], names: [], fields: [] };
    const label = { operation: this.#operation, ...nothing, at };
    return { number, kind, token: this.#token, undo: 0, redo: 0, below: 0, label, keys: [], parts: 0 };
  }

  /** Writes the step with the changes of this transaction added to it. */
  #add(step: Step, previous?: Step): void {
    const label = this.#move === undefined ? withChanges(step, this.#noted) : step.label;
    const keys = this.#noted.map(({ entry }) => entry.key);
    const room = step.parts === 0 ? KEYS_PER_RECORD - step.keys.length : 0;
    const rest = keys.slice(room);
    const parts: string[][] = [];
    for (let at = 0; at < rest.length; at += KEYS_PER_RECORD) parts.push(rest.slice(at, at + KEYS_PER_RECORD));
    const next = { ...step, label, keys: [...step.keys, ...keys.slice(0, room)], parts: step.parts + parts.length };
    this.#write(stepKey(this.#owner, padded(step.number)), 'steps', next, previous !== undefined);
    parts.forEach((keys, at) => {
      const key = partKey(this.#owner, step.number, step.parts + at);
      this.#write(key, 'step_parts', { ...this.#emptyStep(step.kind, step.number), keys }, false);
    });
  }

  #write(key: string, kind: HistoryRecord['kind'], step: Step, isThere: boolean): void {
    const [previous] = isThere ? this.#transaction.findById<HistoryRecord>('history', [key]) : [];
    const document: HistoryRecord = {
      key,
      tenant_id: this.#owner.tenantId,
      kind,
      item_id: String(step.number),
      at: toTimestamp(this.#atMs),
      principal_id: this.#owner.principalId,
      operation: step.kind,
      forward: [],
      back: [],
      step,
    };
    this.#transaction.write<HistoryRecord>('history', [previous === undefined ? { document } : { previous, document }]);
  }

  /** The text that this transaction saved, if that is all that it did. */
  #textSaved(): NonNullable<Step['text']> | undefined {
    const [{ entry, before, after } = {} as Partial<Noted>, ...others] = this.#noted;
    if (entry === undefined || others.length > 0 || !isJsonObject(before) || !isJsonObject(after)) return undefined;
    const path = textChanged(before, after);
    if (path === undefined) return undefined;
    return { place: JSON.stringify([entry.kind, entry.item_id, path]), firstMs: this.#atMs, lastMs: this.#atMs };
  }
}

function goesOn({ kind, text }: Step, next: NonNullable<Step['text']>): boolean {
  if (kind !== 'edit' || text?.place !== next.place) return false;
  const [pauseMs, wholeMs] = [next.lastMs - text.lastMs, next.lastMs - text.firstMs];
  return pauseMs >= 0 && pauseMs <= PAUSE_MS && wholeMs >= 0 && wholeMs <= LONGEST_TEXT_MS;
}

/** The pointer of the one text in which two states of a record differ, but for what only the server sets. */
function textChanged(before: JsonObject, after: JsonObject): string | undefined {
  const [field, ...others] = fieldsThatDiffer(before, after);
  if (field === undefined || others.length > 0) return undefined;
  const [from, to] = [own(before, field), own(after, field)];
  const pointers =
    typeof from === 'object' && typeof to === 'object' && from !== null && to !== null
      ? jsonPatch.compare(from, to).map(({ path }) => `${field}${path}`)
      : [field];
  const [pointer = ''] = pointers;
  const isText = (value: unknown): boolean => value === undefined || typeof value === 'string' || isJsonObject(value);
  const fits = pointers.length === 1 && TEXTS.has(pointer.split('/').at(-1) ?? '');
  return fits && (pointer !== field || (isText(from) && isText(to))) ? pointer : undefined;
}

/** The fields in which two states of a record differ, but for what only the server sets. */
function fieldsThatDiffer(before: JsonObject, after: JsonObject): string[] {
  const names = [...new Set([...Object.keys(after), ...Object.keys(before)])];
  return names.filter((name) => !isServerOwned(name) && !jsonEqual(own(before, name), own(after, name)));
}

/** The step's label with these changes counted in. */
function withChanges({ label, keys }: Step, noted: readonly Noted[]): StepLabel {
  const next = { ...label, subjects: [...label.subjects], names: [...label.names], fields: [...label.fields] };
  const seen = new Set(keys.map(itemOf));
  for (const { entry, before, after } of noted) {
    const item = itemOf(entry.key);
    const isNew = !seen.has(item);
    seen.add(item);
    if (isNew) {
      if (before === undefined) next.created += 1;
      else if (after === undefined) next.deleted += 1;
      else next.changed += 1;
      if (!next.subjects.includes(entry.kind)) next.subjects.push(entry.kind);
      if (next.names.length < MOST_NAMES) next.names.push(nameOf(after ?? before, entry.item_id));
    } else if (next.names.length === 1 && after !== undefined) next.names = [nameOf(after, entry.item_id)];
    if (next.fields.length < MOST_FIELDS && isJsonObject(before) && isJsonObject(after)) {
      const added = fieldsThatDiffer(before, after).filter((field) => !next.fields.includes(field));
      next.fields = [...next.fields, ...added].slice(0, MOST_FIELDS);
    }
  }
  return next;
}

/** What a change's key begins with: the record that it changed. */
function itemOf(key: string): string {
  return key.slice(0, key.lastIndexOf('|'));
}

function nameOf(record: unknown, id: string): string {
  const name = isJsonObject(record) ? own(record, 'name') : undefined;
  return typeof name === 'string' && name !== '' ? name : id;
}

function stepKey({ tenantId, principalId }: StepOwner, number: string): string {
  return recordKey(tenantId, 'steps', encodeURIComponent(principalId), number);
}

function partKey({ tenantId, principalId }: StepOwner, number: number, part: number): string {
  return recordKey(tenantId, 'step_parts', encodeURIComponent(principalId), padded(number), padded(part));
}

/** So that they sort as numbers do. */
function padded(number: number): string {
  return String(number).padStart(12, '0');
}
