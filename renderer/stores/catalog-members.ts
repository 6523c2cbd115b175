import type { HeldKind } from '../../shared/rpc/messages.ts';

/** An item of the catalog, with members that we do not know. */
export interface NamedItem {
  readonly id: string;
  readonly name: string;
  readonly [member: string]: unknown;
}

/** The kinds that have a list of their own here; abstracts have a screen. */
export const listedKinds = [
  'contacts',
  'rooms',
  'tracks',
  'session_types',
  'speaker_types',
  'custom_fields',
] as const satisfies readonly HeldKind[];

export type ListedKind = (typeof listedKinds)[number];

/** How a member is edited. */
export type MemberForm = 'text' | 'email' | 'number' | 'color' | 'yesNo' | 'fieldType' | 'date' | 'zone';

export interface Member {
  readonly name: string;
  readonly form: MemberForm;
  readonly isRequired?: true;
}

const NAME: Member = { name: 'name', form: 'text', isRequired: true };

/** What is known of each kind's items, in the order of the form. */
export const membersOf: Readonly<Record<ListedKind | 'events', readonly Member[]>> = {
  contacts: [
    NAME,
    { name: 'first_name', form: 'text' },
    { name: 'last_name', form: 'text' },
    { name: 'job_title', form: 'text' },
    { name: 'organization', form: 'text' },
    { name: 'email_address', form: 'email' },
  ],
  rooms: [NAME, { name: 'capacity', form: 'number' }],
  tracks: [NAME, { name: 'color', form: 'color' }],
  session_types: [NAME],
  speaker_types: [NAME],
  custom_fields: [NAME, { name: 'type', form: 'fieldType' }, { name: 'public', form: 'yesNo' }],
  events: [
    NAME,
    { name: 'start_date', form: 'date' },
    { name: 'end_date', form: 'date' },
    { name: 'time_zone', form: 'zone' },
  ],
};

/** What the types of custom fields are called. */
export const fieldTypes = ['text', 'number', 'boolean', 'list', 'table', 'file'] as const;

/**
 * The item with a member set, or taken away where the value is empty; members that are not known stay. An item that is named is a placeholder no more,
 * and a person whose name was made of first and last name keeps it so.
 */
export function withMember(item: NamedItem, member: string, value: unknown): NamedItem {
  const next: Record<string, unknown> = { ...item };
  const given = typeof value === 'string' ? value.trim() : value;
  if (member === 'name') {
    next['name'] = typeof given === 'string' ? given : '';
    delete next['placeholder'];
  } else if (given === undefined || given === '') delete next[member];
  else next[member] = given;
  const isPartOfName = member === 'first_name' || member === 'last_name';
  if (isPartOfName && joined(item) !== '' && item.name === joined(item) && joined(next) !== '') {
    next['name'] = joined(next);
  }
  return next as NamedItem;
}

function joined({ first_name: first, last_name: last }: Readonly<Record<string, unknown>>): string {
  return [first, last].filter((part) => typeof part === 'string' && part !== '').join(' ');
}

/** The members that have no field of their own, in words as they stand. */
export function otherMembers(kind: ListedKind | 'events', item: NamedItem): [name: string, value: string][] {
  const known = new Set(['id', 'placeholder', ...membersOf[kind].map(({ name }) => name)]);
  return Object.entries(item)
    .filter(([name, value]) => !known.has(name) && value !== undefined && value !== null && value !== '')
    .map(([name, value]) => [name, typeof value === 'string' ? value : JSON.stringify(value)]);
}
