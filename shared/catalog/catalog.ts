import { z } from 'zod';

import { isCalendarDate } from '../base/date-time.ts';
import { reference } from '../contract/session.ts';
import { reasonTexts } from '../base/reasons.ts';
import type { catalogKindNames } from './catalog-kind-names.ts';

/** Whether the text names a time zone of the IANA database, such as `Europe/Brussels`. */
export function isTimeZone(text: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: text }).resolvedOptions().timeZone !== '';
  } catch {
    // Intl throws a RangeError for a zone it does not know; there is no way to ask.
    return false;
  }
}

const timeZone = z.string().refine(isTimeZone, { error: reasonTexts.not_time_zone });
const calendarDate = z.string().refine(isCalendarDate, { error: reasonTexts.not_date });
const named = { id: reference, name: z.string() };

/** An event; its dates are the first and the last of its days, in its own zone. */
const event = z.looseObject({
  ...named,
  time_zone: timeZone.optional(),
  start_date: calendarDate.optional(),
  end_date: calendarDate.optional(),
});

const sessionType = z.looseObject(named);
const track = z.looseObject({ ...named, color: z.string().optional() });
const room = z.looseObject({ ...named, capacity: z.number().optional() });
const speakerType = z.looseObject(named);
const contact = z.looseObject(named);

/** An abstract; `name` is its title, `main` marks its main presenter. */
const abstract = z.looseObject({
  ...named,
  event_id: reference,
  description: z.string().optional(),
  track_ids: z.array(reference).optional(),
  speakers: z
    .array(z.looseObject({ contact_id: reference, type_id: reference.optional(), main: z.boolean().optional() }))
    .optional(),
});

/** A custom field; its values are shown by public operations only where `public` is true. */
const customField = z.looseObject({ ...named, type: z.string().optional(), public: z.boolean().optional() });

const registration = z.looseObject({ id: reference, session_id: reference, contact_id: reference });

/** The kinds of the catalog and the form of their items; members that we do not know are kept (contract.md). */
export const catalogKinds = {
  events: event,
  session_types: sessionType,
  tracks: track,
  rooms: room,
  speaker_types: speakerType,
  contacts: contact,
  abstracts: abstract,
  custom_fields: customField,
  registrations: registration,
} as const satisfies Record<(typeof catalogKindNames)[number], z.ZodType>;

export type CatalogKind = keyof typeof catalogKinds;

export type CatalogItem<Kind extends CatalogKind = CatalogKind> = z.infer<(typeof catalogKinds)[Kind]>;

export function isCatalogKind(name: string): name is CatalogKind {
  return Object.hasOwn(catalogKinds, name);
}

/** Whether an item says nothing but that its id is in use. */
export function isPlaceholder(item: CatalogItem): boolean {
  return 'placeholder' in item && item['placeholder'] === true;
}

/** Stands for an item whose id is known from a session, and nothing else: a person can name it. */
export function placeholder(id: string): { id: string; name: string; placeholder: true } {
  return { id, name: id, placeholder: true };
}
