import type { Fault } from '../../shared/base/json.ts';
import { isList, reasonOf, type Reason, type ReasonValue } from '../../shared/base/reasons.ts';
import { i18n } from './i18n.ts';

const { t, te } = i18n.global;

/**
 * Why something is as it is, in the language of the app: by its code, where it is one of ours. What only has a message is somebody else's, such as
 * a foreign headquarters', and is quoted.
 */
export function reasonWords(told: { message: string; because?: unknown }): string {
  return wordsOf(reasonOf(told));
}

/** A fault with the field that it is about: `Name: This is needed.` */
export function faultWords(fault: Fault): string {
  const words = reasonWords(fault);
  // The path of one of many names a record, which the reason names better.
  if (fault.path === '' || fault.because.code === 'of_one') return words;
  return t('reasons.at', { path: placeWords(fault.path), why: words });
}

export function wordsOf({ code, values = {} }: Reason): string {
  const { n } = values;
  const filled = Object.fromEntries(Object.entries(values).map(([name, value]) => [name, valueWords(name, value)]));
  return typeof n === 'number' ? t(`reasons.${code}`, filled, n) : t(`reasons.${code}`, filled);
}

function valueWords(name: string, value: ReasonValue): string {
  if (typeof value === 'number') return String(value);
  if (typeof value !== 'string') return isList(value) ? value.map(wordsOf).join(' ') : wordsOf(value);
  switch (name) {
    case 'path':
      return placeWords(value);
    case 'kinds':
      return listed(value, (kind) => `reasons.kind_${kind}`);
    case 'members':
      return listed(value, (member) => `people.members.${member}`);
    default:
      return value;
  }
}

/** The field that a JSON Pointer leads into; one that the contract does not know is called as it is. */
function placeWords(path: string): string {
  const [, field = ''] = path.split('/');
  return te(`fields.${field}.title`) ? t(`fields.${field}.title`) : path.slice(1);
}

function listed(names: string, keyOf: (name: string) => string): string {
  return names
    .split(', ')
    .map((name) => (te(keyOf(name)) ? t(keyOf(name)) : name))
    .join(', ');
}
