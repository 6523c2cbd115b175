import { defineStore } from 'pinia';
import { shallowRef, type Ref } from 'vue';

import type { WorkProgress } from '../../shared/rpc/messages.ts';

/** Something to be told in passing, in the user's words, at the edge of the screen. */
export interface Notice {
  id: number;
  kind: 'done' | 'failed' | 'working';
  text: string;
  /** Further lines, such as the faults of a refused change. */
  details?: readonly string[];
  action?: { label: string; run: () => unknown };
  /** Of what is under way: how far it is, and what gives it up, if anything does. */
  work?: { progress: Readonly<Ref<WorkProgress | undefined>>; cancel?: () => void };
}

/** How long a notice of something done stays, in milliseconds; what failed stays until it is closed, what is under way until it is done. */
const STAY_MS = 6_000;

/** What is told in passing. At most three at a time: the oldest gives way. */
export const useNotices = defineStore('notices', () => {
  const notices = shallowRef<readonly Notice[]>([]);
  let nextId = 0;

  /** Answers its id, to close it by. */
  function tell(notice: Omit<Notice, 'id'>): number {
    const id = (nextId += 1);
    notices.value = [...notices.value, { ...notice, id }].slice(-3);
    if (notice.kind === 'done') setTimeout(() => close(id), STAY_MS);
    return id;
  }

  function close(id: number): void {
    notices.value = notices.value.filter((notice) => notice.id !== id);
  }

  return { notices, tell, close };
});
