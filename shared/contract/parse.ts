import type { z } from 'zod';

import { findJsonFault, toPointer, type Fault } from '../base/json.ts';
import { invalid } from './errors.ts';

/** A body that could not be read as JSON at all: it stands in the body's place, so that the checks before it come first. */
export class UnreadableBody {
  readonly reason: string;

  constructor(reason: string) {
    this.reason = reason;
  }
}

const nouns: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
};

/** Everything that is wrong with a value, in the user's words, each at its JSON Pointer below `base`. */
export function findFaults(schema: z.ZodType, value: unknown, base = ''): Fault[] {
  const result = schema.safeParse(value, { error: describe });
  if (result.success) return [];
  return result.error.issues.flatMap((issue) => {
    const path = base + toPointer(issue.path.map(String));
    if (issue.code !== 'unrecognized_keys') return [{ path, message: issue.message }];
    return issue.keys.map((name) => ({ path: path + toPointer([name]), message: 'is not known here' }));
  });
}

/**
 * The value as the schema has it. Throws `invalid` with every fault; first with what no JSON of ours may hold
 * (depth, half surrogate pairs, `__proto__`), because those would harm whoever looks further.
 */
export function parse<Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> {
  assertPlainJson(value);
  const faults = findFaults(schema, value);
  if (faults.length > 0) throw invalid(faults);
  // Not the parser's output: what was sent is what is stored, in the order of its members.
  return value as z.output<Schema>;
}

/** Throws `invalid` for a body that is missing or could not be read. */
export function requireBody(body: unknown): void {
  if (body instanceof UnreadableBody) throw invalid([{ path: '', message: body.reason }]);
  if (body === undefined) throw invalid([{ path: '', message: 'a JSON body is needed' }]);
}

/** Throws `invalid` for a value that is missing, unreadable, or holds what no JSON of ours may hold. */
export function assertPlainJson(value: unknown): void {
  requireBody(value);
  const fault = findJsonFault(value);
  if (fault !== undefined) throw invalid([fault]);
}

function describe(issue: z.core.$ZodRawIssue): string | undefined {
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined ? 'is required' : `must be ${nouns[issue.expected] ?? issue.expected}`;
    case 'invalid_value':
      return issue.input === undefined ? 'is required' : `must be one of ${issue.values.map(String).join(', ')}`;
    case 'too_small':
      return issue.origin === 'string' ? 'must not be empty' : undefined;
    default:
      return undefined;
  }
}
