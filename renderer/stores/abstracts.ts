import { defineStore } from 'pinia';
import { computed, shallowRef, watch } from 'vue';
import { z } from 'zod/mini';

import { foldText } from '../../shared/base/fold-text.ts';
import type { Reason } from '../../shared/base/reasons.ts';
import type { CatalogItem } from '../../shared/catalog/catalog.ts';
import type { SessionSummary } from '../../shared/rpc/session-summary.ts';
import { matchesWords, searchWords } from '../../shared/schedule/search-text.ts';
import { useToldWork } from '../composables/use-told-work.ts';
import { useHost } from '../host/bridge-key.ts';
import { i18n } from '../i18n/i18n.ts';
import { useEdit } from './edit.ts';
import { useEvent } from './event.ts';
import { useNames } from './names.ts';
import { useSavedSetting } from './saved-setting.ts';

/** An abstract as the list shows it, with the text it is found by, folded. */
export interface AbstractRow {
  readonly id: string;
  readonly name: string;
  /** Their names, in order. */
  readonly speakers: string;
  readonly text: string;
}

export type AbstractFilter = 'all' | 'without' | 'with';

/** What was made of abstracts, and what of them nothing was made of. */
export interface GenerationReport {
  /** Ids of sessions. */
  readonly made: readonly string[];
  readonly refused: readonly RefusedAbstract[];
}

export interface RefusedAbstract {
  readonly id: string;
  readonly name: string;
  /** Whether it has a session already, and no other was wanted. */
  readonly hadSession: boolean;
  readonly message: string;
  readonly because: Reason;
}

const remembered = z.partialRecord(z.enum(['typeId', 'speakerTypeId']), z.string());

/** No field is looked through further than this. */
const MAX_SEARCHED = 500;

// Of no language: the order is the same on every laptop.
const byNumbers = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });

/** The event's abstracts, which are chosen, and making sessions of them. */
export const useAbstracts = defineStore('abstracts', () => {
  const { bridge } = useHost();
  const event = useEvent();
  const edit = useEdit();
  const names = useNames();
  const told = useToldWork();
  const { t } = i18n.global;

  const typed = shallowRef('');
  const filter = shallowRef<AbstractFilter>('all');
  const active = shallowRef<string>();
  const selected = shallowRef<ReadonlySet<string>>(new Set());
  const allowDuplicates = shallowRef(false);
  /** Of those chosen, those that are left out after all. */
  const excluded = shallowRef<ReadonlySet<string>>(new Set());
  const lastReport = shallowRef<GenerationReport>();
  const { value: lastChosen, save: remember } = useSavedSetting(
    () => `abstracts/${event.tenantId}`,
    (saved) => remembered.safeParse(saved ?? {}).data ?? {},
  );

  watch(
    () => JSON.stringify([event.tenantId, event.event?.id]),
    () => {
      typed.value = '';
      filter.value = 'all';
      active.value = undefined;
      selected.value = new Set();
      allowDuplicates.value = false;
      excluded.value = new Set();
      lastReport.value = undefined;
    },
  );

  const rows = computed(() => {
    const { event: current } = event;
    return Array.from(event.catalog.abstracts.values())
      .filter((abstract) => abstract.event_id === current?.id)
      .map((abstract) => rowOf(abstract, names.contacts))
      .sort((a, b) => byNumbers.compare(a.name, b.name) || (a.id < b.id ? -1 : 1));
  });

  const sessionsOf = computed(() => {
    const made = new Map<string, SessionSummary[]>();
    for (const session of event.sessions.values()) {
      const { abstract_id: id } = session;
      if (id === undefined) continue;
      const others = made.get(id);
      if (others === undefined) made.set(id, [session]);
      else others.push(session);
    }
    return made;
  });

  const found = computed(() => {
    const words = searchWords(typed.value);
    return rows.value.filter(
      ({ id, text }) =>
        (filter.value === 'all' || (filter.value === 'with') === sessionsOf.value.has(id)) && matchesWords(text, words),
    );
  });

  /** What sessions may be made of: those that are chosen, else the one that is looked at. */
  const chosen = computed(() => {
    const ticked = rows.value.filter(({ id }) => selected.value.has(id));
    return ticked.length > 0 ? ticked : rows.value.filter(({ id }) => id === active.value);
  });
  /** What sessions would be made of: of one alone, there is nothing to leave out. */
  const targets = computed(() =>
    chosen.value.length === 1 ? chosen.value : chosen.value.filter(({ id }) => !excluded.value.has(id)),
  );

  /** The type chosen last, as long as there is such a one; where there is but one, that. */
  function typeOf(kind: 'session_types' | 'speaker_types', id: string | undefined): string | undefined {
    const types = event.catalog[kind];
    if (id !== undefined && types.has(id)) return id;
    return types.size === 1 ? [...types.keys()][0] : undefined;
  }
  const typeId = computed(() => typeOf('session_types', lastChosen.value.typeId));
  const speakerTypeId = computed(() => typeOf('speaker_types', lastChosen.value.speakerTypeId));

  return {
    typed,
    filter,
    active,
    selected,
    allowDuplicates,
    rows,
    found,
    chosen,
    targets,
    excluded,
    /** Leaves one of those chosen out, or takes it in again. */
    toggleExcluded(id: string): void {
      const ids = new Set(excluded.value);
      if (!ids.delete(id)) ids.add(id);
      excluded.value = ids;
    },
    typeId,
    speakerTypeId,
    /** The event's sessions by the abstract they were made of. */
    sessionsOf,
    /** What was made last, until it is closed or undone. */
    report: computed(() => {
      const { value: report } = lastReport;
      const isThere = report?.made.some((id) => event.sessions.has(id)) === true;
      return isThere || (report?.refused.length ?? 0) > 0 ? report : undefined;
    }),
    closeReport(): void {
      lastReport.value = undefined;
    },
    /** How many abstracts have a session. */
    withSession: computed(() => rows.value.filter(({ id }) => sessionsOf.value.has(id)).length),

    /** Chooses a type of the sessions to be made, or none, and remembers it. */
    chooseType: async (of: 'typeId' | 'speakerTypeId', id: string | undefined): Promise<void> => {
      const { [of]: _, ...others } = lastChosen.value;
      await remember(id === undefined ? others : { ...others, [of]: id });
    },

    /** Makes a session of each of the targets, as one step. Those of which none could be made stay chosen. */
    async generate(): Promise<GenerationReport | undefined> {
      const wanted = targets.value;
      const [type, speakerType] = [typeId.value, speakerTypeId.value];
      if (wanted.length === 0 || type === undefined || speakerType === undefined) return undefined;
      const isTwice = wanted.map(({ id }) => !allowDuplicates.value && sessionsOf.value.has(id));
      const request = {
        tenantId: event.tenantId,
        abstractIds: wanted.map(({ id }) => id),
        typeId: type,
        mainPresenterSpeakerTypeId: speakerType,
        allowDuplicates: allowDuplicates.value,
      };
      const { done, refused } = await told.run(
        t('abstracts.make.making'),
        { canCancel: true },
        async (work, signal) =>
          await edit.perform(async () => await bridge.edit.generateMany({ ...request, work }, { signal })),
      );
      const report: GenerationReport = {
        made: done,
        refused: refused.flatMap(({ at, message, because: reason }) => {
          const row = wanted[at];
          return row === undefined ? [] : [{ ...row, hadSession: isTwice[at] === true, message, because: reason }];
        }),
      };
      lastReport.value = report;
      // What was left out stays chosen, as does what could not be made.
      const left = chosen.value.length > 1 ? chosen.value.filter(({ id }) => excluded.value.has(id)) : [];
      selected.value = new Set([...report.refused, ...left].map(({ id }) => id));
      excluded.value = new Set();
      allowDuplicates.value = false;
      return report;
    },
  };
});

/** Whose abstract it is first: the one marked so, else the first. */
export function mainSpeakerOf({ speakers = [] }: CatalogItem<'abstracts'>): number {
  const marked = speakers.findIndex(({ main }) => main === true);
  return marked === -1 ? 0 : marked;
}

function rowOf(
  { id, name, speakers = [] }: CatalogItem<'abstracts'>,
  contacts: ReadonlyMap<string, string>,
): AbstractRow {
  const people = speakers.map(({ contact_id: contact }) => contacts.get(contact) ?? contact).join(', ');
  const text = [name, people, id].map((part) => foldText(part.slice(0, MAX_SEARCHED))).join('\n');
  return { id, name, speakers: people, text };
}
