import type { Fault } from '../base/json.ts';
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
  refused: { at: number; message: string; faults: Fault[] }[];
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
}

/** A copy of all data as they were at one moment, in the data folder's `backups`. */
export interface BackupFile {
  /** Its file's name. */
  id: string;
  /** When it was made, ISO-8601 in UTC. */
  at: string;
  sizeBytes: number;
}
