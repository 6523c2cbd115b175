import type { Clash } from '../../../shared/schedule/clash.ts';
import type { Fullness } from '../../../shared/schedule/fullness.ts';
import type { LateSession, Now } from '../../../shared/schedule/now.ts';
import type { ScheduledSession } from '../../../shared/schedule/scheduled-session.ts';

/** Something of the next hour that a coordinator should know of; `sessionId` is where to mend it. */
export type Attention<Item extends ScheduledSession = ScheduledSession> = {
  readonly key: string;
  readonly sessionId: string;
  readonly tone: 'block' | 'warn';
} & (
  | { readonly kind: 'clash'; readonly clash: Clash }
  | { readonly kind: 'late'; readonly late: LateSession<Item> }
  | { readonly kind: 'full'; readonly fullness: Fullness; readonly session: Item }
);

/**
 * What needs attention among what runs and what begins within the hour, the worst first: clashes that the rules forbid, what is late, other
 * clashes, what is full. What is late and meets the next in its room is told once, as late.
 *
 * @param openClashesOf those of a session that nobody has acknowledged
 */
export function attentionOf<Item extends ScheduledSession>(
  now: Now<Item>,
  openClashesOf: (sessionId: string) => readonly Clash[],
): Attention<Item>[] {
  const toldAsLate = new Set(now.late.map((late) => pairKey([late.session.id, late.next.session.id])));
  const clashes = new Map<string, Clash>();
  for (const { session } of [...now.running, ...now.soon]) {
    for (const clash of openClashesOf(session.id)) {
      const isLateness = clash.rule === 'room_overlap' && toldAsLate.has(pairKey(clash.sessionIds));
      if (!isLateness) clashes.set(clash.key, clash);
    }
  }
  const near = new Set([...now.running, ...now.soon].map(({ session }) => session.id));
  const ofClashes = (severity: Clash['severity']): Attention<Item>[] =>
    [...clashes.values()]
      .filter((clash) => clash.severity === severity)
      .map((clash) => ({
        kind: 'clash',
        key: `clash ${clash.key}`,
        sessionId: clash.sessionIds.find((id) => near.has(id)) ?? '',
        tone: severity,
        clash,
      }));
  return [
    ...ofClashes('block'),
    ...now.late.map((late): Attention<Item> => ({
      kind: 'late',
      key: `late ${late.roomId} ${late.session.id}`,
      sessionId: late.session.id,
      tone: 'warn',
      late,
    })),
    ...ofClashes('warn'),
    ...now.full.map(({ session, fullness }): Attention<Item> => ({
      kind: 'full',
      key: `full ${session.id}`,
      sessionId: session.id,
      tone: 'warn',
      fullness,
      session,
    })),
  ];
}

function pairKey(ids: readonly string[]): string {
  return JSON.stringify([...ids].sort());
}
