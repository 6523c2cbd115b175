/** The address under which the desktop app serves its own pages: no file of the machine can be reached by it. */
export const APP_ORIGIN = 'app://offstage';

/** The names of what passes between a window and the desktop app around it. Everything else goes over the bridge. */
export const desktopChannels = {
  /** A window asks for a way to the engine; a message port comes back under the same name. */
  bridge: 'offstage:bridge',
  /** The app tells a window what the person wants, from outside of the page. */
  intent: 'offstage:intent',
  /** A window asks that what it would print be saved as a PDF, under the name that it gives; the answer is a `SavedPdf`. */
  savePdf: 'offstage:save-pdf',
  /** The app tells a window how far an update is; a window asks for that, or answers what it offers (`UpdateRequest`). */
  update: 'offstage:update',
  /** A window asks to be shown the data folder. */
  dataFolder: 'offstage:data-folder',
} as const;

/** What became of a PDF: saved where the person said, given up, or not written, and why. */
export type SavedPdf = 'saved' | 'cancelled' | { failed: 'storage_full' | 'internal'; why: string };

/** What a person asks for outside of the page: by the menu, by a link, or by opening a file. */
export type Intent =
  | { kind: 'command'; id: string }
  | { kind: 'session'; id: string }
  | { kind: 'file'; name: string; bytes: Uint8Array };

/** A newer version of the app, from the moment it is found. */
export type UpdateState =
  /** Nothing of it is fetched before the person says so. */
  | { state: 'available'; version: string; isDeclined: boolean }
  /** `share`: from 0 to 1. The app ends and starts again once it is whole. */
  | { state: 'fetching'; version: string; share: number }
  | { state: 'installing'; version: string }
  | { state: 'failed'; version: string; reason: string };

/** `decline` also gives up what is being fetched. */
export type UpdateRequest = 'state' | 'install' | 'decline';

/** What the preload script gives to the page, and nothing beside it. */
export interface DesktopWindow {
  /** Asks for a way to the engine: a message named `desktopChannels.bridge` with one port reaches the window. */
  connect(): void;
  /** Calls `listener` with each intent from now on, and with those that came before anybody listened. */
  onIntent(listener: (intent: Intent) => void): void;
  /** Asks where to, and saves what the window would print as a PDF. */
  savePdf(fileName: string): Promise<SavedPdf>;
  /** Calls `listener` with how far an update is, if there is one, and whenever that changes. */
  onUpdate(listener: (update: UpdateState) => void): void;
  answerUpdate(answer: Exclude<UpdateRequest, 'state'>): void;
  /** Shows the data folder in the system's own program for files; a page names no path. */
  openDataFolder(): void;
}
