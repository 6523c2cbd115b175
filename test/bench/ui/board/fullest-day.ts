import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import type { ScheduleBundle } from '../../../../shared/catalog/schedule-bundle.ts';
import { makeDemoEvent } from '../../../../shared/demo/demo-event.ts';
import { readSchedule } from '../../../../shared/interchange/read-schedule.ts';
import type { Session } from '../../../../shared/contract/session.ts';
import { summaryOf } from '../../../../shared/rpc/session-summary.ts';
import type { EventInHand } from '../host-in-hand.ts';

const FOSDEM = fileURLToPath(new URL('../../../../../shared/data/fosdem-2025.xml', import.meta.url));

/** How many copies of the demonstration event's rooms make a day as full as FOSDEM's. */
const COPIES = 4;

/** The fullest day of FOSDEM 2025, 35 rooms and some 550 sessions; where its file is not beside the project, of the demonstration event in four times its rooms. */
export function fullestDay(): { name: string; day: EventInHand } {
  if (existsSync(FOSDEM))
    return { name: 'FOSDEM 2025', day: fullestOf(readSchedule(new Uint8Array(readFileSync(FOSDEM)))) };
  return { name: `the demonstration event, rooms × ${COPIES}`, day: fullestOf(multiplied(makeDemoEvent())) };
}

function fullestOf({ event, catalog, sessions }: ScheduleBundle): EventInHand {
  const byDate = new Map<string, ScheduleBundle['sessions']>();
  for (const session of sessions) {
    const date = session.fields.start_date?.slice(0, 10);
    if (date !== undefined) byDate.set(date, [...(byDate.get(date) ?? []), session]);
  }
  const [date, ofDay] = [...byDate].sort((a, b) => b[1].length - a[1].length)[0]!;
  const used = new Set(ofDay.flatMap(({ fields }) => fields.room_ids ?? []));
  const { registrations: _, ...kept } = catalog;
  return {
    event: { id: event.id, name: event.name, time_zone: event.time_zone ?? 'UTC', start_date: date, end_date: date },
    sessions: ofDay.map(({ id, fields }) => summaryOf({ ...fields, id } as unknown as Session, 0, 'clean')),
    catalog: { ...kept, rooms: (catalog.rooms ?? []).filter(({ id }) => used.has(id)) },
  };
}

function multiplied(bundle: ScheduleBundle): ScheduleBundle {
  const copies = Array.from({ length: COPIES }, (_, copy) => copy);
  return {
    ...bundle,
    catalog: {
      ...bundle.catalog,
      rooms: copies.flatMap((copy) =>
        (bundle.catalog.rooms ?? []).map((room) => ({
          ...room,
          id: `${room.id}-${copy}`,
          name: `${room.name} ${copy}`,
        })),
      ),
    },
    sessions: copies.flatMap((copy) =>
      bundle.sessions.map(({ id, fields: { code: _code, ...fields } }) => ({
        id: `${id}-${copy}`,
        fields: {
          ...fields,
          ...(fields.room_ids === undefined ? {} : { room_ids: fields.room_ids.map((room) => `${room}-${copy}`) }),
        },
      })),
    ),
  };
}
