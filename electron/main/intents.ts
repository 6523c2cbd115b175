import type { Intent } from '../../shared/rpc/desktop.ts';

const SESSION_LINK = /^offstage:\/\/session\/([^/?#]+)\/?$/;
/** A session's id as the contract has it. */
const SESSION_ID = /^[\w|\-:]{1,1024}$/;
const SCHEDULE_FILE = /\.(xml|json|csv)$/i;

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

/** What the arguments of a start ask for: a link, or a schedule file to open. */
export function intentOfArguments(args: readonly string[]): Intent | { kind: 'path'; path: string } | undefined {
  const last = args.slice(1).findLast((argument) => !argument.startsWith('-'));
  if (last === undefined) return undefined;
  if (last.startsWith('offstage:')) return intentOfLink(last);
  return SCHEDULE_FILE.test(last) ? { kind: 'path', path: last } : undefined;
}
