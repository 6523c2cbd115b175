import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/websocket';
import { WebSocket as ReconnectingWebSocket } from 'partysocket';
import { shallowRef } from 'vue';

import { fromBridgeError } from '../../shared/rpc/bridge-errors.ts';
import type { Bridge } from '../../shared/rpc/contract.ts';
import { followStream } from './follow-stream.ts';
import type { Host, HostState } from './host.ts';

/** The token stands behind the `#` of the address that was printed: no server and no log ever sees it. */
const TOKEN = 'offstage-token';

/** So often in a row the bridge of a host that is there does not open, until it is taken for refused. */
const MAX_REFUSALS = 3;

/** The engine behind a WebSocket of the server that this page came from. */
export function connectBrowser(): Host {
  const token = takeToken();
  const state = shallowRef<HostState>(token === null ? 'refused' : 'connecting');
  const address = new URL('/-/app', location.href);
  address.protocol = address.protocol === 'https:' ? 'wss:' : 'ws:';
  const websocket = new ReconnectingWebSocket(address.href, token === null ? [] : [token], {
    startClosed: token === null,
    minReconnectionDelay: 200,
    maxReconnectionDelay: 2_000,
  });
  let refusals = 0;
  websocket.addEventListener('open', () => {
    refusals = 0;
    state.value = 'connected';
  });
  websocket.addEventListener('close', () => {
    if (state.value === 'connected') state.value = 'lost';
    else void seeWhetherRefused();
  });
  /** No browser tells why a WebSocket failed. A host that serves its pages all the while was started anew: it knows another token than this. */
  async function seeWhetherRefused(): Promise<void> {
    refusals = (await isServed()) ? refusals + 1 : 0;
    if (refusals < MAX_REFUSALS) return;
    state.value = 'refused';
    websocket.close();
  }
  // A start of the host has an address that differs behind the `#` alone: opened in this tab, it loads nothing by itself.
  window.addEventListener('hashchange', ({ newURL }) => {
    const given = tokenIn(new URL(newURL).hash);
    if (given === undefined) return;
    sessionStorage.setItem(TOKEN, given);
    location.reload();
  });
  const link = new RPCLink({
    websocket: websocket as unknown as WebSocket,
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
  const bridge: Bridge = createORPCClient(link);
  return {
    state,
    bridge,
    follow: (stream, listeners) => followStream(bridge, stream, listeners),
    onIntent() {},
    update: shallowRef(),
    answerUpdate() {},
    savePdf: undefined,
    openDataFolder: undefined,
  };
}

/** Whether the host serves the page that this is. */
async function isServed(): Promise<boolean> {
  try {
    const { ok } = await fetch(location.pathname, { method: 'HEAD', cache: 'no-store' });
    return ok;
  } catch {
    // Nobody is there: the next try may find it.
    return false;
  }
}

/** Takes the token out of the address (the router may have put a slash before it), and keeps it for this tab's next loads. */
function takeToken(): string | null {
  const given = tokenIn(location.hash);
  if (given === undefined) return sessionStorage.getItem(TOKEN);
  sessionStorage.setItem(TOKEN, given);
  history.replaceState(null, '', '#/');
  return given;
}

function tokenIn(hash: string): string | undefined {
  return /^#\/?token=([\w-]+)$/.exec(hash)?.[1];
}
