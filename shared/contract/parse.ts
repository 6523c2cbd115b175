import type { z } from 'zod';

import { faultAt, findJsonFault, isJsonObject, own, toPointer, type Fault } from '../base/json.ts';
import { because, reasonTexts, type Reason, type ReasonCode } from '../base/reasons.ts';
import { invalid } from './errors.ts';

/** A body that could not be read as JSON at all: it stands in the body's place, so that the checks before it come first. */
export class UnreadableBody {
  readonly because: Reason;

  constructor(reason: Reason) {
    this.because = reason;
  }
}

const wrongTypes: Readonly<Record<string, Reason>> = {
  string: because('not_text'),
  number: because('not_number'),
  boolean: because('not_boolean'),
  array: because('not_list'),
  object: because('not_object'),
  record: because('not_object'),
};

/** Everything that is wrong with a value, each at its JSON Pointer below `base`. */
export function findFaults(schema: z.ZodType, value: unknown, base = ''): Fault[] {
  const result = schema.safeParse(value, { reportInput: true });
  return result.success ? [] : faultsOfIssues(result.error.issues, base);
}

/** What a schema found wrong, as faults. */
function faultsOfIssues(issues: readonly z.core.$ZodIssue[], base = ''): Fault[] {
  return issues.flatMap((issue) => {
    const path = base + toPointer(issue.path.map(String));
    if (issue.code === 'invalid_union' && issue.errors.length > 0) return nearestFaults(issue.errors, path);
    if (issue.code !== 'unrecognized_keys') return [faultAt(path, reasonOfIssue(issue))];
    return issue.keys.map((name) => faultAt(path + toPointer([name]), because('not_known')));
  });
}

/** Of a value that is none of several things, what is wrong with it as the one that it comes closest to: whose faults lie deepest within it. */
function nearestFaults(alternatives: readonly (readonly z.core.$ZodIssue[])[], path: string): Fault[] {
  const faults = alternatives.map((issues) => faultsOfIssues(issues, path));
  return faults.reduce((nearest, some) => (depthOf(some) > depthOf(nearest) ? some : nearest));
}

function depthOf(faults: readonly Fault[]): number {
  return faults.reduce((deepest, { path }) => Math.max(deepest, path.split('/').length), 0);
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
  if (body instanceof UnreadableBody) throw invalid([faultAt('', body.because)]);
  if (body === undefined) throw invalid([faultAt('', because('body_needed'))]);
}

/** Throws `invalid` for a value that is missing, unreadable, or holds what no JSON of ours may hold. */
export function assertPlainJson(value: unknown): void {
  requireBody(value);
  const fault = findJsonFault(value);
  if (fault !== undefined) throw invalid([fault]);
}

function reasonOfIssue(issue: z.core.$ZodIssue): Reason {
  const code = ownTexts.get(issue.message);
  // A schema's own word for it comes first.
  if (code !== undefined) return { code };
  switch (issue.code) {
    case 'invalid_type':
      if (issue.input === undefined) return because('required');
      return wrongTypes[issue.expected] ?? because('not_of_type', { type: issue.expected });
    case 'invalid_value':
      if (issue.input === undefined) return because('required');
      return because('not_one_of', { choices: issue.values.map(String).join(', ') });
    case 'invalid_union': {
      // None of the alternatives has what this value has in the member that tells them apart.
      const { discriminator = '', input } = issue;
      if (isJsonObject(input) && own(input, discriminator) === undefined) return because('required');
      const options = 'options' in issue ? (issue.options ?? []) : [];
      return because('not_one_of', { choices: options.map(String).join(', ') });
    }
    case 'too_small':
      return issue.origin === 'string' ? because('empty') : because('not_valid', { text: issue.message });
    default:
      return because('not_valid', { text: issue.message });
  }
}

/** The codes of the texts that schemas give for what only they know. */
const ownTexts: ReadonlyMap<string, ReasonCode> = new Map(
  (Object.keys(reasonTexts) as ReasonCode[])
    .filter((code) => !reasonTexts[code].includes('{'))
    .map((code) => [reasonTexts[code], code]),
);
