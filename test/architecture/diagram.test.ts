import { expect, test } from 'vitest';

import { drawDiagram } from './diagram.ts';
import { toMermaid } from './room-graph.ts';

test('the diagram of the architecture shows the imports as they are (else: npm run diagram)', async () => {
  const { current, drawn } = await drawDiagram();
  expect(current).toBe(drawn);
});

test('an arrow that other arrows say already is not drawn', () => {
  const graph = [
    { room: 'shared/base', imports: [] },
    { room: 'shared/store', imports: ['shared/base'] },
    { room: 'shared/service', imports: ['shared/base', 'shared/store'] },
  ];
  const arrows = toMermaid(graph)
    .split('\n')
    .filter((line) => line.includes('-->'))
    .map((line) => line.trim());
  expect(arrows).toEqual(['shared_store --> shared_base', 'shared_service --> shared_store']);
});
