import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';

import { because } from '../../shared/base/reasons.ts';
import { ContractError } from '../../shared/contract/errors.ts';
import type { KeptCopy } from '../../shared/rpc/messages.ts';
import { readCopy, type CopyReader } from '../storage-sqlite/read-copy.ts';
import type { DataFolder } from './data-folder.ts';

/** A file among the copies, without what is in it. */
export type KeptFile = Omit<KeptCopy, 'sessions' | 'waiting'>;

const NAME = /^(offstage|replaced)-(\d{4}-\d{2}-\d{2})T(\d{2})-(\d{2})-(\d{2})-(\d{3})Z\.sqlite$/;

/** Copies, and what stood here until one of them took its place; newest first. The folder need not be open. */
export function listKeptFiles(folder: DataFolder): KeptFile[] {
  if (!existsSync(folder.backups)) return [];
  return readdirSync(folder.backups)
    .flatMap((name) => toKeptFile(folder, name) ?? [])
    .toSorted((a, b) => (a.at < b.at ? 1 : -1));
}

/** The file of a copy. Throws `not_found` for what is none: an id is a name in one folder, and leads nowhere else. */
export function keptPath(folder: DataFolder, id: string): string {
  if (!listKeptFiles(folder).some((kept) => kept.id === id)) {
    throw new ContractError('not_found', because('no_backup'));
  }
  return join(folder.backups, id);
}

/** The same list with what is in each: a file is looked into once, for it never changes. */
export function createKeptCopies(folder: DataFolder): () => Promise<KeptCopy[]> {
  const looked = new Map<string, Pick<KeptCopy, 'sessions' | 'waiting'>>();
  return async () => {
    const copies: KeptCopy[] = [];
    for (const file of listKeptFiles(folder)) {
      const known = looked.get(file.id) ?? look(join(folder.backups, file.id));
      if (!looked.has(file.id)) await nextTurn();
      looked.set(file.id, known);
      copies.push({ ...file, ...known });
    }
    return copies;
  };
}

function look(path: string): Pick<KeptCopy, 'sessions' | 'waiting'> {
  try {
    return readCopy(path, (reader) => ({
      sessions: reader.count('sessions'),
      waiting: waitingIn(reader).length,
    }));
  } catch {
    // A file that cannot be read is listed without: whoever wants to restore it hears why it cannot be used.
    return {};
  }
}

/** Records of sessions of which something waits to be sent, deleted ones too. */
export function waitingIn(reader: CopyReader): { key: string }[] {
  const unsettled = reader.documents('sessions', 'unsettled', 1) as { key: string; sync?: { dirty?: boolean } }[];
  return unsettled.filter(({ sync }) => sync?.dirty === true);
}

function toKeptFile(folder: DataFolder, name: string): KeptFile | undefined {
  const [, beginning, date, hour, minute, second, ms] = NAME.exec(name) ?? [];
  if (beginning === undefined) return undefined;
  return {
    id: name,
    at: `${date}T${hour}:${minute}:${second}.${ms}Z`,
    sizeBytes: statSync(join(folder.backups, name)).size,
    kind: beginning === 'replaced' ? 'replaced' : 'copy',
  };
}
