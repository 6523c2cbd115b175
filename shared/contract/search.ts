import { z } from 'zod';

import { reasonTexts } from '../base/reasons.ts';
import { dateTime, reference } from './session.ts';

/** Two instants, both inclusive; an empty array is no condition. */
const dateRange = z
  .array(dateTime)
  .refine((dates) => dates.length === 0 || dates.length === 2, { error: reasonTexts.not_two_dates })
  .optional();

const anyOf = z.array(z.string()).optional();

/** What to search for: all conditions must hold, in an array any may; an empty array is no condition (contract.md). */
export const sessionSearch = z
  .strictObject({
    ids: anyOf,
    name: z.string().optional(),
    event_id: reference,
    type_id: anyOf,
    track_ids: anyOf,
    access: anyOf,
    has_fees: z.array(z.boolean()).optional(),
    start_date: dateRange,
    end_date: dateRange,
    abstract_id: anyOf,
    /** Contact ids. */
    speakers: anyOf,
  })
  .meta({ id: 'SessionSearch' });

export type SessionSearch = z.infer<typeof sessionSearch>;
