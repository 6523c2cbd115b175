import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';

import { isJsonObject, jsonEqual, type JsonObject } from '../base/json.ts';
import type { ImportDigests } from '../store/records.ts';

/** A record after an import: its fields (the very record where nothing changes), and the digests by which the next import sees what the file changed. */
export interface MergedImport {
  fields: JsonObject;
  digests: ImportDigests;
}

/**
 * Takes a schedule file's fields over into a record, three ways: what the file says as it did at the last import leaves the
 * record's own value alone, so an edit made here survives; what the file changed, or no longer says, is taken over. A record that no
 * import made only gains what it lacks. Custom field values count one by one, for not all of them are the file's.
 *
 * Laws: importing the same file again changes nothing; fields that the file never named stay as they are.
 */
export function mergeImport(
  stored: JsonObject | undefined,
  incoming: JsonObject,
  known: ImportDigests | undefined,
): MergedImport {
  const file = flatten(incoming);
  const digests = Object.fromEntries([...file].map(([name, value]) => [name, digest(value)]));
  if (stored === undefined) return { fields: incoming, digests };

  const merged = flatten(stored);
  let changed = false;
  for (const [name, value] of file) {
    const keeps = known === undefined ? merged.has(name) : known[name] === digests[name];
    if (keeps || jsonEqual(merged.get(name), value)) continue;
    merged.set(name, value);
    changed = true;
  }
  for (const name of Object.keys(known ?? {})) if (!file.has(name) && merged.delete(name)) changed = true;
  return { fields: changed ? unflatten(merged) : stored, digests };
}

const VALUES = 'custom_field_values';

/** The fields by name, each custom field value under its own. */
function flatten(fields: JsonObject): Map<string, unknown> {
  const flat = new Map<string, unknown>();
  for (const [name, value] of Object.entries(fields)) {
    if (name === VALUES && Array.isArray(value)) {
      for (const item of value as unknown[]) {
        if (isJsonObject(item)) flat.set(`${VALUES}/${String(item['custom_field_id'])}`, item);
      }
    } else if (value !== undefined) flat.set(name, value);
  }
  return flat;
}

function unflatten(flat: Map<string, unknown>): JsonObject {
  const fields: JsonObject = {};
  const values: unknown[] = [];
  for (const [name, value] of flat) {
    if (name.startsWith(`${VALUES}/`)) values.push(value);
    else fields[name] = value;
  }
  if (values.length > 0) fields[VALUES] = values;
  return fields;
}

/** Sixteen hex digits: enough to see that a value changed. */
function digest(value: unknown): string {
  return bytesToHex(sha256(utf8ToBytes(JSON.stringify(value)))).slice(0, 16);
}
