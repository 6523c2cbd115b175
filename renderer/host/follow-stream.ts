import { ContractError } from '../../shared/contract/errors.ts';
import type { Bridge } from '../../shared/rpc/contract.ts';
import type { OpenStream, StreamListeners } from './host.ts';

/** Between two tries to open a stream that broke, in milliseconds. */
const PAUSE_MS = 300;

/** Opens a stream, hands on what it tells, and opens it again when the connection broke. Answers what ends it. */
export function followStream<Message>(
  bridge: Bridge,
  stream: OpenStream<Message>,
  { onMessage, onOpen, onRefused }: StreamListeners<Message>,
): () => void {
  const end = new AbortController();
  const run = async (): Promise<void> => {
    while (!end.signal.aborted) {
      try {
        const messages = await stream(bridge, end.signal);
        onOpen?.();
        for await (const message of messages) {
          if (end.signal.aborted) return;
          onMessage(message);
        }
      } catch (error) {
        if (end.signal.aborted) return;
        if (error instanceof ContractError && error.kind !== 'unreachable') {
          onRefused?.(error);
          return;
        }
      }
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  };
  void run();
  return () => end.abort();
}
