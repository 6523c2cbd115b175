import type { RestorePreview } from '../../shared/rpc/messages.ts';
import { readCopy } from '../storage-sqlite/read-copy.ts';
import { StorageError } from '../storage-sqlite/storage-error.ts';
import { waitingIn } from './kept-copies.ts';

/** So many events are named: a file from anywhere may hold any number. */
const MAX_EVENTS = 20;

/**
 * What putting one database in the place of another means, told by the revisions of their sessions.
 *
 * @param here the database that stands there now; undefined where there is none to be read
 */
export function previewRestore(copy: string, here: string | undefined): Omit<RestorePreview, 'held'> {
  const { events, revisions } = readCopy(copy, (reader) => ({
    events: (
      reader.documents('catalog', 'kind', 'events') as { _deleted: boolean; item: { id: string; name?: unknown } }[]
    )
      .filter(({ _deleted: isDeleted }) => !isDeleted)
      .slice(0, MAX_EVENTS)
      .map(({ item }) => (typeof item.name === 'string' ? item.name : item.id)),
    revisions: reader.revisions('sessions'),
  }));
  const preview = { events, sessions: revisions.size };
  if (here === undefined) return preview;
  try {
    return { ...preview, replaces: readCopy(here, (reader) => compare(reader, revisions)) };
  } catch (error) {
    // Damage that shows while all else goes on is what one restores for.
    if (error instanceof StorageError) return preview;
    throw error;
  }
}

type Reader = Parameters<Parameters<typeof readCopy>[1]>[0];

function compare(reader: Reader, copy: ReadonlyMap<string, string>): NonNullable<RestorePreview['replaces']> {
  const here = reader.revisions('sessions');
  const differs = (key: string): boolean => here.get(key) !== copy.get(key);
  const ids = [...here.keys()];
  return {
    added: ids.filter((key) => !copy.has(key)).length,
    changed: ids.filter((key) => copy.has(key) && differs(key)).length,
    deleted: [...copy.keys()].filter((key) => !here.has(key)).length,
    waiting: waitingIn(reader).filter(({ key }) => differs(key)).length,
  };
}
