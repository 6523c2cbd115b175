import { defineStore } from 'pinia';
import { computed } from 'vue';

import type { SessionSummary } from '../../shared/rpc/session-summary.ts';
import { searchTextOf } from '../../shared/schedule/search-text.ts';
import { useNames } from './names.ts';

/** So many texts take a few milliseconds. */
const PART = 1_000;

/** What each session is found by, made when it is first asked for: a session that changes is another object, and has another text. */
export const useSearchTexts = defineStore('search-texts', () => {
  const names = useNames();
  // All are made anew when rooms or people are renamed.
  const textOf = computed(() => {
    const referred = { rooms: names.rooms, contacts: names.contacts };
    const texts = new WeakMap<SessionSummary, string>();
    return (session: SessionSummary): string => {
      let text = texts.get(session);
      if (text === undefined) texts.set(session, (text = searchTextOf(session, referred)));
      return text;
    };
  });

  /** Makes the texts of all sessions that have none yet, a part between two frames: so that the first key finds them made. */
  async function prepare(sessions: Iterable<SessionSummary>): Promise<void> {
    let made = 0;
    for (const session of sessions) {
      textOf.value(session);
      made += 1;
      if (made % PART === 0) await new Promise((resolve) => setTimeout(resolve));
    }
  }

  return { textOf, prepare };
});
