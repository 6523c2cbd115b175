/** A copy of the whole database as it was at one moment. */
export interface Backup {
  /** Its file's name, such as `offstage-2026-02-01T09-30-00-000Z.sqlite`. */
  id: string;
  /** When it was made, ISO-8601 in UTC. */
  at: string;
  sizeBytes: number;
}

/**
 * The copies of a data folder, in its `backups`: one at each start and after each hour of use in which something was written. The last 24 are
 * kept, and the newest of each of the last 7 days.
 */
export interface Backups {
  /** Newest first. */
  list(): Backup[];
  /** Makes a copy now, in small pieces: other work goes on. Throws `storage_full`. */
  make(onProgress?: (done: number, total: number) => void): Promise<Backup>;
  /** Writes everything into one file elsewhere, which must not exist yet. Throws `storage_full`, and `invalid` for a path that cannot be written. */
  exportTo(path: string, onProgress?: (done: number, total: number) => void): Promise<Backup>;
}
