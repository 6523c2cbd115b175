import {
  differenceKinds,
  type DifferenceSide,
  type SessionDifference,
} from '../../../shared/contract/session-difference.ts';
import { spanOf } from '../../../shared/schedule/scheduled-session.ts';
import { speakerNamesOf, type ReferredNames } from '../../../shared/schedule/search-text.ts';
import { cellOf, cut, type Sheet, type SheetCell, type SheetLine } from './sheet.ts';
import type { SheetWords } from './sheet-source.ts';

/** The words of a list of changes. */
export interface ChangeWords extends Pick<SheetWords, 'day' | 'hours' | 'time' | 'unscheduled' | 'noRoom'> {
  readonly title: string;
  /** Since when, in words; and what the list cannot tell, if there is something. */
  readonly subtitle: string;
  heading(kind: SessionDifference['kind'], count: number): string;
  readonly columns: Readonly<Record<'session' | 'before' | 'now', string>>;
  field(name: string): string;
  value(field: string, value: unknown): string;
}

/** A value longer than this is not told, only that it changed. */
const MAX_VALUE = 160;

/** These are told by where and when the session is. */
const PLACE_FIELDS: ReadonlySet<string> = new Set(['start_date', 'end_date', 'room_ids']);

/** What was added, moved, changed and cancelled, with what it was beside what it is. */
export function changeSheets(
  differences: readonly SessionDifference[],
  names: Pick<ReferredNames, 'rooms' | 'contacts'>,
  words: ChangeWords,
): Sheet[] {
  const groups = differenceKinds.flatMap((kind) => {
    const own = differences.filter((difference) => difference.kind === kind);
    if (own.length === 0) return [];
    const rows = own.map((difference) => ({ id: difference.id, cells: cellsOf(difference, names, words) }));
    return [{ id: kind, heading: words.heading(kind, own.length), place: 'row' as const, rows }];
  });
  if (groups.length === 0) return [];
  return [
    {
      id: 'changes',
      title: words.title,
      subtitle: words.subtitle,
      form: 'list',
      isLandscape: true,
      columns: [
        { title: words.columns.session, width: 34 },
        { title: words.columns.before, width: 33 },
        { title: words.columns.now, width: 33 },
      ],
      groups,
    },
  ];
}

function cellsOf(
  { kind, before, now, changes }: SessionDifference,
  names: Pick<ReferredNames, 'rooms' | 'contacts'>,
  words: ChangeWords,
): SheetCell[] {
  const { name = '', code = '', speakers } = now ?? before ?? {};
  // A record of headquarters' may hold anything where the contract has a list.
  const people = Array.isArray(speakers) ? speakerNamesOf({ id: '', name, speakers }, names.contacts) : [];
  const others = changes.filter(({ field }) => !PLACE_FIELDS.has(field));
  const placeOf = (side: DifferenceSide | undefined): SheetLine[] =>
    side === undefined || kind === 'changed' ? [] : [{ text: placeWords(side, names, words), tone: 'strong' }];
  const valuesOf = (side: 'before' | 'after'): SheetLine[] =>
    others.map(({ field, [side]: value }) => ({ text: valueWords(field, value, words), tone: 'plain' }));
  return [
    cellOf({ text: name, tone: 'strong' }, { text: code, tone: 'aside' }, { text: people.join(', '), tone: 'faint' }),
    cellOf(...placeOf(before), ...valuesOf('before')),
    cellOf(...placeOf(now), ...valuesOf('after')),
  ];
}

/** `Sat 1 Feb, 09:30 – 10:20, Janson` */
function placeWords(
  { name = '', start_date, end_date, room_ids: ids }: DifferenceSide,
  { rooms }: Pick<ReferredNames, 'rooms'>,
  { day, hours, time, unscheduled, noRoom }: ChangeWords,
): string {
  const span = spanOf({ id: '', name, start_date, end_date });
  const when =
    span === undefined
      ? unscheduled
      : `${day(span.startMs)}, ${span.endMs === span.startMs ? time(span.startMs) : hours(span)}`;
  const where = Array.isArray(ids) && ids.length > 0 ? ids.map((id) => rooms.get(id) ?? id).join(', ') : noRoom;
  return `${when}, ${where}`;
}

function valueWords(field: string, value: unknown, words: ChangeWords): string {
  const text = words.value(field, value);
  return `${words.field(field)}: ${field === 'description' ? cut(text, 60) : cut(text, MAX_VALUE)}`;
}
