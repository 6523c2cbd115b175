import type { Draft } from '../../stores/drafts.ts';
import type { FieldDraft } from './draft-state.ts';

const PREFIX = 'offstage-draft:';

/**
 * Keeps what is typed and not saved yet over a reload or crash of the window. Windows share the place, field by field: none touches what another
 * typed into a field that it knows nothing of.
 */
export interface KeptDrafts {
  find(tenantId: string, id: string): Draft | undefined;
  list(tenantId: string): Draft[];
  /** Keeps what is typed as it is now; what waits no longer is kept no longer. */
  keep(draft: Draft): void;
  /** Calls the listener when another window typed on, saved or gave up what this one kept or found, too. */
  follow(listener: (kept: KeptField & { before: FieldDraft; now: FieldDraft | undefined }) => void): void;
}

/** Where something is typed. */
interface KeptField {
  readonly tenantId: string;
  readonly id: string;
  readonly field: string;
}

export function keptDrafts(storage: Storage): KeptDrafts {
  /** What this window kept or found last, by its name. */
  const known = new Map<string, string>();

  function read(name: string): KeptText | undefined {
    const text = storage.getItem(name);
    if (text === null) return undefined;
    try {
      const kept = fromText(text);
      known.set(name, text);
      return kept;
    } catch {
      // Written by another version: what it held cannot be read by this one.
      storage.removeItem(name);
      return undefined;
    }
  }

  function list(tenantId: string): Draft[] {
    const drafts = new Map<string, Draft>();
    for (const name of namesIn(storage)) {
      const place = placeOf(name);
      if (place.tenantId !== tenantId) continue;
      const kept = read(name);
      if (kept === undefined) continue;
      const { id, field } = place;
      const fields = { ...drafts.get(id)?.state.fields, [field]: kept.draft };
      const at = kept.isNew ? 'new' : 'loading';
      drafts.set(id, { tenantId, id, at, forbidden: [], state: { saved: undefined, fields } });
    }
    return [...drafts.values()];
  }

  return {
    find: (tenantId, id) => list(tenantId).find((draft) => draft.id === id),
    list,
    keep({ tenantId, id, at, state: { fields } }) {
      for (const name of known.keys()) {
        const place = placeOf(name);
        if (place.tenantId !== tenantId || place.id !== id || Object.hasOwn(fields, place.field)) continue;
        storage.removeItem(name);
        known.delete(name);
      }
      for (const [field, draft] of Object.entries(fields)) {
        const name = nameOf({ tenantId, id, field });
        const text = toText(draft, at === 'new');
        if (known.get(name) === text) continue;
        try {
          storage.setItem(name, text);
          known.set(name, text);
        } catch {
          // The place is full: the draft still stands in the window, and in the engine once it is saved.
        }
      }
    },
    follow(listener) {
      addEventListener('storage', ({ key, newValue }) => {
        const before = key === null ? undefined : known.get(key);
        if (key === null || before === undefined) return;
        if (newValue === null) known.delete(key);
        listener({ ...placeOf(key), before: fromText(before).draft, now: read(key)?.draft });
      });
    },
  };
}

/** Whether anything is kept: asked without what it takes to send it. */
export function hasKeptDrafts(storage: Storage): boolean {
  return namesIn(storage).length > 0;
}

function namesIn(storage: Storage): string[] {
  const names = Array.from({ length: storage.length }, (_, at) => storage.key(at) ?? '');
  return names.filter((name) => name.startsWith(PREFIX));
}

function nameOf({ tenantId, id, field }: KeptField): string {
  return PREFIX + JSON.stringify([tenantId, id, field]);
}

function placeOf(name: string): KeptField {
  const [tenantId, id, field] = JSON.parse(name.slice(PREFIX.length)) as [string, string, string];
  return { tenantId, id, field };
}

interface KeptText {
  draft: FieldDraft;
  /** Whether the session is still to be created. */
  isNew: boolean;
}

/** A value that is undefined takes a field away: JSON would leave it out. */
function toText({ value, base }: FieldDraft, isNew: boolean): string {
  return JSON.stringify({ isNew, value: value === undefined ? [] : [value], base: base === undefined ? [] : [base] });
}

function fromText(text: string): KeptText {
  const { isNew, value, base } = JSON.parse(text) as { isNew: boolean; value: [unknown?]; base: [unknown?] };
  // What was on its way is sent again: the same change twice is one.
  return { isNew, draft: { value: value[0], base: base[0], state: 'typed' } };
}
