import * as electron from 'electron';
import { fileURLToPath } from 'node:url';

import { runDesktop } from './desktop-app.ts';

const besideThis = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

void runDesktop(electron, {
  engine: besideThis('engine.js'),
  preload: besideThis('preload.cjs'),
  renderer: besideThis('renderer'),
});
