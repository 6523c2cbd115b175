/**
 * Where log lines go. `error`: a developer should look; `info`: state changed; `debug`: traffic.
 * Facts are given as members, never spliced into the message; keys and what users typed are never given at all.
 */
export interface Logger {
  error(facts: Record<string, unknown>, message: string): void;
  info(facts: Record<string, unknown>, message: string): void;
  debug(facts: Record<string, unknown>, message: string): void;
}

const nothing = (): void => {};

export const silentLogger: Logger = { error: nothing, info: nothing, debug: nothing };
