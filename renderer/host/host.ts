import type { Ref } from 'vue';

import type { Bridge } from '../../shared/rpc/contract.ts';
import type { Intent, UpdateRequest, UpdateState } from '../../shared/rpc/desktop.ts';

/**
 * `connecting`: not answered yet; `lost`: it was there and is being looked for again; `refused`: this window is not let in, and trying
 * again will not help.
 */
export type HostState = 'connecting' | 'connected' | 'lost' | 'refused';

/** Where the renderer runs: a window of the desktop app, or a browser. Nothing else of the renderer knows which. */
export interface Host {
  readonly state: Readonly<Ref<HostState>>;
  /** The engine. Failures are `ContractError`s. A call made while the engine is away fails as `unreachable`. */
  readonly bridge: Bridge;
  /**
   * Follows a stream for as long as it is wanted, over any number of reconnections: each time it is opened anew `onOpen` is called, and what
   * it tells then starts from the beginning. Answers what ends it.
   */
  follow<Message>(stream: OpenStream<Message>, listeners: StreamListeners<Message>): () => void;
  /** Calls `listener` with what the person asks for outside of the page: by the menu, a link, or a file. A browser has none of these. */
  onIntent(listener: (intent: Intent) => void): void;
  /**
   * Saves the pages that the window would print as a PDF file, where the person says. Answers whether they did; throws a `ContractError` where it
   * could not be written. Undefined in a browser, which prints to PDF by itself.
   */
  readonly savePdf: ((fileName: string) => Promise<boolean>) | undefined;
  /** How far a newer version of the app is; undefined while there is none. A browser shows what the host serves, and never has one. */
  readonly update: Readonly<Ref<UpdateState | undefined>>;
  answerUpdate(answer: Exclude<UpdateRequest, 'state'>): void;
  /** Shows the data folder in the system's own program for files; undefined where a page cannot. */
  readonly openDataFolder: (() => void) | undefined;
}

export type OpenStream<Message> = (bridge: Bridge, signal: AbortSignal) => Promise<AsyncIterable<Message>>;

export interface StreamListeners<Message> {
  onMessage: (message: Message) => void;
  onOpen?: () => void;
  /** The engine refused the stream; it is not asked again. */
  onRefused?: (error: unknown) => void;
}
