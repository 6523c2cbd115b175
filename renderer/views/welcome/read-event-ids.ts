/** The ids of events that a person typed, each once: one a line, or with commas or semicolons between them. */
export function readEventIds(typed: string): string[] {
  const ids = typed.split(/[\n,;]/).map((id) => id.trim());
  return [...new Set(ids.filter((id) => id !== ''))];
}
