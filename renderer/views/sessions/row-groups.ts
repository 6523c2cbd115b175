import type { SessionRow } from './session-rows.ts';

/** What rows can be grouped by. */
export const groupings = ['day', 'room', 'track', 'type'] as const;

/** The head of a group in the list of rows. */
export interface GroupHead {
  readonly group: string;
  readonly label: string;
  readonly count: number;
  readonly isCollapsed: boolean;
}

/** A line of the table: a session, or the head of the group that follows. */
export type Line = SessionRow | GroupHead;

export function isHead(line: Line): line is GroupHead {
  return 'group' in line;
}

/** Which groups a row is in: a session of two rooms stands in both. */
export interface GroupSource {
  readonly groupsOf: (row: SessionRow) => readonly string[];
  readonly labelOf: (group: string) => string;
  /** What groups are ordered by; the smallest first. */
  readonly orderOf: (group: string) => number | string;
}

/** Stands for what has no room, no track or no time: its group comes last. */
const NO_GROUP = '';

/** The rows under the heads of their groups, each in the order given; of a group that is collapsed, the head alone. */
export function groupRows(
  rows: readonly SessionRow[],
  { groupsOf, labelOf, orderOf }: GroupSource,
  collapsed: ReadonlySet<string>,
): Line[] {
  const groups = new Map<string, SessionRow[]>();
  for (const row of rows) {
    const names = groupsOf(row);
    for (const name of names.length === 0 ? [NO_GROUP] : names) {
      const members = groups.get(name);
      if (members === undefined) groups.set(name, [row]);
      else members.push(row);
    }
  }
  const inOrder = [...groups].sort(([a], [b]) => {
    if (a === NO_GROUP || b === NO_GROUP) return a === b ? 0 : a === NO_GROUP ? 1 : -1;
    const [left, right] = [orderOf(a), orderOf(b)];
    return left < right ? -1 : left > right ? 1 : 0;
  });
  return inOrder.flatMap(([group, members]): Line[] => {
    const isCollapsed = collapsed.has(group);
    const head = { group, label: labelOf(group), count: members.length, isCollapsed };
    return isCollapsed ? [head] : [head, ...members];
  });
}
