import { v7 as uuidv7 } from 'uuid';
import { computed } from 'vue';

import { OWN_ID_PREFIX } from '../../../shared/base/ids.ts';
import type { CatalogItem } from '../../../shared/catalog/catalog.ts';
import type { HeldKind } from '../../../shared/rpc/messages.ts';
import type { Option } from '../../components/ui/filter-options.ts';
import { useHost } from '../../host/bridge-key.ts';
import { useEdit } from '../../stores/edit.ts';
import { useEvent } from '../../stores/event.ts';

/** The items of a catalog's kind, to choose from, to add to, and to name. */
export function useCatalogOptions(kind: HeldKind) {
  const { bridge } = useHost();
  const event = useEvent();
  const edit = useEdit();

  const items = computed(() => event.catalog[kind] as ReadonlyMap<string, CatalogItem>);
  const options = computed<Option[]>(() => {
    const { event: current } = event;
    return Array.from(items.value.values(), (item) => item as CatalogItem & { name: string })
      .filter((item) => kind !== 'abstracts' || (item as Partial<CatalogItem<'abstracts'>>).event_id === current?.id)
      .map((item) => ({ value: item.id, label: item.name, hint: hintOf(item) }))
      .sort((a, b) => (a.label < b.label ? -1 : a.label > b.label ? 1 : 0));
  });

  async function put(item: { id: string; name: string }): Promise<void> {
    const { tenantId } = event;
    await edit.perform(async () => await bridge.catalog.put({ tenantId, kind, items: [item] }));
  }

  return {
    items,
    options,
    nameOf: (id: string): string => (items.value.get(id) as { name?: string } | undefined)?.name ?? id,
    /** Whether only the id is known: an item that came with a session, and no one has named. */
    isUnnamed(id: string): boolean {
      const item = items.value.get(id);
      return item === undefined || (item as { placeholder?: unknown }).placeholder === true;
    },
    /** Adds an item; answers its id. */
    async add(name: string): Promise<string> {
      const id = OWN_ID_PREFIX + uuidv7();
      await put({ id, name });
      return id;
    },
    /** Names an item that is known by its id alone. */
    async name(id: string, name: string): Promise<void> {
      const { placeholder: _, ...item } = (items.value.get(id) ?? { id }) as { id: string; placeholder?: unknown };
      await put({ ...item, name });
    },
  };
}

/** What tells an item from others of its name. */
function hintOf(item: Readonly<Record<string, unknown>>): string | undefined {
  const { capacity, organization, job_title: job, email_address: email } = item;
  if (typeof capacity === 'number') return String(capacity);
  const words = [job, organization, email].filter((word) => typeof word === 'string' && word !== '');
  return words.length === 0 ? undefined : words.slice(0, 2).join(', ');
}
