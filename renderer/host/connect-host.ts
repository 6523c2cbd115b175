import { connectBrowser } from './connect-browser.ts';
import type { Host } from './host.ts';

/** The way to the engine, wherever this page runs. */
export function connectHost(): Host {
  return connectBrowser();
}
