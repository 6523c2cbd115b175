// `node packaging/draw-icons.ts`: draws `packaging/icons/` anew from the app's one drawing, `renderer/public/icon.svg`, with Chromium.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { chromium, type Page } from 'playwright-core';

import { chromiumOptions } from '../test/app/find-chromium.ts';

const root = new URL('..', import.meta.url).pathname;
const folder = join(root, 'packaging', 'icons');

/** The sizes that Linux desktops look for, in pixels. */
const LINUX_SIZES = [16, 24, 32, 48, 64, 128, 256, 512];
const WINDOWS_SIZES = [16, 24, 32, 48, 64, 128, 256];
/** macOS draws its icons smaller than their place: 824 of 1,024, by Apple's grid. */
const MAC_MARGIN = 100 / 1024;
/** The kinds of an icns file that hold a PNG, and the width of each in pixels. */
const MAC_KINDS = { icp4: 16, icp5: 32, icp6: 64, ic07: 128, ic08: 256, ic09: 512, ic10: 1024 } as const;

const svg = readFileSync(join(root, 'renderer', 'public', 'icon.svg'), 'utf8');
const browser = await chromium.launch(chromiumOptions());
const page = await browser.newPage();
mkdirSync(folder, { recursive: true });

for (const size of LINUX_SIZES) writeFileSync(join(folder, `${size}x${size}.png`), await draw(page, size));
writeFileSync(join(folder, 'icon.ico'), windowsIcon(await drawAll(WINDOWS_SIZES, 0)));
writeFileSync(join(folder, 'icon.icns'), macIcon(await drawAll(Object.values(MAC_KINDS), MAC_MARGIN)));
await browser.close();

async function drawAll(sizes: readonly number[], margin: number): Promise<Map<number, Buffer>> {
  const drawn = new Map<number, Buffer>();
  for (const size of sizes) drawn.set(size, await draw(page, size, margin));
  return drawn;
}

/** The icon as a PNG with clear corners; `margin` is the share of the width that stays empty on each side. */
async function draw(on: Page, size: number, margin = 0): Promise<Buffer> {
  const empty = Math.round(size * margin);
  await on.setViewportSize({ width: size, height: size });
  await on.setContent(
    `<style>body{margin:0}svg{position:absolute;inset:${empty}px;width:${size - 2 * empty}px}</style>${svg}`,
  );
  return await on.screenshot({ omitBackground: true });
}

/** An ico file: a header, one line for each picture, and the pictures. */
function windowsIcon(pictures: ReadonlyMap<number, Buffer>): Buffer {
  const head = Buffer.alloc(6 + 16 * pictures.size);
  head.writeUInt16LE(1, 2);
  head.writeUInt16LE(pictures.size, 4);
  let line = 6;
  let offset = head.length;
  for (const [size, png] of pictures) {
    // 256 is written as 0.
    head.writeUInt8(size % 256, line);
    head.writeUInt8(size % 256, line + 1);
    head.writeUInt16LE(1, line + 4);
    head.writeUInt16LE(32, line + 6);
    head.writeUInt32LE(png.length, line + 8);
    head.writeUInt32LE(offset, line + 12);
    line += 16;
    offset += png.length;
  }
  return Buffer.concat([head, ...pictures.values()]);
}

/** An icns file: pictures one after the other, each behind its kind and length. */
function macIcon(pictures: ReadonlyMap<number, Buffer>): Buffer {
  const parts = Object.entries(MAC_KINDS).map(([kind, size]) => block(kind, pictures.get(size) ?? Buffer.alloc(0)));
  return block('icns', Buffer.concat(parts));
}

function block(kind: string, content: Buffer): Buffer {
  const head = Buffer.alloc(8);
  head.write(kind, 'latin1');
  head.writeUInt32BE(8 + content.length, 4);
  return Buffer.concat([head, content]);
}
