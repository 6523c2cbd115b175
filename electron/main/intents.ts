import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

import type { Intent } from '../../shared/rpc/desktop.ts';

const SESSION_LINK = /^offstage:\/\/session\/([^/?#]+)\/?$/;
/** A session's id as the contract has it. */
const SESSION_ID = /^[\w|\-:]{1,1024}$/;
const SCHEDULE_FILE = /\.(xml|json|csv|tsv)$/i;

/** What a link asks for; undefined for one that is none of ours, or names no session. */
export function intentOfLink(url: string): Intent | undefined {
  const encoded = SESSION_LINK.exec(url)?.[1];
  if (encoded === undefined) return undefined;
  try {
    const id = decodeURIComponent(encoded);
    return SESSION_ID.test(id) ? { kind: 'session', id } : undefined;
  } catch {
    // Not an encoded text: no session has such an id.
    return undefined;
  }
}

/**
 * What the arguments of a start ask for: a link, or a schedule file to open. File managers on Linux name files by `file://` addresses, a person
 * in a terminal by a path from the folder they are in.
 */
export function intentOfArguments(
  args: readonly string[],
  workingDirectory: string,
): Intent | { kind: 'path'; path: string } | undefined {
  const last = args.slice(1).findLast((argument) => !argument.startsWith('-'));
  if (last === undefined) return undefined;
  if (last.startsWith('offstage:')) return intentOfLink(last);
  const path = last.startsWith('file:') ? pathOfAddress(last) : resolve(workingDirectory, last);
  return path !== undefined && SCHEDULE_FILE.test(path) ? { kind: 'path', path } : undefined;
}

function pathOfAddress(address: string): string | undefined {
  try {
    return fileURLToPath(address);
  } catch {
    // Another computer's, or no address at all.
    return undefined;
  }
}
