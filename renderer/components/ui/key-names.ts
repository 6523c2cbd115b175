/** Whether keyboards of this machine have a command key, which then does what Ctrl does elsewhere. */
const isMac = typeof navigator !== 'undefined' && /Mac|iPhone|iPad/.test(navigator.userAgent);

const symbols: Readonly<Record<string, string>> = {
  ArrowUp: '↑',
  ArrowDown: '↓',
  ArrowLeft: '←',
  ArrowRight: '→',
  Enter: '↵',
};

/** The keys whose caps carry a word, in the language of the app. */
const worded = new Set(['Ctrl', 'Alt', 'Shift', 'Delete', 'Escape', 'Space']);

/**
 * Keys as they stand on their caps, one text for each.
 * @param keys such as `Mod+Shift+Z`, or one after the other, `G S`
 * @param word gives the words of `keys.Ctrl` and its like
 */
export function keyNames(keys: string, word: (key: string) => string): string[] {
  return keys.split(/[+ ]/).map((key) => {
    const cap = key === 'Mod' ? (isMac ? '⌘' : 'Ctrl') : isMac && key === 'Alt' ? '⌥' : key;
    return worded.has(cap) ? word(`keys.${cap}`) : (symbols[cap] ?? cap);
  });
}
