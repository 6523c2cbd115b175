import { v7 as uuidv7 } from 'uuid';
import { useI18n } from 'vue-i18n';

import type { SessionSummary } from '../../../shared/rpc/session-summary.ts';
import { useHost } from '../../host/bridge-key.ts';
import { useClashes } from '../../stores/clashes.ts';
import { useDays } from '../../stores/days.ts';
import { useEdit } from '../../stores/edit.ts';
import { useEvent } from '../../stores/event.ts';
import { useLanding } from './use-landing.ts';

export interface NewSession {
  name: string;
  /** Undefined where the event knows no type: then the first is made. */
  typeId: string | undefined;
  roomId: string;
  startMs: number;
  endMs: number;
}

/** Makes sessions on the board. */
export function useNewSession() {
  const { t } = useI18n();
  const { bridge } = useHost();
  const days = useDays();
  const edit = useEdit();
  const event = useEvent();
  const clashes = useClashes();
  const { refuse } = useLanding();

  /** The type that most sessions of the day have; of a day without any, the first that there is. */
  function usualType(): string | undefined {
    const counts = new Map<string, number>();
    const sessions = days.current === undefined ? [] : days.sessionsOn(days.current.date);
    for (const { type_id: id } of sessions) counts.set(id, (counts.get(id) ?? 0) + 1);
    const [most] = [...counts].sort((a, b) => b[1] - a[1]);
    return most?.[0] ?? event.catalog.session_types.keys().next().value;
  }

  /** Answers the new session's id; undefined where it was refused, which has been told. */
  async function create({ name, typeId, roomId, startMs, endMs }: NewSession): Promise<string | undefined> {
    const fields = {
      name,
      room_ids: [roomId],
      start_date: days.clock.dateTimeAt(startMs),
      end_date: days.clock.dateTimeAt(endMs),
    };
    const asItWouldBe = { ...fields, id: 'new', event_id: '', type_id: typeId ?? '', registrations: 0, sync: 'clean' };
    const forbidden = clashes.forbiddenBy([asItWouldBe as SessionSummary]);
    if (forbidden.length > 0) {
      refuse(t('schedule.notMade'), forbidden, asItWouldBe.id);
      return undefined;
    }
    try {
      return (await edit.create({ ...fields, type_id: typeId ?? (await firstType()) })).id;
    } catch {
      // The edit has told why; what was typed stays.
      return undefined;
    }
  }

  async function firstType(): Promise<string> {
    const id = uuidv7();
    const item = { id, name: t('schedule.create.firstType') };
    await edit.perform(
      async () => await bridge.catalog.put({ tenantId: event.tenantId, kind: 'session_types', items: [item] }),
    );
    return id;
  }

  return { create, usualType };
}
