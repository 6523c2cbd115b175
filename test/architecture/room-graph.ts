import { cruise } from 'dependency-cruiser';

import { importTable } from './import-table.ts';

/** A room, and the rooms that its modules import from, in the order of the table. */
export interface RoomImports {
  room: string;
  imports: string[];
}

/** Reads which rooms of a checkout import from which: from the modules as they stand, types included. */
export async function readRoomGraph(root: string): Promise<RoomImports[]> {
  const { output } = await cruise(['shared', 'electron', 'renderer'], {
    baseDir: root,
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
  });
  if (typeof output === 'string') throw new Error(output);
  const found = new Map(importTable.map(({ folder }) => [folder, new Set<string>()]));
  for (const { source, dependencies } of output.modules) {
    const from = roomOf(source);
    if (from === undefined) continue;
    for (const { resolved } of dependencies) {
      const to = roomOf(resolved);
      if (to !== undefined && to !== from) found.get(from)?.add(to);
    }
  }
  const order = importTable.map(({ folder }) => folder);
  return order.map((room) => ({ room, imports: order.filter((other) => found.get(room)?.has(other)) }));
}

/** The innermost room of a module; undefined for what stands in none. */
function roomOf(path: string): string | undefined {
  return importTable
    .map(({ folder }) => folder)
    .filter((folder) => path.startsWith(`${folder}/`))
    .toSorted((a, b) => b.length - a.length)[0];
}

/**
 * The graph as a Mermaid diagram (https://mermaid.js.org). An arrow is left out where the rooms between say it already: a room that imports
 * from the service has the store below it.
 */
export function toMermaid(graph: readonly RoomImports[]): string {
  const importsOf = new Map(graph.map(({ room, imports }) => [room, imports]));
  const reaches = (from: string, to: string, seen = new Set<string>()): boolean => {
    if (seen.has(from)) return false;
    seen.add(from);
    return (importsOf.get(from) ?? []).some((next) => next === to || reaches(next, to, seen));
  };
  const nameOf = (room: string): string => room.replaceAll(/\W/g, '_');
  const groups = ['renderer', 'electron', 'shared'].map((top) => {
    const rooms = graph.filter(({ room }) => room === top || room.startsWith(`${top}/`));
    const nodes = rooms.map(({ room }) => `    ${nameOf(room)}["${room === top ? top : room.slice(top.length + 1)}"]`);
    return [`  subgraph ${top}_rooms["${top}/"]`, ...nodes, '  end'].join('\n');
  });
  const arrows = graph.flatMap(({ room, imports }) =>
    imports
      .filter((to) => !imports.some((between) => between !== to && reaches(between, to)))
      .map((to) => `  ${nameOf(room)} --> ${nameOf(to)}`),
  );
  return ['flowchart TD', ...groups, ...arrows].join('\n');
}

/** The graph as a table in Markdown, with every import. */
export function toTable(graph: readonly RoomImports[]): string {
  const rows = graph.map(({ room, imports }) => [
    `\`${room}\``,
    imports.length === 0 ? 'none' : imports.map((name) => `\`${name}\``).join(', '),
  ]);
  const cells = [['room', 'imports from'], ...rows];
  const widths = [0, 1].map((at) => Math.max(...cells.map((row) => row[at]!.length)));
  const line = (row: readonly string[]): string => `| ${row.map((cell, at) => cell.padEnd(widths[at]!)).join(' | ')} |`;
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`;
  return [line(cells[0]!), rule, ...cells.slice(1).map(line)].join('\n');
}
