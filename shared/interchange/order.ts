/** Orders texts by their code units: the same on every machine, whatever its language. */
export function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** Orders items by their ids. */
export function byId(a: { id: string }, b: { id: string }): number {
  return compareText(a.id, b.id);
}
