import type { SessionSummary } from '../../../shared/rpc/session-summary.ts';
import type { DayPiece, ScheduleDay, ScheduleDays } from '../../../shared/schedule/schedule-days.ts';
import type { Span } from '../../../shared/schedule/scheduled-session.ts';
import type { ReferredNames } from '../../../shared/schedule/search-text.ts';
import { cellOf, type SheetCell } from './sheet.ts';

/** What sheets are made of: the part of an event that a person chose. */
export interface SheetSource {
  readonly sessions: readonly SessionSummary[];
  readonly days: ScheduleDays;
  /** Those to print, in order. */
  readonly chosenDays: readonly ScheduleDay[];
  /** Those to print, in order. */
  readonly rooms: readonly { readonly id: string; readonly name: string }[];
  /** Whether all days and rooms are to be printed, and so what has neither, too. */
  readonly isWhole: boolean;
  /** Whether sessions that the published schedule hides are printed. */
  readonly withHidden: boolean;
  readonly names: ReferredNames;
  readonly words: SheetWords;
}

/** The words of sheets, in the person's language and in the event's zone. */
export interface SheetWords {
  /** `Saturday, 1 February 2025` */
  fullDay(instantMs: number): string;
  /** `Sat 1 Feb` */
  day(instantMs: number): string;
  /** `09:30 – 10:20` */
  hours(span: Span): string;
  time(instantMs: number): string;
  readonly hidden: string;
  readonly noRoom: string;
  readonly unscheduled: string;
  readonly speakers: string;
  readonly columns: Readonly<Record<'time' | 'session' | 'speakers' | 'track' | 'speaker' | 'room', string>>;
  compare(a: string, b: string): number;
}

/** When a session is on that day: only the hours of that day are told of one that begins earlier or ends later. */
export function pieceTime({ startMs, endMs, beginsEarlier, endsLater }: DayPiece, { hours, time }: SheetWords): string {
  if (beginsEarlier && endsLater) return '…';
  if (beginsEarlier) return `… – ${time(endMs)}`;
  if (endsLater) return `${time(startMs)} – …`;
  return endMs === startMs ? time(startMs) : hours({ startMs, endMs });
}

/** A session by its name, with its code beside it. */
export function nameCell(
  { name, code = '', hide_from_schedule: isHidden }: SessionSummary,
  words: SheetWords,
  tone: 'plain' | 'strong' = 'strong',
): SheetCell {
  return cellOf(
    { text: name, tone },
    { text: code, tone: 'aside' },
    { text: isHidden === true ? words.hidden : '', tone: 'aside' },
  );
}

/** What of the day is to be printed, by begin. */
export function piecesOn(day: ScheduleDay, { days, sessions, withHidden }: SheetSource): DayPiece<SessionSummary>[] {
  const shown = withHidden ? sessions : sessions.filter(({ hide_from_schedule: isHidden }) => isHidden !== true);
  return days.piecesOn(day, shown);
}
