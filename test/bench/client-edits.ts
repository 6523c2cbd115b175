/** Two clients share a session: one edits its name, the other its description. */
export function sessionOf(client: number): number {
  return client >> 1;
}

export function fieldOf(client: number): 'name' | 'description' {
  return client % 2 === 0 ? 'name' : 'description';
}

/** An edit as the text that it writes. */
export function writeEdit(client: number, count: number, atMs: number): string {
  return `Edit ${count} of client ${client} at ${atMs}`;
}

const EDIT = /^Edit \d+ of client (\d+) at ([\d.]+)$/;

/** The edit that wrote a text; undefined where it is none. */
export function readEdit(value: unknown): { text: string; client: number; atMs: number } | undefined {
  const [text, client, atMs] = EDIT.exec(String(value)) ?? [];
  return text === undefined ? undefined : { text, client: Number(client), atMs: Number(atMs) };
}
