import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));

/** A block of code on a page. */
export interface CodeBlock {
  /** Such as `sh`; empty where none is said. */
  language: string;
  /** What stands behind the language. */
  mark: string;
  text: string;
}

/** The pages that are read by people, from the project's folder. */
export function pages(): string[] {
  return [...globSync('*.md', { cwd: root }), ...globSync('docs/*.md', { cwd: root })].toSorted();
}

export function readPage(page: string): string {
  return readFileSync(root + page, 'utf8');
}

/** The fenced blocks of a page, in order. */
export function blocksOf(text: string): CodeBlock[] {
  const fences = text.matchAll(/^[ \t]*```([^\s`]*)[ \t]*([^\n`]*)\n(.*?)^[ \t]*```[ \t]*$/gms);
  return [...fences].map(([, language = '', mark = '', body = '']) => ({ language, mark: mark.trim(), text: body }));
}
