import type { ChangePosition } from '../store/read-changes.ts';

/**
 * A cursor of the change feed as text: the epoch of the store, and a position in its order of writes. Clients take it as it is.
 */
export function writeCursor(epoch: string, { catalog, sessions, snapshot }: ChangePosition): string {
  return [epoch, catalog, sessions, ...(snapshot === undefined ? [] : [snapshot])].join('~');
}

/** Reads a cursor; undefined for a text of no such form. */
export function readCursor(text: string): { epoch: string; position: ChangePosition } | undefined {
  const [, epoch, catalog, sessions, snapshot] = CURSOR.exec(text) ?? [];
  if (epoch === undefined) return undefined;
  const position = { catalog: Number(catalog), sessions: Number(sessions) };
  return { epoch, position: snapshot === undefined ? position : { ...position, snapshot: Number(snapshot) } };
}

const CURSOR = /^([\w-]{1,64})~(\d{1,15})~(\d{1,15})(?:~(\d{1,15}))?$/;
