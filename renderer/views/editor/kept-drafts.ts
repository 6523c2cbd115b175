import type { Draft } from '../../stores/drafts.ts';

const PREFIX = 'offstage-draft:';

/** Keeps what is typed and not saved yet over a reload or crash of the window, draft by draft: windows share the place. */
export interface KeptDrafts {
  find(tenantId: string, id: string): Draft | undefined;
  list(tenantId: string): Draft[];
  /** Keeps the draft as it is; one of which nothing waits is kept no longer. */
  keep(draft: Draft): void;
  drop(draft: Pick<Draft, 'tenantId' | 'id'>): void;
}

export function keptDrafts(storage: Storage): KeptDrafts {
  const nameOf = ({ tenantId, id }: Pick<Draft, 'tenantId' | 'id'>): string => PREFIX + JSON.stringify([tenantId, id]);
  const read = (name: string): Draft | undefined => {
    const text = storage.getItem(name);
    if (text === null) return undefined;
    try {
      return fromText(text);
    } catch {
      // Written by another version: what it held cannot be read by this one.
      storage.removeItem(name);
      return undefined;
    }
  };
  return {
    find: (tenantId, id) => read(nameOf({ tenantId, id })),
    list: (tenantId) =>
      Array.from({ length: storage.length }, (_, at) => storage.key(at) ?? '')
        .filter((name) => name.startsWith(PREFIX))
        .flatMap((name) => read(name) ?? [])
        .filter((draft) => draft.tenantId === tenantId),
    keep(draft) {
      const isSettled = Object.keys(draft.state.fields).length === 0;
      try {
        if (isSettled) storage.removeItem(nameOf(draft));
        else storage.setItem(nameOf(draft), toText(draft));
      } catch {
        // The place is full: the draft still stands in the window, and in the engine once it is saved.
      }
    },
    drop: (draft) => storage.removeItem(nameOf(draft)),
  };
}

/** Whether anything is kept: asked without what it takes to send it. */
export function hasKeptDrafts(storage: Storage): boolean {
  return Array.from({ length: storage.length }, (_, at) => storage.key(at) ?? '').some((name) =>
    name.startsWith(PREFIX),
  );
}

/** A value that is undefined takes a field away: JSON would leave it out. */
function toText(draft: Draft): string {
  const fields = Object.entries(draft.state.fields).map(([field, { value, base }]) => [
    field,
    value === undefined ? [] : [value],
    base === undefined ? [] : [base],
  ]);
  const { tenantId, id, at } = draft;
  return JSON.stringify({ tenantId, id, at, saved: at === 'new' ? undefined : draft.state.saved, fields });
}

function fromText(text: string): Draft {
  const { tenantId, id, at, saved, fields } = JSON.parse(text) as {
    tenantId: string;
    id: string;
    at: Draft['at'];
    saved?: Record<string, unknown>;
    fields: [field: string, value: [unknown?], base: [unknown?]][];
  };
  return {
    tenantId,
    id,
    at: at === 'new' ? 'new' : 'loading',
    forbidden: [],
    state: {
      saved,
      // What was on its way is sent again: the same change twice is one.
      fields: Object.fromEntries(
        fields.map(([field, [value], [base]]) => [field, { value, base, state: 'typed' as const }]),
      ),
    },
  };
}
