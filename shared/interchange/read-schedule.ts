import { because } from '../base/reasons.ts';
import type { ScheduleReading } from '../catalog/schedule-bundle.ts';
import { ContractError } from '../contract/errors.ts';
import { bundleFromSchedule } from './bundle-from-schedule.ts';
import { readFrabJson } from './read-frab-json.ts';
import { readFrabXml } from './read-frab-xml.ts';
import { SkipList } from './skip-list.ts';
import { restore } from './supplement.ts';

/** The largest file that is read, in bytes; FOSDEM's, the largest we know of, has 3.4 million. */
export const MAX_FILE_BYTES = 32 * 1024 * 1024;

/**
 * Reads a frab/pentabarf schedule, XML or JSON, told apart by its first character. Lenient: what is understood is taken, and
 * what is not is told in `skipped`. The same bytes make the same reading, on any machine.
 * Throws `invalid`, in the user's words, where the whole file is of no use: too large, too deep, not UTF-8, not well-formed, no schedule.
 */
export function readSchedule(bytes: Uint8Array): ScheduleReading {
  const text = decode(bytes);
  const first = /\S/.exec(text)?.[0];
  if (first === undefined) throw new ContractError('invalid', because('file_empty'));
  if (first !== '<' && first !== '{' && first !== '[') {
    throw new ContractError('invalid', because('file_no_schedule'));
  }
  const skipped = new SkipList();
  const { schedule, supplement } = first === '<' ? readFrabXml(text, skipped) : readFrabJson(text, skipped);
  restore(schedule, supplement);
  const bundle = bundleFromSchedule(schedule, skipped);
  return { ...bundle, skipped: skipped.parts() };
}

function decode(bytes: Uint8Array): string {
  if (bytes.length > MAX_FILE_BYTES) {
    const sizeMb = Math.ceil(bytes.length / 1_000_000);
    throw new ContractError('invalid', because('file_too_large', { size: sizeMb, most: MAX_FILE_BYTES / 1024 / 1024 }));
  }
  const isUtf16 = (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);
  if (isUtf16) throw new ContractError('invalid', because('file_utf16'));
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new ContractError('invalid', because('file_not_utf8'), { cause });
  }
}
