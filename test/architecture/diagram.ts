import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { readRoomGraph, toMermaid, toTable } from './room-graph.ts';

const PAGE = fileURLToPath(new URL('../../docs/architecture.md', import.meta.url));
const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** The page as it stands, and as it would stand with the imports of today. */
export async function drawDiagram(): Promise<{ current: string; drawn: string }> {
  const graph = await readRoomGraph(ROOT);
  const current = readFileSync(PAGE, 'utf8');
  const diagram = `\`\`\`mermaid\n${toMermaid(graph)}\n\`\`\``;
  const drawn = replacePart(replacePart(current, 'diagram', diagram), 'imports', toTable(graph));
  return { current, drawn };
}

function replacePart(page: string, name: string, text: string): string {
  const [begin, end] = [`<!-- ${name}: npm run diagram -->`, `<!-- /${name} -->`];
  const from = page.indexOf(begin);
  const to = page.indexOf(end);
  if (from < 0 || to < from) throw new Error(`docs/architecture.md has no place for the ${name}.`);
  return `${page.slice(0, from + begin.length)}\n\n${text}\n\n${page.slice(to)}`;
}

// `npm run diagram`
if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(PAGE, (await drawDiagram()).drawn);
