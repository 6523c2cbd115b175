import { parseInstant } from '../base/date-time.ts';
import { faultAt, isJsonObject, jsonEqual, own, toPointer, type Fault, type JsonObject } from '../base/json.ts';
import { because } from '../base/reasons.ts';
import { invalid } from './errors.ts';
import { findFaults } from './parse.ts';
import { fieldSchemas, isServerOwned } from './session.ts';

/** What a PUT has to carry of a stored session must not be larger, as JSON in UTF-8: a body could not carry it back. */
export const MAX_SESSION_BYTES = 1024 * 1024;

/**
 * Refuses a session that breaks a rule of its own (400), listing every fault. Only what this write changes is held
 * against it: a record of headquarters' that holds a null, or names its capacity otherwise, can still be edited in all else.
 *
 * @param next the session as it would be stored, or a request's body for a new one
 * @param stored the session as it is, if it is
 * @param more what else the operation finds wrong, listed with the rest
 * @param unknown whether fields that are not known here are a fault: in what a replica sends on they are headquarters'
 */
export function requireValidSession(
  next: JsonObject,
  stored?: JsonObject,
  more: readonly Fault[] = [],
  unknown: 'refused' | 'kept' = 'refused',
): void {
  const faults = [...more, ...findSessionFaults(next, stored, unknown)];
  if (faults.length > 0) throw invalid(faults);
}

export function findSessionFaults(
  next: JsonObject,
  stored: JsonObject | undefined,
  unknown: 'refused' | 'kept' = 'refused',
): Fault[] {
  const changed = (name: string): boolean => stored === undefined || !jsonEqual(own(next, name), own(stored, name));
  const faults: Fault[] = [];

  for (const [name, schema] of Object.entries(fieldSchemas)) {
    if (!changed(name)) continue;
    const value = own(next, name);
    // The two options objects are required on the page, and `{}` where a request leaves them out; a new id is ours to make.
    if (value === undefined && madeHere.has(name)) continue;
    faults.push(...findFaults(schema, value, toPointer([name])));
  }
  for (const name of Object.keys(next)) {
    const known = Object.hasOwn(fieldSchemas, name) || isServerOwned(name);
    if (!known && unknown === 'refused' && (stored === undefined || !Object.hasOwn(stored, name))) {
      faults.push(faultAt(toPointer([name]), because('not_a_field')));
    }
  }
  for (const [name, key] of keyedLists) if (changed(name)) faults.push(...findRepeats(name, own(next, name), key));
  if (changed('start_date') || changed('end_date')) faults.push(...findDateFault(next));
  if (changed('enable_capacity') || changed('capacity_options')) faults.push(...findCapacityFault(next));
  return faults;
}

const madeHere: ReadonlySet<string> = new Set(['id', 'capacity_options', 'registration_question_options']);

/** The lists in which no id may stand twice, and where their items carry it. */
const keyedLists: readonly (readonly [field: string, key: string | undefined])[] = [
  ['track_ids', undefined],
  ['room_ids', undefined],
  ['speakers', 'contact_id'],
  ['custom_field_values', 'custom_field_id'],
];

function findRepeats(field: string, list: unknown, key: string | undefined): Fault[] {
  if (!Array.isArray(list)) return [];
  const seen = new Set<unknown>();
  return list.flatMap((item: unknown, at) => {
    const id = key === undefined ? item : isJsonObject(item) ? own(item, key) : undefined;
    if (typeof id !== 'string') return [];
    if (!seen.has(id)) {
      seen.add(id);
      return [];
    }
    return [faultAt(toPointer([field, at]), because('twice'))];
  });
}

function findDateFault(next: JsonObject): Fault[] {
  const start = instantOf(own(next, 'start_date'));
  const end = instantOf(own(next, 'end_date'));
  if (start === undefined || end === undefined || end >= start) return [];
  return [faultAt('/end_date', because('end_before_start'))];
}

function instantOf(date: unknown): number | undefined {
  return typeof date === 'string' ? parseInstant(date) : undefined;
}

function findCapacityFault(next: JsonObject): Fault[] {
  if (own(next, 'enable_capacity') !== true) return [];
  const options = own(next, 'capacity_options');
  const capacity = isJsonObject(options) ? own(options, 'capacity') : undefined;
  if (Number.isInteger(capacity) && (capacity as number) >= 0) return [];
  return [faultAt('/capacity_options/capacity', because('places'))];
}
