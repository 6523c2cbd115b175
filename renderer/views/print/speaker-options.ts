import type { CatalogItem } from '../../../shared/catalog/catalog.ts';
import type { SessionSummary } from '../../../shared/rpc/session-summary.ts';
import type { Option } from '../../components/ui/filter-options.ts';

/** Everybody who speaks in one of the sessions and whom the catalog knows, by name. */
export function speakerOptions(
  sessions: Iterable<SessionSummary>,
  contacts: ReadonlyMap<string, CatalogItem<'contacts'>>,
): Option[] {
  const ids = new Set<string>();
  for (const { speakers = [] } of sessions) for (const { contact_id: id } of speakers) ids.add(id);
  const byName = new Intl.Collator('en', { sensitivity: 'base', numeric: true });
  return [...ids]
    .flatMap((id) => contacts.get(id) ?? [])
    .map(({ id, name }) => ({ value: id, label: name }))
    .sort((a, b) => byName.compare(a.label, b.label));
}
