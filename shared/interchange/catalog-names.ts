/** Names of catalog items by their ids. */
export type Names = ReadonlyMap<string, string>;

export function namesOf(items: readonly { id: string; name: string }[] | undefined): Names {
  return new Map((items ?? []).map(({ id, name }) => [id, name]));
}

/** The name of an item; one that the catalog lacks goes by its id. */
export function nameIn(names: Names, id: string): string {
  return names.get(id) ?? id;
}
