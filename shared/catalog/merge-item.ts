import { jsonEqual, own, type JsonObject } from '../base/json.ts';

/**
 * Merges two edits of one item of the catalog, member by member, against their common base. A member that only one side changed keeps that
 * change; where both did, theirs stands, and its name is told: nobody's edit goes unsaid.
 *
 * @param base undefined where both sides made the item
 */
export function mergeItem<Item extends JsonObject>(
  base: JsonObject | undefined,
  mine: Item,
  theirs: Item,
): { item: Item; overruled: string[] } {
  const item: JsonObject = {};
  const overruled: string[] = [];
  for (const name of new Set([...Object.keys(theirs), ...Object.keys(mine)])) {
    const [before, ours, their] = [own(base ?? {}, name), own(mine, name), own(theirs, name)];
    const isMine = jsonEqual(their, before);
    if (!isMine && !jsonEqual(ours, before) && !jsonEqual(ours, their)) overruled.push(name);
    const value = isMine ? ours : their;
    if (value !== undefined)
      Object.defineProperty(item, name, { value, enumerable: true, configurable: true, writable: true });
  }
  // Of members that either side has as its schema wants them.
  return { item: item as Item, overruled };
}
