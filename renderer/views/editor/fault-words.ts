/** What the contract's rules say, by their words, as keys of the app's messages. */
const known: readonly (readonly [RegExp, string])[] = [
  [/^must not be blank$|^must not be empty$|^is required$/, 'needed'],
  [/^must be a number$|finite number/, 'number'],
  [/^must be a date with a time/, 'dateTime'],
  [/^must not be before start_date$/, 'endBeforeStart'],
  [/^must be a whole number of at least 0/, 'places'],
  [/^stands in the list already$/, 'twice'],
  [/half a surrogate pair/, 'characters'],
  [/^must be one of/, 'oneOf'],
  [/^does not exist|^is not known|refers to/, 'missing'],
];

/** A fault in the language of the app; one that is not known, such as headquarters' own, stays as it is. */
export function faultWords(message: string, t: (key: string) => string): string {
  const key = known.find(([words]) => words.test(message))?.[1];
  return key === undefined ? message : t(`faults.${key}`);
}
