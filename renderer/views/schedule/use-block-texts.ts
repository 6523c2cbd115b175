import { computed } from 'vue';
import { useI18n } from 'vue-i18n';

import type { SessionSummary } from '../../../shared/rpc/session-summary.ts';
import { spanOf } from '../../../shared/schedule/scheduled-session.ts';
import { speakerNamesOf } from '../../../shared/schedule/search-text.ts';
import { useTimes } from '../../composables/use-times.ts';
import { useNames } from '../../stores/names.ts';
import { usePreferences } from '../../stores/preferences.ts';

/** A hostile name may have any length; no block shows more. */
const MAX_LENGTH = 300;

/** What a session's block says. */
export interface BlockTexts {
  readonly name: string;
  readonly time: string;
  readonly start: string;
  readonly speakers: string;
  readonly rooms: string;
  readonly tracks: string;
  /** Whether it is locked or hidden, and how it stands with headquarters, in words. */
  readonly states: string;
  /** All of it in one line, for those who hear it. */
  readonly label: string;
}

/** The texts of sessions on the board: made once for each, and again only when names, language or the way to write times change. */
export function useBlockTexts() {
  const { t, locale } = useI18n();
  const names = useNames();
  const times = useTimes();
  const preferences = usePreferences();

  return computed(() => {
    const { rooms, tracks, contacts } = names;
    const texts = new WeakMap<SessionSummary, BlockTexts>();
    void [locale.value, preferences.current.timeFormat, times.zone.value];
    return (session: SessionSummary): BlockTexts => {
      const known = texts.get(session);
      if (known !== undefined) return known;
      const span = spanOf(session);
      const name = cut(session.name);
      const time = span === undefined ? '' : times.timeRange(span);
      const start = span === undefined ? '' : times.time(span.startMs);
      const speakers = cut(speakerNamesOf(session, contacts).join(', '));
      const roomNames = cut((session.room_ids ?? []).map((id) => rooms.get(id) ?? id).join(', '));
      const trackNames = cut((session.track_ids ?? []).map((id) => tracks.get(id) ?? id).join(', '));
      const states = [
        session.sys_locked === true && t('schedule.state.locked'),
        session.hide_from_schedule === true && t('schedule.state.hidden'),
        session.sync !== 'clean' && t(`schedule.state.${session.sync}`),
      ]
        .filter((state) => state !== false)
        .join(', ');
      const label = [name, time, roomNames, speakers, trackNames, states].filter((part) => part !== '').join(', ');
      const made = { name, time, start, speakers, rooms: roomNames, tracks: trackNames, states, label };
      texts.set(session, made);
      return made;
    };
  });
}

function cut(text: string): string {
  return text.length > MAX_LENGTH ? `${text.slice(0, MAX_LENGTH).toWellFormed()}…` : text;
}
