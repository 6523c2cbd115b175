import { catalogKinds } from '../../shared/catalog/catalog.ts';
import { findFaults } from '../../shared/contract/parse.ts';
import type { HeldKind } from '../../shared/rpc/messages.ts';
import type { NamedItem } from './catalog-members.ts';

/** What is wrong with an item, by member, in the words of the rules. */
export function itemFaults(kind: HeldKind, item: NamedItem): ReadonlyMap<string, string> {
  const faults = new Map<string, string>();
  for (const { path, message } of findFaults(catalogKinds[kind], item)) {
    const [, member = ''] = path.split('/');
    if (!faults.has(member)) faults.set(member, message);
  }
  // The catalog's schema takes what headquarters has; of a person we want a name.
  if (item.name.trim() === '') faults.set('name', 'must not be blank');
  const { start_date: start, end_date: end } = item;
  if (kind === 'events' && typeof start === 'string' && typeof end === 'string' && end < start) {
    faults.set('end_date', 'must not be before start_date');
  }
  return faults;
}
