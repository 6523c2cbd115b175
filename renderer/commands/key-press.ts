/** A key as an event tells it. */
export type KeyPress = Pick<KeyboardEvent, 'key' | 'code' | 'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey'>;

/** Whether keyboards of this machine have a command key, which then does what Ctrl does elsewhere. */
const isMac = typeof navigator !== 'undefined' && /Mac|iPhone|iPad/.test(navigator.userAgent);

/**
 * Whether this press is the key named, such as `Mod+Shift+Z` or `?`. Letters and digits are told by what is on the key where Alt makes another
 * sign of them; of a sign it does not matter whether it needs Shift, which differs from keyboard to keyboard.
 */
export function isKey(press: KeyPress, name: string): boolean {
  const parts = name.split('+');
  const key = parts.at(-1) ?? '';
  const has = (part: string): boolean => parts.slice(0, -1).includes(part);
  const mod = isMac ? press.metaKey : press.ctrlKey;
  const other = isMac ? press.ctrlKey : press.metaKey;
  if (mod !== has('Mod') || other || press.altKey !== has('Alt')) return false;
  const isSign = key.length === 1 && !/[A-Z0-9]/.test(key);
  if (!isSign && press.shiftKey !== has('Shift')) return false;
  if (/^\d$/.test(key)) return press.code === `Digit${key}` || press.code === `Numpad${key}`;
  if (press.altKey && /^[A-Z]$/.test(key) && !/^[a-z]$/i.test(press.key)) return press.code === `Key${key}`;
  return press.key.toUpperCase() === key.toUpperCase() || (key === 'Space' && press.key === ' ');
}

/** Whether the keys hold Ctrl, the command key or Alt: others are letters of what is typed. */
export function hasModifier(name: string): boolean {
  return /\b(Mod|Alt)\+/.test(name);
}

/** How long the first of two keys waits for the second, in milliseconds. */
const SEQUENCE_MS = 1_500;

/** Tells which of many keys were pressed, also where two are pressed one after the other. */
export class KeySequence {
  #first: { press: KeyPress; atMs: number } | undefined;

  /**
   * What of the candidates this press completes.
   * @param atMs when it came, in milliseconds of any clock
   */
  take<Candidate extends { keys: readonly string[] }>(
    press: KeyPress,
    atMs: number,
    candidates: readonly Candidate[],
  ): Candidate | undefined {
    const first = this.#first;
    this.#first = undefined;
    if (first !== undefined && atMs - first.atMs <= SEQUENCE_MS) {
      const found = candidates.find(({ keys }) =>
        keys.some((name) => {
          const [one = '', two] = name.split(' ');
          return two !== undefined && isKey(first.press, one) && isKey(press, two);
        }),
      );
      if (found !== undefined) return found;
    }
    const found = candidates.find(({ keys }) => keys.some((name) => !name.includes(' ') && isKey(press, name)));
    if (found !== undefined) return found;
    const begins = candidates.some(({ keys }) =>
      keys.some((name) => name.includes(' ') && isKey(press, name.split(' ')[0] ?? '')),
    );
    if (begins) this.#first = { press, atMs };
    return undefined;
  }
}
