import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';

import { parseInstant } from '../base/date-time.ts';
import { isJsonObject, own, type JsonObject } from '../base/json.ts';
import { ownFieldNames } from '../contract/session.ts';

/**
 * A digest of what a session says: of two that agree in every field of the contract it is the same. Dates count by instant, text
 * without space around it, and what is empty as what is missing: a server may rewrite so much of what it is sent. The external id does not
 * count, for a server may drop it.
 */
export function digestOf(session: JsonObject): string {
  const fields = ownFieldNames.filter((name) => name !== 'sys_external_id').toSorted();
  const text = JSON.stringify(
    fields.map((name) => [name, plain(own(session, name))]).filter(([, value]) => value !== null),
  );
  return bytesToHex(sha256(utf8ToBytes(text))).slice(0, 32);
}

/** How many fields of the contract a session says something in; its external id does not count. */
export function saidFields(session: JsonObject): string[] {
  return ownFieldNames.filter((name) => name !== 'sys_external_id' && plain(own(session, name)) !== null);
}

/**
 * Whether headquarters' session agrees with one that was sent in every field that this said something in: a server may give values of its own to the
 * others, and keep a list in an order of its own.
 */
export function agreesWithSent(sent: JsonObject, remote: JsonObject): boolean {
  return saidFields(sent).every((name) => {
    const [ours, theirs] = [own(sent, name), own(remote, name)];
    if (!Array.isArray(ours) || !Array.isArray(theirs)) return meansTheSame(ours, theirs);
    const inOrder = (list: unknown[]): string[] => list.map((item) => JSON.stringify(plain(item))).toSorted();
    return inOrder(ours).join() === inOrder(theirs).join();
  });
}

/** Whether two sessions agree in every field. */
export function agree(a: JsonObject, b: JsonObject): boolean {
  return digestOf(a) === digestOf(b);
}

/** Whether two values mean the same, as a digest takes them. */
export function meansTheSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(plain(a)) === JSON.stringify(plain(b));
}

/** The value in the one form that all values take that mean the same; null where it is empty. */
function plain(value: unknown): unknown {
  if (typeof value === 'string') {
    const text = value.trim();
    return text === '' ? null : (parseInstant(text) ?? text);
  }
  if (Array.isArray(value)) return value.length === 0 ? null : value.map(plain);
  if (isJsonObject(value)) {
    const members = Object.entries(value)
      .map(([name, member]): [string, unknown] => [name, plain(member)])
      .filter(([, member]) => member !== null)
      .toSorted(([a], [b]) => (a < b ? -1 : 1));
    return members.length === 0 ? null : members;
  }
  return value ?? null;
}
