import { because, type Reason } from '../../shared/base/reasons.ts';
import { catalogKinds } from '../../shared/catalog/catalog.ts';
import { findFaults } from '../../shared/contract/parse.ts';
import type { HeldKind } from '../../shared/rpc/messages.ts';
import type { NamedItem } from './catalog-members.ts';

/** What is wrong with an item, by member. */
export function itemFaults(kind: HeldKind, item: NamedItem): ReadonlyMap<string, Reason> {
  const faults = new Map<string, Reason>();
  for (const { path, because: reason } of findFaults(catalogKinds[kind], item)) {
    const [, member = ''] = path.split('/');
    if (!faults.has(member)) faults.set(member, reason);
  }
  // The catalog's schema takes what headquarters has; of a person we want a name.
  if (item.name.trim() === '') faults.set('name', because('blank'));
  const { start_date: start, end_date: end } = item;
  if (kind === 'events' && typeof start === 'string' && typeof end === 'string' && end < start) {
    faults.set('end_date', because('end_before_start'));
  }
  return faults;
}
