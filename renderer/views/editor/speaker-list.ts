import { objectsOf, type JsonObject } from '../../../shared/base/json.ts';
import { asIds } from './field-context.ts';

/** The speakers of a session as they stand in it; members that the contract does not know are kept. */
export type Speaker = JsonObject & { contact_id: string };

export function speakersOf(value: unknown): Speaker[] {
  return objectsOf(value).filter((speaker): speaker is Speaker => typeof speaker['contact_id'] === 'string');
}

/** Who leads the session: the first of the main presenter's type, else the first. */
export function mainPresenterOf(speakers: readonly Speaker[], mainType: unknown): Speaker | undefined {
  return speakers.find(({ type_id: type }) => mainType !== undefined && type === mainType) ?? speakers[0];
}

/** One speaker moved to another place; where speakers are numbered, the numbers follow. */
export function moved(speakers: readonly Speaker[], from: number, to: number): Speaker[] {
  const next = [...speakers];
  const [speaker] = next.splice(from, 1);
  if (speaker === undefined) return next;
  next.splice(Math.max(0, Math.min(to, next.length)), 0, speaker);
  const isNumbered = speakers.some(({ display_order: order }) => typeof order === 'number');
  return isNumbered ? next.map((each, at) => ({ ...each, display_order: at + 1 })) : next;
}

/** Someone is made the main presenter: of its type, where the session names one, and first. */
export function withMain(speakers: readonly Speaker[], at: number, mainType: unknown): Speaker[] {
  const typed = speakers.map((speaker, index) =>
    index === at && typeof mainType === 'string' ? { ...speaker, type_id: mainType } : speaker,
  );
  return moved(typed, at, 0);
}

/** The people chosen, in their order: those that are there stay as they are, others come with the type given. */
export function withPeople(
  speakers: readonly Speaker[],
  ids: readonly string[],
  typeId: string,
  nameOf: (id: string) => string,
): Speaker[] {
  const known = new Map(speakers.map((speaker) => [speaker.contact_id, speaker]));
  return asIds(ids).map((id) => known.get(id) ?? { contact_id: id, type_id: typeId, name: nameOf(id) });
}
