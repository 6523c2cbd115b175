import { jsonEqual, toPointer, type JsonValue } from '../base/json.ts';
import { isMembers, saysNothing, type FrabSchedule, type Members } from './frab-schedule.ts';

/**
 * What a schedule holds and a file's schema has no place for: the schemas are narrow (no venue, no answers to questions, no
 * slug but of one form), yet a schedule that is read and written must stay the same. So a writer puts what the schema
 * allows where everybody looks for it, and the rest into one supplement: in XML a processing instruction, in JSON
 * `conference.meta`, which validators and other readers pass over.
 *
 * Per thing and member it says `[what the file says, what was meant]`, null for nothing. A member is put back only while the
 * file still says what was written for it: whoever edits the file is right.
 *
 * Law: restore(written, difference(written, own)) makes of everything written what own has under its name.
 */
export function difference(written: FrabSchedule, own: OwnThings): Members {
  const supplement: Members = {};
  const conference = changesBetween(written.conference, own.conference);
  if (Object.keys(conference).length > 0) supplement['conference'] = conference;
  for (const [part, identity] of PARTS) {
    const changes: Members = {};
    for (const thing of written[part]) {
      const name = String(thing[identity]);
      const change = changesBetween(thing, own[part].get(name) ?? {});
      if (Object.keys(change).length > 0) changes[name] = change;
    }
    if (Object.keys(changes).length > 0) supplement[part] = changes;
  }
  return supplement;
}

/** Things by what the file knows them by (see PARTS). */
export type OwnThings = { conference: Members } & Record<(typeof PARTS)[number][0], ReadonlyMap<string, Members>>;

/** Puts back, in place, what the supplement tells; a thing that was only written because the form demands it goes. */
export function restore(schedule: FrabSchedule, supplement: JsonValue): void {
  if (!isMembers(supplement)) return;
  putBack(schedule.conference, memberOf(supplement, 'conference'));
  for (const [part, identity] of PARTS) {
    const changes = memberOf(supplement, part);
    if (!isMembers(changes)) continue;
    schedule[part] = schedule[part].filter((thing) => {
      putBack(thing, memberOf(changes, String(thing[identity])));
      return Object.values(thing).some((value) => !saysNothing(value));
    });
  }
}

/** The lists of a schedule and the member by which a thing is known in its file. */
const PARTS = [
  ['tracks', 'name'],
  ['rooms', 'name'],
  ['people', 'offstage:key'],
  ['days', 'index'],
  ['events', 'guid'],
] as const satisfies readonly [Exclude<keyof FrabSchedule, 'conference'>, string][];

type Changes = Record<string, [written: JsonValue, own: JsonValue]>;

function changesBetween(written: Members, own: Members): Changes {
  const changes: Changes = {};
  for (const name of new Set([...Object.keys(written), ...Object.keys(own)])) {
    const [left, right] = [memberOf(written, name), memberOf(own, name)];
    if (name !== 'offstage:day' && !(saysNothing(left) && saysNothing(right))) collect(left, right, [name], changes);
  }
  return changes;
}

function collect(written: JsonValue | undefined, own: JsonValue | undefined, at: string[], changes: Changes): void {
  if (jsonEqual(written, own)) return;
  if (Array.isArray(written) && Array.isArray(own) && written.length === own.length) {
    written.forEach((item, index) => collect(item, own[index], [...at, String(index)], changes));
  } else if (isMembers(written) && isMembers(own)) {
    for (const name of new Set([...Object.keys(written), ...Object.keys(own)])) {
      collect(memberOf(written, name), memberOf(own, name), [...at, name], changes);
    }
  } else {
    changes[toPointer(at)] = [written ?? null, own ?? null];
  }
}

function putBack(thing: Members, changes: JsonValue | undefined): void {
  if (!isMembers(changes)) return;
  for (const [pointer, change] of Object.entries(changes)) {
    if (!Array.isArray(change) || change.length !== 2) continue;
    const tokens = pointer
      .split('/')
      .slice(1)
      .map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'));
    const name = tokens.pop();
    const parent = tokens.reduce<JsonValue | undefined>(step, thing);
    if (name === undefined || name === '__proto__' || parent === undefined) continue;
    const [written, own] = change as [JsonValue, JsonValue];
    const current = step(parent, name);
    if (!jsonEqual(current, written) && !(saysNothing(current) && saysNothing(written))) continue;
    if (Array.isArray(parent)) parent.splice(Number(name), current === undefined ? 0 : 1, own);
    else if (isMembers(parent) && own === null) delete parent[name];
    else if (isMembers(parent)) parent[name] = own;
  }
}

/** What stands under that name or index, never anything inherited. */
function step(value: JsonValue | undefined, token: string): JsonValue | undefined {
  if (Array.isArray(value)) return /^\d+$/.test(token) ? value[Number(token)] : undefined;
  return isMembers(value) ? memberOf(value, token) : undefined;
}

function memberOf(members: Members, name: string): JsonValue | undefined {
  return Object.hasOwn(members, name) ? members[name] : undefined;
}
