import { nextFrame, painted } from '../frames.ts';
import type { EventInHand } from '../host-in-hand.ts';

/** What the runner does with either board. */
export interface BoardUnderTest {
  /** Takes the day in hand, and draws nothing of it yet. */
  prepare(day: EventInHand): void;
  /** Draws the board. */
  open(): Promise<void>;
  close(): void;
  /** The elements of the sessions that are drawn. */
  blocks(): HTMLElement[];
}

interface Drive {
  prepare(day: EventInHand): void;
  /** Milliseconds from data in hand to painted. */
  open(): Promise<number>;
  close(): void;
  /** A point on a session that stands well within what is seen, to be dragged from, and how many sessions are drawn. */
  grip(): { x: number; y: number; drawn: number };
  /** Begins to look at how long each frame takes; `longestFrameMs` tells and ends it. */
  watchFrames(): void;
  longestFrameMs(): Promise<number>;
}

declare global {
  interface Window {
    boardDrive: Drive;
  }
}

export function offerToRunner(board: BoardUnderTest): void {
  let isWatching = false;
  let longest = 0;
  window.boardDrive = {
    prepare: (day) => board.prepare(day),
    async open() {
      const beginMs = performance.now();
      await board.open();
      await painted();
      return performance.now() - beginMs;
    },
    close: () => board.close(),
    grip() {
      const blocks = board.blocks();
      const seen = blocks
        .map((block) => block.getBoundingClientRect())
        .find(({ x, y, height }) => x > 200 && x < 500 && y > 250 && y < 500 && height > 30);
      if (seen === undefined) throw new Error('No session stands where it can be gripped.');
      return { x: seen.x + 20, y: seen.y + seen.height / 2, drawn: blocks.length };
    },
    watchFrames() {
      isWatching = true;
      longest = 0;
      void (async () => {
        for (let lastMs = await nextFrame(); isWatching;) {
          const nowMs = await nextFrame();
          longest = Math.max(longest, nowMs - lastMs);
          lastMs = nowMs;
        }
      })();
    },
    async longestFrameMs() {
      await painted();
      isWatching = false;
      return longest;
    },
  };
}
