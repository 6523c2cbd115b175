const RFC_3339 = /^(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(\.\d+)?(?:[Zz]|([+-])(\d\d):(\d\d))$/;

/**
 * The instant of an RFC 3339 date-time, in milliseconds since the Unix epoch (with a fraction where the text has
 * finer digits), or undefined where the text is none: no time, no zone, or no such day or hour.
 * `Date.parse` cannot serve: it takes other forms, too, and reads 30 February as 2 March.
 */
export function parseInstant(text: string): number | undefined {
  const parts = RFC_3339.exec(text);
  if (parts === null) return undefined;
  const [year, month, day, hour, minute, second] = parts.slice(1, 7).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const zoneHour = Number(parts[9] ?? 0);
  const zoneMinute = Number(parts[10] ?? 0);
  if (month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) return undefined;
  // 60 is the leap second of RFC 3339, taken as the first instant of the next minute.
  if (hour > 23 || minute > 59 || second > 60 || zoneHour > 23 || zoneMinute > 59) return undefined;
  const local = new Date(0);
  local.setUTCFullYear(year, month - 1, day);
  local.setUTCHours(hour, minute, second);
  const fractionMs = parts[7] === undefined ? 0 : Number(parts[7]) * 1000;
  const zoneMs = (parts[8] === '-' ? -1 : 1) * (zoneHour * 60 + zoneMinute) * 60_000;
  return local.getTime() + fractionMs - zoneMs;
}

/** Whether the text is a calendar date, `YYYY-MM-DD`, that exists. */
export function isCalendarDate(text: string): boolean {
  return /^\d{4}-\d\d-\d\d$/.test(text) && parseInstant(`${text}T00:00:00Z`) !== undefined;
}

function daysInMonth(year: number, month: number): number {
  const last = new Date(0);
  // Day 0 of the next month is the last of this one; setUTCFullYear takes years below 100 as they are.
  last.setUTCFullYear(year, month, 0);
  return last.getUTCDate();
}
