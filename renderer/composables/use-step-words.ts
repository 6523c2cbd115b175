import { useI18n } from 'vue-i18n';

import type { LeftAlone, StepLabel, UndoReport } from '../../shared/contract/steps.ts';

/** What a person did, and what an undo did, in words. */
export function useStepWords() {
  const { t, n, te, locale } = useI18n();

  function fieldName(pointer: string): string {
    const [field = ''] = pointer.split('/');
    return te(`fields.${field}.title`) ? t(`fields.${field}.title`) : field;
  }

  function list(texts: readonly string[]): string {
    return new Intl.ListFormat(locale.value, { type: 'conjunction' }).format(texts);
  }

  /** What a step was about: `“Opening”`, or `12 sessions`. */
  function whatOf({ names, subjects, created, changed, deleted }: StepLabel): string {
    const count = created + changed + deleted;
    const [name] = names;
    if (count === 1 && name !== undefined) return t('steps.quoted', { name });
    const [subject] = subjects;
    const key =
      subjects.length === 1 && te(`steps.things.${subject}`) ? `steps.things.${subject}` : 'steps.things.other';
    return t(key, { n: n(count) }, count);
  }

  /** `Change Room of “Opening”` */
  function step(label: StepLabel): string {
    const { operation, created, changed, deleted, fields } = label;
    const what = whatOf(label);
    if (operation === 'import') return t('steps.import', { what });
    const kinds = [created, changed, deleted].filter((count) => count > 0).length;
    if (kinds !== 1) return t('steps.changed', { what });
    if (created > 0) return t('steps.created', { what });
    if (deleted > 0) return t('steps.deleted', { what });
    const names = [...new Set(fields.map(fieldName))];
    return names.length === 0 || names.length > 3
      ? t('steps.changed', { what })
      : t('steps.changedFields', { what, fields: list(names) });
  }

  /** `“Opening”, Name: changed at headquarters` */
  function left({ name, pointer, reason, by }: LeftAlone): string {
    const where =
      pointer === '' ? t('steps.quoted', { name }) : t('steps.fieldOf', { name, field: fieldName(pointer) });
    const key = reason === 'changed' ? (by === 'headquarters' ? 'changedThere' : 'changedHere') : reason;
    return t('steps.left', { where, why: t(`steps.leftBecause.${key}`) });
  }

  return {
    step,
    /** What an undo (or redo) did, honestly: the sentence, and what of the step was left as it is. */
    report(key: 'undone' | 'redone', { label, done, of, left: leftAlone, synced, renewed }: UndoReport) {
      const facts = { step: step(label), done: n(done), of: n(of) };
      const text =
        done === 0 ? t('steps.nothing', facts) : done < of ? t(`steps.${key}Partly`, facts) : t(`steps.${key}`, facts);
      const details = [
        ...leftAlone.slice(0, MAX_LEFT).map(left),
        ...(leftAlone.length > MAX_LEFT
          ? [t('steps.leftMore', { n: n(leftAlone.length - MAX_LEFT) }, leftAlone.length - MAX_LEFT)]
          : []),
        ...(synced && done > 0 ? [t('steps.sentThereToo')] : []),
        ...(renewed.length > 0 ? [t('steps.renewed', { n: n(renewed.length) }, renewed.length)] : []),
      ];
      return { text, details };
    },
  };
}

/** So many things that were left are told one by one. */
const MAX_LEFT = 8;
