import { useI18n } from 'vue-i18n';
import { useRouter } from 'vue-router';

import type { Clash } from '../../../shared/schedule/clash.ts';
import { useClashText } from '../../composables/use-clash-text.ts';
import { useClashes } from '../../stores/clashes.ts';
import { useEdit } from '../../stores/edit.ts';
import { useEvent } from '../../stores/event.ts';
import { useNotices } from '../../stores/notices.ts';
import type { Landing } from './carry.ts';

/** Puts down what was carried: checked against the rules, shown at once, and saved as one step. */
export function useLanding() {
  const { t } = useI18n();
  const router = useRouter();
  const event = useEvent();
  const edit = useEdit();
  const clashes = useClashes();
  const notices = useNotices();
  const { sentence } = useClashText();

  let refusal: number | undefined;

  /** Tells why the rules forbid it, seen from the one session that it is about, and where they can be changed. */
  function refuse(title: string, forbidden: readonly Clash[], sessionId?: string): void {
    forget();
    refusal = notices.tell({
      kind: 'failed',
      text: title,
      details: [...new Set(forbidden.map((clash) => sentence(clash, sessionId)))].slice(0, 5),
      action: {
        label: t('schedule.toRules'),
        run: () => router.push({ name: 'settings', hash: '#clashes' }),
      },
    });
  }

  /** The last refusal is of no more use when something else is tried. */
  function forget(): void {
    if (refusal !== undefined) notices.close(refusal);
    refusal = undefined;
  }

  /** Answers whether it was done; why not has been told. */
  async function land({ fields, sessions }: Landing): Promise<boolean> {
    const changed = sessions.filter(({ id }) => fields.has(id));
    if (changed.length === 0) return true;
    forget();
    const locked = changed.filter(({ sys_locked }) => sys_locked === true);
    if (locked.length > 0) {
      refusal = notices.tell({
        kind: 'failed',
        text: t('schedule.locked'),
        details: locked.slice(0, 5).map(({ name }) => name.slice(0, 200)),
      });
      return false;
    }
    const forbidden = clashes.forbiddenBy(changed);
    if (forbidden.length > 0) {
      refuse(t('schedule.refused'), forbidden, changed.length === 1 ? changed[0]!.id : undefined);
      return false;
    }
    const takeBack = event.assume(changed);
    try {
      const [first] = changed;
      if (changed.length === 1) await edit.change(first!.id, { ...fields.get(first!.id) });
      else await edit.changeEach(new Map([...fields].map(([id, moved]) => [id, { ...moved }])));
      return true;
    } catch {
      // The edit has told why.
      takeBack();
      return false;
    }
  }

  return { land, refuse };
}
