import type { MessagePort } from 'node:worker_threads';

/** A port of Node's in the form of Electron's `MessagePortMain`: messages come as events with `data`. */
export interface PortMain {
  readonly port: MessagePort;
  on(event: 'message' | 'close', listener: (event: { data: unknown }) => void): void;
  postMessage(data: unknown): void;
  start(): void;
  close(): void;
}

export function asMessagePortMain(port: MessagePort): PortMain {
  return {
    port,
    on(event, listener) {
      port.on(event, (data: unknown) => listener({ data }));
    },
    postMessage: (data) => port.postMessage(data),
    start: () => port.start(),
    close: () => port.close(),
  };
}
