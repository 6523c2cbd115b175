import { faultAt } from '../base/json.ts';
import { because } from '../base/reasons.ts';
import { invalid } from '../contract/errors.ts';
import type { SessionFields } from '../contract/session.ts';

/** Cuts a session down to the fields that a call named. */
export type Projection = (session: SessionFields) => SessionFields;

const whole: Projection = (session) => session;

/**
 * The projection of `fields` or `fieldsToReturn`: comma separated, spaces allowed, unknown names ignored. Throws `invalid` for
 * what is no text, such as a parameter that is given twice.
 */
export function parseProjection(parameter: 'fields' | 'fieldsToReturn', fields: unknown): Projection {
  if (fields === undefined || fields === '') return whole;
  if (typeof fields !== 'string') throw invalid([faultAt(`/${parameter}`, because('not_once_text'))]);
  const names = new Set(fields.split(',').map((name) => name.trim()));
  return (session) => Object.fromEntries(Object.entries(session).filter(([name]) => names.has(name)));
}

/** Checks `consistentRead`: every read here is consistent, so its value changes nothing. */
export function checkConsistentRead(value: unknown): void {
  if (value === undefined || value === 'true' || value === 'false') return;
  throw invalid([faultAt('/consistentRead', because('not_boolean'))]);
}
