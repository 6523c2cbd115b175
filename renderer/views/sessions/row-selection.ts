/** Which rows are selected, and from where a range goes on: pure, so that mouse and keys do the same. */
export interface Selection {
  readonly ids: ReadonlySet<string>;
  /** Where a range begins. */
  readonly anchor: string | undefined;
}

export const nothingSelected: Selection = { ids: new Set(), anchor: undefined };

/** One row, and no other. */
export function only(id: string): Selection {
  return { ids: new Set([id]), anchor: id };
}

/** One row more, or less. */
export function toggled({ ids }: Selection, id: string): Selection {
  const next = new Set(ids);
  if (!next.delete(id)) next.add(id);
  return { ids: next, anchor: id };
}

/** All from the anchor to this row, as they are shown; with `isFurther`, beside what is selected already. */
export function extended(
  { ids, anchor }: Selection,
  id: string,
  shown: readonly string[],
  isFurther = false,
): Selection {
  const from = anchor === undefined ? -1 : shown.indexOf(anchor);
  const to = shown.indexOf(id);
  if (from === -1 || to === -1) return only(id);
  const range = shown.slice(Math.min(from, to), Math.max(from, to) + 1);
  return { ids: new Set(isFurther ? [...ids, ...range] : range), anchor };
}

export function all(shown: readonly string[], { anchor }: Selection): Selection {
  return { ids: new Set(shown), anchor: anchor ?? shown[0] };
}

/** What of the selection is still there. */
export function within({ ids, anchor }: Selection, isThere: (id: string) => boolean): Selection {
  const left = [...ids].filter(isThere);
  if (left.length === ids.size) return { ids, anchor };
  return { ids: new Set(left), anchor: anchor !== undefined && isThere(anchor) ? anchor : undefined };
}
