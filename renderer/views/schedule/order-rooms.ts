import type { CatalogItem } from '../../../shared/catalog/catalog.ts';

// Of no language: the rooms stand in the same order on every laptop.
const byNumbers = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });

/** Rooms as people expect to meet them: in the order that headquarters gives them, if it does, else by name, "Room 9" before "Room 10". */
export function orderRooms(rooms: Iterable<CatalogItem<'rooms'>>): CatalogItem<'rooms'>[] {
  return [...rooms].sort(
    (a, b) => placeOf(a) - placeOf(b) || byNumbers.compare(a.name, b.name) || (a.id < b.id ? -1 : 1),
  );
}

function placeOf(room: CatalogItem<'rooms'>): number {
  const order = room['display_order'];
  return typeof order === 'number' && Number.isFinite(order) ? order : Number.MAX_VALUE;
}
