/** One field before and after a change; a side on which it is absent had nothing there. */
export interface FieldChange {
  field: string;
  before?: unknown;
  after?: unknown;
}

/** One change of a session, as its history tells it. */
export interface SessionHistoryEntry {
  /** Asks for the page of what was before this entry. */
  key: string;
  /** ISO-8601 in UTC, by the clock of this machine. */
  at: string;
  /** On which side it was changed: what sync brought is headquarters'. */
  side: 'here' | 'headquarters';
  /** Who: the id of a person or key; for what sync brought, who changed it last there, where headquarters says so. */
  by: string;
  /** One of the fourteen operations, or `import`, `bulkChange`, `undo`, `redo`, `sync`, `resolve …`. */
  operation: string;
  action: 'created' | 'changed' | 'deleted' | 'linked';
  /** The fields that a person may set, in the session's order; for a session that was deleted, those that it had. */
  changes: FieldChange[];
  /** Of `linked`: the session that goes on from this one, or from which this one goes on: a deleted session came back under a new id. */
  linkedId?: string;
}

/** Newest first. */
export interface SessionHistoryPage {
  entries: SessionHistoryEntry[];
  /** Whether there is more before the last entry. */
  more: boolean;
}
