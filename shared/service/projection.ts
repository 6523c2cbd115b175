import { invalid } from '../contract/errors.ts';
import type { SessionFields } from '../contract/session.ts';

/** Cuts a session down to the fields that a call named. */
export type Projection = (session: SessionFields) => SessionFields;

const whole: Projection = (session) => session;

/** The projection of `fields` or `fieldsToReturn`: comma separated, spaces allowed, unknown names ignored. */
export function parseProjection(fields: string | undefined): Projection {
  if (fields === undefined || fields === '') return whole;
  const names = new Set(fields.split(',').map((name) => name.trim()));
  return (session) => Object.fromEntries(Object.entries(session).filter(([name]) => names.has(name)));
}

/** Checks `consistentRead`: every read here is consistent, so its value changes nothing. */
export function checkConsistentRead(value: string | undefined): void {
  if (value === undefined || value === 'true' || value === 'false') return;
  throw invalid([{ path: '/consistentRead', message: 'must be true or false' }]);
}
