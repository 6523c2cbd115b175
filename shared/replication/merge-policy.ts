import { isServerOwned } from '../contract/session.ts';

/**
 * How a value merges that both sides changed, each in its own way:
 * - `value`: not at all, it is a conflict
 * - `members`: an object, member by member
 * - `elements`: a list, element by element, each known by its member `key`, or by itself where `key` is absent
 *
 * Three ask for no change: with `equal` every difference is a conflict, and `mine` or `theirs` stands whatever the other side says.
 */
export type MergePolicy = { kind: 'mine' | 'theirs' | 'value' | 'equal' } | PartedPolicy;

/** The policies of what merges by its parts: `of` tells how the part of that name or key merges. */
export type PartedPolicy =
  | { kind: 'members'; of: (name: string) => MergePolicy }
  | { kind: 'elements'; key?: string; of: (id: string) => MergePolicy };

export function hasParts(policy: MergePolicy): policy is PartedPolicy {
  return 'of' in policy;
}

/** How each field merges (sync.md, "Merge and conflicts"). */
export function policyOf(field: string): MergePolicy {
  return policies.get(field) ?? (isServerOwned(field) ? theirs : value);
}

/** How each field merges where both sides hold a session and nothing is known of what it was before. */
export function policyWithoutBase(field: string): MergePolicy {
  const policy = policyOf(field);
  if (policy === mine || policy === theirs) return policy;
  // Ours goes along with every create, also where the session here has none (sync.md, "Identity").
  return field === 'sys_external_id' ? value : equal;
}

/** Fields that make sense only with each other: they merge, and conflict, as one value, known by the first field's name. */
export const fieldsTogether: readonly (readonly [string, ...string[]])[] = [
  ['start_date', 'end_date'],
  ['enable_capacity', 'capacity_options'],
];

const mine: MergePolicy = { kind: 'mine' };
const theirs: MergePolicy = { kind: 'theirs' };
const value: MergePolicy = { kind: 'value' };
const equal: MergePolicy = { kind: 'equal' };
const members: MergePolicy = { kind: 'members', of: () => value };

const policies: ReadonlyMap<string, MergePolicy> = new Map<string, MergePolicy>([
  // A session may have another id at headquarters; the one that it was shown by here never changes.
  ['id', mine],
  ['track_ids', { kind: 'elements', of: () => value }],
  ['room_ids', { kind: 'elements', of: () => value }],
  ['speakers', { kind: 'elements', key: 'contact_id', of: () => members }],
  ['custom_field_values', { kind: 'elements', key: 'custom_field_id', of: () => members }],
  ['registration_question_options', members],
]);
