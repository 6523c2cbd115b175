import type { ScheduleBundle, SkippedPart } from '../catalog/schedule-bundle.ts';
import { leftOutOf } from './schedule-from-bundle.ts';
import { writeCsv } from './write-csv.ts';
import { writeFrabJson } from './write-frab-json.ts';
import { writeFrabXml } from './write-frab-xml.ts';
import { writeICalendar } from './write-icalendar.ts';

export type ExportFormat = 'frab.xml' | 'frab.json' | 'csv' | 'ics';

interface Format {
  contentType: string;
  fileExtension: string;
  /**
   * The whole file; the same bundle and `now` make the same text.
   * @param now milliseconds since the Unix epoch
   */
  write: (bundle: ScheduleBundle, now: number) => string;
  /** The sessions of the bundle that the file does not tell of, and why. */
  leavesOut: (bundle: ScheduleBundle) => SkippedPart[];
}

/** The formats that a schedule is written in. All but CSV are for publishing: hidden and unscheduled sessions are left out. */
export const exportFormats: Readonly<Record<ExportFormat, Format>> = {
  'frab.xml': {
    contentType: 'application/xml; charset=utf-8',
    fileExtension: 'frab.xml',
    write: writeFrabXml,
    leavesOut: leftOutOf,
  },
  'frab.json': {
    contentType: 'application/json; charset=utf-8',
    fileExtension: 'frab.json',
    write: writeFrabJson,
    leavesOut: leftOutOf,
  },
  csv: { contentType: 'text/csv; charset=utf-8', fileExtension: 'csv', write: writeCsv, leavesOut: () => [] },
  ics: {
    contentType: 'text/calendar; charset=utf-8',
    fileExtension: 'ics',
    write: writeICalendar,
    leavesOut: leftOutOf,
  },
};
