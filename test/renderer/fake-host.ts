import { createPinia, setActivePinia } from 'pinia';
import { createApp, shallowRef, type App, type ShallowRef } from 'vue';

import type { Bridge } from '../../shared/rpc/contract.ts';
import type { Intent, UpdateState } from '../../shared/rpc/desktop.ts';
import { BRIDGE } from '../../renderer/host/bridge-key.ts';
import { followStream } from '../../renderer/host/follow-stream.ts';
import type { Host, HostState } from '../../renderer/host/host.ts';
import { i18n } from '../../renderer/i18n/i18n.ts';

/** What a call of the bridge answers, by its path such as `files.open`. */
export type FakeAnswers = Readonly<Record<string, (input: never, options: { signal?: AbortSignal }) => unknown>>;

export interface FakeHost extends Host {
  readonly state: ShallowRef<HostState>;
  readonly update: ShallowRef<UpdateState | undefined>;
  /** What was answered to updates. */
  readonly updateAnswers: string[];
  /** Every call that was made, with what was asked. */
  readonly calls: { path: string; input: unknown }[];
  /** Sends a message to everybody who follows that stream, now or later: the latest is kept for those who come. */
  emit(path: string, message: unknown): void;
  ask(intent: Intent): void;
}

/** A host whose engine answers as the test says. Streams stay open and tell what `emit` says; a call without an answer fails the test. */
export function createFakeHost(answers: FakeAnswers = {}): FakeHost {
  const streams = new Map<string, FakeStream>();
  const listeners = new Set<(intent: Intent) => void>();
  const calls: FakeHost['calls'] = [];
  const updateAnswers: string[] = [];
  const streamOf = (path: string): FakeStream => {
    const stream = streams.get(path) ?? new FakeStream();
    streams.set(path, stream);
    return stream;
  };

  const call = async (path: string, input: unknown, options: { signal?: AbortSignal } = {}): Promise<unknown> => {
    calls.push({ path, input });
    const answer = answers[path];
    if (answer !== undefined) return await answer(input as never, options);
    if (/\.watch\w*$/.test(path)) return streamOf(path).open(options.signal);
    if (path === 'settings.save') return undefined;
    throw new Error(`The test gives no answer to ${path}.`);
  };
  const bridge = new Proxy(
    {},
    {
      get: (_, part: string) =>
        new Proxy(
          {},
          {
            get: (_, name: string) => async (input: unknown, options: object) =>
              await call(`${part}.${name}`, input, options),
          },
        ),
    },
  ) as Bridge;

  return {
    state: shallowRef<HostState>('connected'),
    bridge,
    calls,
    follow: (open, on) => followStream(bridge, open, on),
    onIntent: (listener) => void listeners.add(listener),
    update: shallowRef(),
    updateAnswers,
    answerUpdate: (answer) => void updateAnswers.push(answer),
    savePdf: undefined,
    openDataFolder: undefined,
    emit: (path, message) => streamOf(path).emit(message),
    ask(intent) {
      for (const listener of listeners) listener(intent);
    },
  };
}

/** An app around a fake host, for stores and components: stores that are used from now on are its own. */
export function createFakeApp(host: FakeHost): App {
  const app = createApp({ render: () => null });
  const pinia = createPinia();
  app.provide(BRIDGE, host);
  app.use(pinia);
  app.use(i18n);
  setActivePinia(pinia);
  return app;
}

class FakeStream {
  #latest: { message: unknown } | undefined;
  readonly #readers = new Set<(message: unknown) => void>();

  emit(message: unknown): void {
    this.#latest = { message };
    for (const read of this.#readers) read(message);
  }

  async *open(signal: AbortSignal | undefined): AsyncGenerator {
    const waiting: unknown[] = this.#latest === undefined ? [] : [this.#latest.message];
    let wake = (): void => undefined;
    const read = (message: unknown): void => {
      waiting.push(message);
      wake();
    };
    this.#readers.add(read);
    signal?.addEventListener('abort', () => wake());
    try {
      while (signal?.aborted !== true) {
        if (waiting.length > 0) yield waiting.shift();
        else await new Promise<void>((resolve) => (wake = resolve));
      }
    } finally {
      this.#readers.delete(read);
    }
  }
}
