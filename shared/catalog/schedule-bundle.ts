import { textOf, type Reason } from '../base/reasons.ts';
import type { SessionInput } from '../contract/session.ts';
import type { CatalogItem, CatalogKind } from './catalog.ts';

/** One event with everything its sessions refer to: what a schedule file holds, and what an export is made from. */
export interface ScheduleBundle {
  event: CatalogItem<'events'>;
  /** Items by kind, each once; the event itself stands apart. */
  catalog: { [Kind in Exclude<CatalogKind, 'events'>]?: CatalogItem<Kind>[] };
  sessions: BundledSession[];
}

/** A session of a bundle under the id it has here. */
export interface BundledSession {
  id: string;
  fields: SessionInput;
}

/** What was read from a file, and what of it could not be taken. */
export interface ScheduleReading extends ScheduleBundle {
  skipped: SkippedPart[];
}

/** A part of a file that was passed over: where it stands and why, in English and as codes with their values. */
export interface SkippedPart {
  where: string;
  reason: string;
  because: { where: Reason; reason: Reason };
}

export function skippedPart(where: Reason, reason: Reason): SkippedPart {
  return { where: textOf(where), reason: textOf(reason), because: { where, reason } };
}
