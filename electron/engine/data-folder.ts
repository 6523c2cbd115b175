import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';

import { toTimestamp } from '../../shared/base/clock.ts';

/** Where everything of a data folder lies. */
export interface DataFolder {
  path: string;
  lockFile: string;
  /** The one SQLite file. */
  database: string;
  /** A copy on its way to take the database's place, and one that is whole: from then on it does (`finishRestore`). */
  restoring: string;
  restored: string;
  /** Stands there once the database was found damaged, until one that is sound stands in its place. */
  damageMark: string;
  backups: string;
  /** Files of everything on their way in or out: of none of them more is known after a restart. */
  transfers: string;
}

export function dataFolder(dataDir: string): DataFolder {
  const path = resolve(dataDir);
  const database = join(path, 'offstage.sqlite');
  return {
    path,
    lockFile: join(path, 'offstage.lock'),
    database,
    restoring: `${database}.restoring`,
    restored: `${database}.restored`,
    damageMark: join(path, 'offstage.damaged'),
    backups: join(path, 'backups'),
    transfers: join(path, 'transfers'),
  };
}

/** What SQLite puts beside a database, and the database itself, which comes last. */
const DATABASE_FILES = ['-shm', '-wal', ''];

/**
 * Lets a restored copy that is ready take the database's place; the one before is kept among the backups. Answers where; undefined where
 * nothing is ready, or nothing was there before. Cut short anywhere, it is simply done again: a log moves before its database, so that neither is ever
 * without what belongs to it, and the copy last.
 */
export function finishRestore(folder: DataFolder): string | undefined {
  if (!existsSync(folder.restored)) return undefined;
  mkdirSync(folder.backups, { recursive: true });
  // The same name however often this is begun.
  const kept = join(folder.backups, `replaced-${fileStamp(statSync(folder.restored).mtimeMs)}.sqlite`);
  const standing = DATABASE_FILES.filter((suffix) => existsSync(folder.database + suffix));
  for (const suffix of standing) renameSync(folder.database + suffix, kept + suffix);
  rmSync(folder.damageMark, { force: true });
  renameSync(folder.restored, folder.database);
  return existsSync(kept) ? kept : undefined;
}

/** Removes a copy that was on its way to take the database's place, and is not to. */
export function removeRestoring(folder: DataFolder): void {
  for (const suffix of [...DATABASE_FILES, '-journal']) rmSync(folder.restoring + suffix, { force: true });
}

/** Removes what was left of a restore, a copy or a transfer that was cut short. Nobody else may have the folder open. */
export function removeUnfinished(folder: DataFolder): void {
  removeRestoring(folder);
  rmSync(folder.transfers, { recursive: true, force: true });
  if (!existsSync(folder.backups)) return;
  for (const name of readdirSync(folder.backups)) {
    // What SQLite puts beside a copy in order to read it holds nothing; beside data that were replaced it may hold the newest of them.
    const isUnfinished = /\.part(-journal)?$/.test(name) || /^offstage-.*\.sqlite-(wal|shm)$/.test(name);
    if (isUnfinished) rmSync(join(folder.backups, name), { force: true });
  }
}

/** A time as a part of a file's name, on every system: `2026-02-01T09-30-00-000Z`. */
export function fileStamp(timeMs: number): string {
  return toTimestamp(timeMs).replaceAll(/[:.]/g, '-');
}
