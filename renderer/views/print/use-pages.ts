import { onScopeDispose, shallowRef, watch, type Ref } from 'vue';

import { layOut, type PagePart, type SheetHeights } from './lay-out.ts';
import type { Sheet } from './sheet.ts';

export interface PrintedPage {
  readonly id: string;
  readonly sheet: Sheet;
  readonly parts: readonly PagePart[];
  readonly scale: number;
  /** Of a door's sheet, its own pages are counted; of all others, the pages of all together. */
  readonly number: number;
  readonly of: number;
}

/** The type of a door's sheet, from the largest on: the smallest can still be read from a step away. */
const DOOR_SCALES = [1, 0.88, 0.76, 0.66, 0.57, 0.5];

/** After so many milliseconds of work the window is let breathe. */
const BREATH_MS = 30;
/** Edits come in bursts. */
const PAUSE_MS = 200;

/** Lays sheets out on pages, anew whenever they change. `measure` draws one with all its rows and tells how high its parts are. */
export function usePages(
  sheets: Ref<readonly Sheet[]>,
  paper: Ref<string>,
  measure: (sheet: Sheet, scale: number) => Promise<SheetHeights>,
) {
  const pages = shallowRef<readonly PrintedPage[]>([]);
  /** How far it is, in sheets; undefined when it is done. */
  const progress = shallowRef<{ done: number; total: number } | undefined>({ done: 0, total: 0 });
  let turn = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;

  async function start(): Promise<void> {
    const mine = (turn += 1);
    const wanted = sheets.value;
    const made: Omit<PrintedPage, 'number' | 'of'>[][] = [];
    progress.value = { done: 0, total: wanted.length };
    let breathedMs = performance.now();
    for (const [at, sheet] of wanted.entries()) {
      const { scale, laid } = await fitted(sheet);
      if (mine !== turn) return;
      made.push(laid.map((parts, nth) => ({ id: `${sheet.id}#${nth}`, sheet, parts, scale })));
      if (performance.now() - breathedMs > BREATH_MS) {
        progress.value = { done: at + 1, total: wanted.length };
        await new Promise((resolve) => setTimeout(resolve));
        breathedMs = performance.now();
      }
      if (mine !== turn) return;
    }
    pages.value = numbered(made);
    progress.value = undefined;
  }

  /** On as few pages as can be; on so many, in the largest type. */
  async function fitted(sheet: Sheet): Promise<{ scale: number; laid: PagePart[][] }> {
    const scales = sheet.form === 'door' ? DOOR_SCALES : [1];
    let best: { scale: number; laid: PagePart[][] } | undefined;
    for (const scale of scales) {
      const laid = layOut(sheet, await measure(sheet, scale));
      if (best === undefined || laid.length < best.laid.length) best = { scale, laid };
      if (laid.length <= 1) break;
    }
    return best ?? { scale: 1, laid: [] };
  }

  watch(
    [sheets, paper],
    () => {
      clearTimeout(timer);
      // What is being laid out is of yesterday.
      turn += 1;
      progress.value ??= { done: 0, total: sheets.value.length };
      timer = setTimeout(() => void start(), PAUSE_MS);
    },
    { immediate: true },
  );
  onScopeDispose(() => {
    turn += 1;
    clearTimeout(timer);
  });

  return { pages, progress };
}

function numbered(sheets: readonly (readonly Omit<PrintedPage, 'number' | 'of'>[])[]): PrintedPage[] {
  const all = sheets.flat();
  return sheets.flatMap((own) =>
    own.map((page, at) =>
      page.sheet.form === 'door'
        ? { ...page, number: at + 1, of: own.length }
        : { ...page, number: all.indexOf(page) + 1, of: all.length },
    ),
  );
}
