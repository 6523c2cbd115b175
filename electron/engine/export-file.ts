import { parseInstant } from '../../shared/base/date-time.ts';
import { foldText } from '../../shared/base/fold-text.ts';
import { faultAt } from '../../shared/base/json.ts';
import { because } from '../../shared/base/reasons.ts';
import type { ScheduleBundle } from '../../shared/catalog/schedule-bundle.ts';
import { ContractError, invalid } from '../../shared/contract/errors.ts';
import type { Caller } from '../../shared/contract/roles.ts';
import { exportFormats, type ExportFormat } from '../../shared/interchange/formats.ts';
import { partOfSchedule, type SchedulePart } from '../../shared/interchange/part-of-schedule.ts';
import { writeChangesCsv } from '../../shared/interchange/write-changes-csv.ts';
import type { Service } from '../../shared/service/service.ts';

/** A file made from an event. */
export interface ExportedFile {
  contentType: string;
  /** Such as `fosdem-2025.frab.xml`. */
  fileName: string;
  text: string;
}

/** Of a calendar, whose; of changes, since which moment, as an RFC 3339 date-time. */
export interface ExportPart extends SchedulePart {
  since?: string | undefined;
}

export interface ExportRequest {
  caller: Caller;
  tenantId: string;
  eventId: string | undefined;
  format: string;
  part?: ExportPart | undefined;
}

/** What changed since a moment, beside the formats of a whole schedule. */
const CHANGES = 'changes.csv';

/**
 * Makes a file of an event. Throws `not_found` for an event, a format, a room or a person that there is not, `invalid` for a part that a format
 * does not have.
 *
 * @param now milliseconds since the Unix epoch, the time stamp of what is in it
 */
export function exportFile(service: Service, now: number, request: ExportRequest): ExportedFile {
  const { caller, tenantId, eventId, format, part = {} } = request;
  const bundle = service.exportSchedule(caller, tenantId, eventId);
  if (format === CHANGES) {
    const { differences } = service.changesSince(caller, tenantId, bundle.event.id, requireMoment(part.since));
    const text = writeChangesCsv(bundle, differences);
    return { contentType: exportFormats.csv.contentType, fileName: `${fileNameOf(bundle.event.id)}.${CHANGES}`, text };
  }
  const { contentType, fileExtension, write } = exportFormats[requireFormat(format)];
  const isPart = part.roomId !== undefined || part.speakerId !== undefined;
  if (isPart && format !== 'ics') throw new ContractError('invalid', because('part_of_calendar'));
  const told = isPart ? partOfSchedule(bundle, part) : bundle;
  const name = [bundle.event.id, ...(isPart ? [partName(bundle, told)] : [])].map(fileNameOf).join('-');
  return { contentType, fileName: `${name}.${fileExtension}`, text: write(told, now) };
}

function requireFormat(name: string): ExportFormat {
  if (Object.hasOwn(exportFormats, name)) return name as ExportFormat;
  const names = [...Object.keys(exportFormats), CHANGES].join(', ');
  throw new ContractError('not_found', because('no_format', { formats: names }));
}

function requireMoment(text: string | undefined): number {
  const instantMs = text === undefined ? undefined : parseInstant(text);
  if (instantMs !== undefined) return instantMs;
  throw invalid([faultAt('/since', because('not_date_time'))]);
}

/** What the name of a part has beside its event's. */
function partName({ event }: ScheduleBundle, part: ScheduleBundle): string {
  return foldText(part.event.name.slice(event.name.length));
}

/** A text as a part of a file's name, on every system. */
function fileNameOf(text: string): string {
  return (
    text
      .replace(/[^\w.-]+/g, '-')
      .replace(/^-+|-+$/g, '')
      .slice(0, 100) || 'event'
  );
}
