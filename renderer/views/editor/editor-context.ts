import { inject, type ComputedRef, type InjectionKey } from 'vue';

import type { Resolution } from '../../../shared/rpc/sync-messages.ts';
import type { Draft } from '../../stores/drafts.ts';
import type { SyncNotes } from './use-sync-notes.ts';

/** The session in the editor, for what tells how its fields stand. */
export interface EditorContext {
  readonly draft: ComputedRef<Draft | undefined>;
  readonly sync: ComputedRef<SyncNotes>;
  /** Settles conflicts with headquarters. */
  resolve(resolution: Resolution): Promise<void>;
}

export const EDITOR: InjectionKey<EditorContext> = Symbol('the session in the editor');

/** Undefined where a field stands in another form. */
export function useEditorContext(): EditorContext | undefined {
  return inject(EDITOR, undefined);
}
