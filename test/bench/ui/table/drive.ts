import { nextFrame, painted } from '../frames.ts';

/** What the runner does with either table. */
export interface TableUnderTest {
  /** Draws the table over data that is in hand; answers its scroller once its first rows are there. */
  open(): Promise<HTMLElement>;
  close(): void;
  /** Sets the text of the search, as a keystroke does. */
  type(text: string): Promise<void>;
}

export interface Drive {
  /** Milliseconds from data in hand to painted. */
  open(): Promise<number>;
  /** Scrolls from the first row to the last in even steps, one a frame; answers the longest frame, in milliseconds. */
  scroll(steps: number): Promise<number>;
  type(text: string): Promise<void>;
  rowTexts(): string[];
  close(): void;
}

declare global {
  interface Window {
    drive: Drive;
  }
}

export function offerToRunner(table: TableUnderTest): void {
  let scroller: HTMLElement | undefined;
  window.drive = {
    async open() {
      const beginMs = performance.now();
      scroller = await table.open();
      await painted();
      return performance.now() - beginMs;
    },
    async scroll(steps) {
      if (scroller === undefined) throw new Error('The table is not open.');
      const frames: number[] = [];
      let lastMs = await nextFrame();
      const endPx = scroller.scrollHeight - scroller.clientHeight;
      for (let step = 1; step <= steps; step++) {
        scroller.scrollTop = (endPx * step) / steps;
        const nowMs = await nextFrame();
        frames.push(nowMs - lastMs);
        lastMs = nowMs;
      }
      await painted();
      return Math.max(...frames);
    },
    async type(text) {
      await table.type(text);
      await painted();
    },
    rowTexts: () => [...document.querySelectorAll<HTMLElement>('[role="row"]')].map((row) => row.innerText),
    close() {
      scroller = undefined;
      table.close();
    },
  };
}
