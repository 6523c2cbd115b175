import { readFileSync, writeFileSync } from 'node:fs';

import type * as Electron from 'electron';
import { z } from 'zod';

const saved = z.object({
  x: z.number().int(),
  y: z.number().int(),
  width: z.number().int().min(300).max(20_000),
  height: z.number().int().min(300).max(20_000),
  isMaximized: z.boolean(),
});

/** Where the window stood when it was last closed. */
export interface WindowState {
  /** Empty where it never stood anywhere, or where there is no such screen any more. */
  bounds(): Partial<Electron.Rectangle>;
  /** Keeps up with a window from now on. */
  follow(window: Electron.BrowserWindow): void;
}

export function openWindowState(screen: Electron.Screen, path: string): WindowState {
  const last = read(path);
  return {
    bounds() {
      if (last === undefined) return {};
      const { x, y, width, height } = last;
      const { workArea } = screen.getDisplayMatching({ x, y, width, height });
      const isOnScreen =
        x < workArea.x + workArea.width &&
        x + width > workArea.x &&
        y >= workArea.y &&
        y < workArea.y + workArea.height;
      return isOnScreen ? { x, y, width, height } : { width, height };
    },
    follow(window) {
      if (last?.isMaximized === true) window.maximize();
      window.on('close', () => {
        writeFileSync(path, JSON.stringify({ ...window.getNormalBounds(), isMaximized: window.isMaximized() }));
      });
    },
  };
}

function read(path: string): z.infer<typeof saved> | undefined {
  try {
    return saved.safeParse(JSON.parse(readFileSync(path, 'utf8'))).data;
  } catch {
    // There is none yet, or it was cut short: the window opens where the system puts it.
    return undefined;
  }
}
