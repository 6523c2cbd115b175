import type { RefusedSession } from '../../../shared/rpc/sync-messages.ts';

/** Something that headquarters does not know, and how many sessions wait because of it. */
export interface MissingThing {
  kind: RefusedSession['missing'][number]['kind'];
  id: string;
  sessions: number;
}

/** What is missing at headquarters, the most wanted first. */
export function missingReferences(sessions: readonly RefusedSession[]): MissingThing[] {
  const found = new Map<string, MissingThing>();
  for (const { missing } of sessions) {
    for (const { kind, id } of missing) {
      const key = JSON.stringify([kind, id]);
      const thing = found.get(key) ?? { kind, id, sessions: 0 };
      found.set(key, { ...thing, sessions: thing.sessions + 1 });
    }
  }
  return [...found.values()].sort((a, b) => b.sessions - a.sessions);
}
