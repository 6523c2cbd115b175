/** What a key may do: `viewer` reads, `editor` also writes, `admin` also unlocks and manages the catalog. */
export const roles = ['viewer', 'editor', 'admin'] as const;

export type Role = (typeof roles)[number];

/** Who calls: the id stands in `sys_created_by_id` and in history. */
export interface Principal {
  id: string;
  role: Role;
  /** The replica that the call comes from, if it says so. */
  replicaId?: string;
}

/** Nobody: a call without a key, or with one that is not known. Public operations answer it. */
export type Caller = Principal | undefined;

export function mayActAs(role: Role, needed: Role): boolean {
  return roles.indexOf(role) >= roles.indexOf(needed);
}
