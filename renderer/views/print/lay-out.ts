import type { Sheet, SheetGroup, SheetRow } from './sheet.ts';

/** How high the parts of a sheet are, in pixels, in its own order. */
export interface SheetHeights {
  /** What a page has for rows, its titles taken off. */
  readonly page: number;
  readonly groups: readonly { readonly heading: number; readonly rows: readonly number[] }[];
}

/** What of a group stands on a page. */
export interface PagePart {
  readonly group: SheetGroup;
  readonly rows: readonly SheetRow[];
  /** Whether its rows began on a page before. */
  readonly isContinued: boolean;
}

/** A stretch of rows that is not parted. */
interface Block {
  readonly group: SheetGroup;
  readonly rows: readonly SheetRow[];
  readonly height: number;
  /** Of the heading above, where the block begins its group, or a page. */
  readonly heading: number;
}

/** A group that begins at the foot of a page stands there with so many rows at least, or with all that it has. */
const ROWS_UNDER_A_HEADING = 2;

/**
 * Parts a sheet into pages. Laws, checked in test/renderer/printing.test.ts: every row is on one page, in order; no page holds more than fits, but for
 * a block that is higher than a page by itself; a heading has a row below it; where a group goes on, its heading stands again.
 */
export function layOut(sheet: Sheet, heights: SheetHeights): PagePart[][] {
  const pages: PagePart[][] = [];
  let page: PagePart[] = [];
  let left = heights.page;
  const endPage = (): void => {
    pages.push(page);
    page = [];
    left = heights.page;
  };
  let begun: SheetGroup | undefined;
  for (const block of blocksOf(sheet, heights)) {
    const goesOn = (): boolean => page.at(-1)?.group === block.group;
    const needed = (): number => block.height + (goesOn() ? 0 : block.heading);
    if (page.length > 0 && needed() > left) endPage();
    left -= needed();
    const last = page.at(-1);
    if (last?.group === block.group) page[page.length - 1] = { ...last, rows: [...last.rows, ...block.rows] };
    else page.push({ group: block.group, rows: block.rows, isContinued: begun === block.group });
    begun = block.group;
  }
  if (page.length > 0) endPage();
  return pages;
}

function* blocksOf({ groups }: Sheet, heights: SheetHeights): Generator<Block> {
  for (const [at, group] of groups.entries()) {
    const { heading, rows } = heights.groups[at] ?? { heading: 0, rows: [] };
    const height = (from: number, to: number): number => rows.slice(from, to).reduce((a, b) => a + b, 0);
    const all = group.rows.length;
    const isWhole = group.place === 'column' && height(0, all) <= heights.page;
    const first = isWhole ? all : Math.min(all, group.place === 'row' ? ROWS_UNDER_A_HEADING : 1);
    yield { group, rows: group.rows.slice(0, first), height: height(0, first), heading };
    for (let row = first; row < all; row++) {
      yield { group, rows: group.rows.slice(row, row + 1), height: height(row, row + 1), heading };
    }
  }
}
