import type { Fault } from '../base/json.ts';
import type { Reason } from '../base/reasons.ts';
import type { CatalogItem, CatalogKind } from '../catalog/catalog.ts';
import type { SkippedPart } from '../catalog/schedule-bundle.ts';
import type { SessionSummary } from './session-summary.ts';

/** An event that is kept here. */
export interface WorkspaceEvent {
  tenantId: string;
  event: CatalogItem<'events'>;
  /** Where its headquarters is; absent where it has none. */
  upstream?: {
    url: string;
    remoteTenantId: string;
    /** Given when the host was started: it cannot be disconnected in the app. */
    isGiven: boolean;
  };
}

/** What is kept on this machine, and what the host is. */
export interface Workspace {
  events: WorkspaceEvent[];
  host: HostFacts;
  /** Why the last copy of the data could not be made, where it could not. */
  backupFailure?: Reason;
  /** Where the data cannot be read: then nothing can be asked but what `backups` offers. */
  damaged?: DamagedData;
}

export interface HostFacts {
  version: string;
  dataDir: string;
  kind: 'desktop' | 'browser';
}

/** A part of an event's sessions, or changes of them. What a message holds replaces what was known of those ids. */
export interface EventFeedMessage {
  changed: SessionSummary[];
  /** Ids of sessions that are gone, or left the event. */
  removed: string[];
  /**
   * How far the first reading is: `window` once with all of the window, then `rest` part by part, and from `complete` on
   * everything is known.
   */
  stage: 'window' | 'rest' | 'complete' | 'live';
}

/** The kinds that the renderer holds; registrations are counted by session instead. */
export type HeldKind = Exclude<CatalogKind, 'registrations'>;

/** A part of the catalog, or changes of it. */
export interface CatalogMessage {
  items: { [Kind in HeldKind]?: CatalogItem<Kind>[] };
  removed: { kind: HeldKind; id: string }[];
  complete: boolean;
}

/** What was done of many things at once, and what of them was not, with the reason. */
export interface ManyReport {
  /** Ids of the sessions that were made, changed or deleted. */
  done: string[];
  /** By their places in what was asked. */
  refused: { at: number; message: string; because: Reason; faults: Fault[] }[];
}

/** How far a long call is: sessions done, and sessions in all. */
export interface WorkProgress {
  done: number;
  total: number;
}

/** A schedule file that was taken in. */
export interface ImportedFile {
  tenantId: string;
  eventId: string;
  /** Sessions. */
  added: number;
  changed: number;
  unchanged: number;
  /** What of the file was not taken, where it stands and why. */
  refused: SkippedPart[];
}

/** A file made from an event. */
export interface ExportedFile {
  fileName: string;
  contentType: string;
  text: string;
}

/** One line of what sync did; `at` is ISO-8601 in UTC. */
export interface SyncLogEntry {
  at: string;
  message: string;
  because: Reason;
}

/** A copy of all data as they were at one moment, in the data folder's `backups`. */
export interface BackupFile {
  /** Its file's name. */
  id: string;
  /** When it was made, ISO-8601 in UTC. */
  at: string;
  sizeBytes: number;
}

/** Something in this folder that can be put in the place of the data. */
export interface KeptCopy extends BackupFile {
  /** A copy; or what stood here until another took its place, at that time. */
  kind: 'copy' | 'replaced';
  /** How many sessions it holds, and of how many something waits to be sent; both absent where it cannot be read. */
  sessions?: number;
  waiting?: number;
}

/** What putting a copy in the place of the data means. */
export interface RestorePreview {
  /** The names of the events in it. */
  events: string[];
  sessions: number;
  /** Of how many sessions something waits in it: that is sent only when a person says so. */
  held: number;
  /** What is otherwise here now; absent where what is here cannot be read. */
  replaces?: {
    /** Sessions that are here, and not in it. */
    added: number;
    changed: number;
    /** Sessions that are in it, and not here. */
    deleted: number;
    /** Of these, those of which something has not been sent to headquarters. */
    waiting: number;
  };
}

/** A file of everything on its way out: how far its making is (in pages), then where it can be read in parts. */
export type SavingFile =
  | { state: 'copying'; done: number; total: number }
  | { state: 'ready'; transfer: string; fileName: string; sizeBytes: number };

/** A copy on its way to take the place of the data; once it has, the connection ends, and the next is to the new data. */
export type Restoring =
  | { state: 'preparing' }
  | { state: 'ready'; restore: string; preview: RestorePreview }
  /** It takes the place, whatever happens. */
  | { state: 'decided' }
  /** It cannot be used; nothing is changed. The message says it in English, with all that is known. */
  | { state: 'refused'; because: UnusableReason; message: string };

/** Why a file cannot take the place of the data. */
export type UnusableReason =
  | 'missing'
  | 'too_large'
  | 'not_closed'
  | 'incomplete'
  | 'foreign'
  | 'newer'
  | 'damaged'
  | 'strange';

/** The data file cannot be read, and stays as it is. */
export interface DamagedData {
  /** The file. */
  path: string;
  /** The newest copy that is whole and sound; absent where there is none. */
  newestGood?: KeptCopy;
}
