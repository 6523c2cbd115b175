import type { IncomingMessage } from 'node:http';

/** Where windows of the app reach the engine. */
export const BRIDGE_PATH = '/-/app';

/**
 * Whether a request begins a WebSocket of the app's. Only then Node gives its connection away, and nothing watches over it any more: whatever
 * else asks for an upgrade is answered as if it had not (RFC 9110, 7.8).
 */
export function isBridgeHandshake({ url, headers }: IncomingMessage): boolean {
  return (
    url === BRIDGE_PATH &&
    headers.upgrade?.toLowerCase() === 'websocket' &&
    headers['sec-websocket-version'] === '13' &&
    /^[+/\dA-Za-z]{22}==$/.test(headers['sec-websocket-key'] ?? '')
  );
}
