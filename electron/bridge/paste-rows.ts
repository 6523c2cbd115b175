import { parseInstant } from '../../shared/base/date-time.ts';
import { OWN_ID_PREFIX } from '../../shared/base/ids.ts';
import { jsonEqual, own, type JsonObject } from '../../shared/base/json.ts';
import { because, type Reason } from '../../shared/base/reasons.ts';
import type { CsvMapping, PastedPreview, PastedSession } from '../../shared/catalog/csv-columns.ts';
import type { BundledSession, ScheduleReading } from '../../shared/catalog/schedule-bundle.ts';
import type { JsonPatch } from '../../shared/contract/patch.ts';
import type { Principal } from '../../shared/contract/roles.ts';
import type { SessionInput } from '../../shared/contract/session.ts';
import { findSessionFaults } from '../../shared/contract/validate-session.ts';
import { previewCsv, readCsv, type CsvOptions } from '../../shared/interchange/read-csv.ts';
import type { ManyReport } from '../../shared/rpc/messages.ts';
import type { Following } from '../../shared/service/following.ts';
import type { Steps, UserService } from '../../shared/service/user-service.ts';
import type { Engine } from '../engine/engine.ts';
import { changeEach } from './edit-calls.ts';

export interface PasteRequest {
  tenantId: string;
  eventId: string;
  /** Rows as a spreadsheet copies them: the first holds the headings. */
  text: string;
  mapping?: CsvMapping | undefined;
}

/**
 * Rows of a spreadsheet, pasted into an event that is there: a row of a session's id or code changes that session, and of it only what has a
 * column; any other makes a new one. Unlike an import, it is an edit like any other: events of a headquarters take it, too, and send it there.
 * Both throw `invalid` for a text that is no table.
 */
export function createPaste({ service, store }: Pick<Engine, 'service' | 'store'>, person: Principal) {
  function read({ tenantId, eventId, text, mapping }: PasteRequest) {
    const known = service.exportSchedule(person, tenantId, eventId);
    const { id, name, time_zone = 'UTC' } = known.event;
    const options: CsvOptions = { mapping, event: { id, name, time_zone }, known };
    return { bytes: new TextEncoder().encode(text), options };
  }

  function judge(tenantId: string, { id, fields }: BundledSession): PastedSession {
    const stored = store.read((view) => view.findSession(tenantId, id))?.session;
    const changed = changedFields(fields, stored);
    const next: JsonObject = { ...stored, ...fields };
    const [fault] = findSessionFaults(next, stored);
    const why = fault === undefined ? lockOf(stored, changed) : because('at', { path: fault.path, why: fault.because });
    const told = changed.map((field) => ({ field, before: own(stored ?? {}, field), after: own(next, field) }));
    const becomes = stored === undefined ? 'new' : changed.length === 0 ? 'unchanged' : 'changed';
    const session = { id, name: fields.name, fields: told };
    return why === undefined ? { ...session, becomes } : { ...session, becomes: 'refused', why };
  }

  return {
    preview(request: PasteRequest): PastedPreview {
      const { bytes, options } = read(request);
      const { headers, mapping, samples, skipped } = previewCsv(bytes, options);
      const reading = readCsv(bytes, { ...options, mapping });
      return {
        headers,
        mapping,
        samples,
        skipped,
        sessions: reading.sessions.map((session) => judge(request.tenantId, session)),
        added: additions(reading).map(({ kind, items }) => ({
          kind,
          items: items.map(({ id, name }) => ({ id, name })),
        })),
      };
    },

    /** What a rule refuses is told by its place among the sessions, and all else is done. */
    async take(user: UserService, request: PasteRequest, following: Following = {}): Promise<ManyReport> {
      const { tenantId } = request;
      const { bytes, options } = read(request);
      const reading = readCsv(bytes, options);
      return await user.inOneStep(async (steps) => {
        for (const { kind, items } of additions(reading)) await steps.putCatalog(tenantId, kind, items);
        const inThisStep: UserService = { ...user, inOneStep: async (work) => await work(steps) };
        const take = async ({ api }: Steps, { id, fields }: BundledSession): Promise<string> => {
          const stored = store.read((view) => view.findSession(tenantId, id))?.session;
          if (stored === undefined) {
            // An id that was made here, on this machine or another, is the session's own.
            const body = id.startsWith(OWN_ID_PREFIX) ? { ...fields, sys_external_id: id } : fields;
            return (await api.createSession({ tenantId, body })).id;
          }
          const body = changedFields(fields, stored).map((field) => ({
            op: 'add' as const,
            path: `/${field}`,
            value: own(fields, field),
          })) satisfies JsonPatch;
          return (await api.patchSession({ tenantId, id, body })).id;
        };
        return await changeEach(inThisStep, reading.sessions, take, following);
      });
    },
  };
}

/** The fields that the rows name otherwise than the session has them. */
function changedFields(fields: SessionInput, stored: JsonObject | undefined): string[] {
  return Object.keys(fields).filter((field) => {
    const [next, before] = [own(fields, field), own(stored ?? {}, field)];
    if (!dateFields.has(field) || typeof next !== 'string' || typeof before !== 'string')
      return !jsonEqual(next, before);
    // A spreadsheet's times have no form of their own: what counts is the instant.
    return parseInstant(next) !== parseInstant(before);
  });
}

const dateFields: ReadonlySet<string> = new Set(['start_date', 'end_date']);

function lockOf(stored: JsonObject | undefined, changed: readonly string[]): Reason | undefined {
  return stored?.['sys_locked'] === true && changed.length > 0 ? because('locked') : undefined;
}

function additions({ catalog }: ScheduleReading): { kind: string; items: readonly { id: string; name: string }[] }[] {
  return Object.entries(catalog)
    .map(([kind, items]) => ({ kind, items: items as readonly { id: string; name: string }[] }))
    .filter(({ items }) => items.length > 0);
}
