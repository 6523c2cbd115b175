/** What kind of record a step changed. A session, or an item of one of the catalog's kinds. */
export type StepSubject = 'sessions' | (string & {});

/**
 * What a person did in one go, told as data: the app puts it into words. Counts are of records; one that was created and then changed within
 * the step counts as created.
 */
export interface StepLabel {
  /** The operation that began the step: one of the fourteen, `putCatalog`, `deleteCatalog`, `import` or `bulkChange`. */
  operation: string;
  created: number;
  changed: number;
  deleted: number;
  /** The kinds of the records: `sessions`, or kinds of the catalog. */
  subjects: StepSubject[];
  /** The names of the first three records as the step left them; of a deleted one as it was. */
  names: string[];
  /** The fields of changed records, up to ten. */
  fields: string[];
  /** When it was done, ISO-8601 in UTC. */
  at: string;
}

/** Whether a person can undo and redo, and what. */
export interface UndoState {
  canUndo: boolean;
  canRedo: boolean;
  undoLabel?: StepLabel;
  redoLabel?: StepLabel;
}

/** A field, or a whole record, that an undo left as it is because it is no longer what the step made of it. */
export interface LeftAlone {
  subject: StepSubject;
  id: string;
  name: string;
  /** A pointer without its leading slash, such as `name` or `speakers/c1/job_title`; '' is the whole record. */
  pointer: string;
  /** `changed`: by whom `by` tells; `gone`: the record is there no more; `there`: it is there again; `in_use`: other records refer to it, or a hub has it. */
  reason: 'changed' | 'gone' | 'there' | 'in_use';
  /** Who changed it: `headquarters`, or the id of a key or person. */
  by?: string;
}

/** What an undo or redo did. */
export interface UndoReport {
  label: StepLabel;
  /** How many fields were taken back; a record that was created or deleted counts as one. 0: nothing of the step was left. */
  done: number;
  /** How many there were to take back. */
  of: number;
  /** The first hundred of those that were left as they are. */
  left: LeftAlone[];
  /** Headquarters has had the change that is taken back: taking it back is a change that is sent there, too. */
  synced: boolean;
  /** Sessions that came back under another id, because headquarters had deleted them: the old id and the new. */
  renewed: { from: string; to: string }[];
}
