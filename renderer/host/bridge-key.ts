import { inject, type InjectionKey } from 'vue';

import type { Host } from './host.ts';

export const BRIDGE: InjectionKey<Host> = Symbol('the way to the engine');

/** The way to the engine; what asks for it stands inside the app. */
export function useHost(): Host {
  const host = inject(BRIDGE);
  if (host === undefined) throw new Error('The app was made without a host.');
  return host;
}
