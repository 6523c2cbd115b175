import { createORPCClient, DynamicLink } from '@orpc/client';
import { RPCLink } from '@orpc/client/message-port';
import { shallowRef } from 'vue';

import { because } from '../../shared/base/reasons.ts';
import { ContractError } from '../../shared/contract/errors.ts';
import { fromBridgeError } from '../../shared/rpc/bridge-errors.ts';
import type { Bridge } from '../../shared/rpc/contract.ts';
import { desktopChannels, type DesktopWindow, type UpdateState } from '../../shared/rpc/desktop.ts';
import { followStream } from './follow-stream.ts';
import type { Host, HostState } from './host.ts';

/** Between losing the engine and asking for it again, in milliseconds. */
const PAUSE_MS = 200;

/** The engine behind a message port of the desktop app; when its process ends, another port is asked for. */
export function connectDesktop(desktop: DesktopWindow): Host {
  const state = shallowRef<HostState>('connecting');
  let link: RPCLink<Record<never, never>> | undefined;

  window.addEventListener('message', ({ data, source, ports: [port] }) => {
    if (data !== desktopChannels.bridge || source !== window || port === undefined) return;
    port.addEventListener('close', () => {
      link = undefined;
      state.value = 'lost';
      setTimeout(() => desktop.connect(), PAUSE_MS);
    });
    port.start();
    link = new RPCLink({
      port,
      interceptors: [
        async ({ next }) => {
          try {
            return await next();
          } catch (error) {
            throw fromBridgeError(error);
          }
        },
      ],
    });
    state.value = 'connected';
  });
  desktop.connect();

  const update = shallowRef<UpdateState>();
  desktop.onUpdate((now) => (update.value = now));

  const bridge: Bridge = createORPCClient(
    new DynamicLink(() => {
      if (link !== undefined) return link;
      throw new ContractError('unreachable', because('no_engine'));
    }),
  );
  return {
    state,
    bridge,
    follow: (stream, listeners) => followStream(bridge, stream, listeners),
    onIntent: (listener) => desktop.onIntent(listener),
    async savePdf(fileName) {
      const saved = await desktop.savePdf(fileName);
      if (typeof saved === 'object')
        throw new ContractError(saved.failed, because('pdf_unwritten', { why: saved.why }));
      return saved === 'saved';
    },
    update,
    answerUpdate: (answer) => desktop.answerUpdate(answer),
    openDataFolder: () => desktop.openDataFolder(),
  };
}
