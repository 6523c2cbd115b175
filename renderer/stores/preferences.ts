import { defineStore } from 'pinia';
import { watchEffect } from 'vue';
import { z } from 'zod/mini';

import { languageNames, preferredLanguage, speak } from '../i18n/i18n.ts';
import { useSavedSetting } from './saved-setting.ts';

const preferences = z.object({
  theme: z._default(z.enum(['system', 'light', 'dark']), 'system'),
  language: z._default(z.enum(['system', ...languageNames]), 'system'),
  /** How times are written; `system` follows the language. */
  timeFormat: z._default(z.enum(['system', '12', '24']), 'system'),
  /** What a drag on the board snaps to, in minutes. */
  snapMinutes: z._default(z.literal([5, 10, 15, 30, 60]), 5),
  compact: z._default(z.boolean(), false),
  /** The paper in the printer; where it was not said, that of the reader's country. */
  paper: z._default(z.nullable(z.enum(['a4', 'letter'])), null),
  /** Of the panel beside the screens, in pixels. */
  editorWidth: z._default(z.number(), 480),
});

export type Preferences = z.infer<typeof preferences>;

/** How the person at this machine likes the app, the same in all its windows. */
export const usePreferences = defineStore('preferences', () => {
  const { value: current, save } = useSavedSetting<Preferences>(
    () => 'preferences',
    (saved) => {
      const known = preferences.safeParse(saved ?? {});
      // What another version saved, and this one does not understand, is as good as nothing saved.
      return known.success ? known.data : preferences.parse({});
    },
  );

  const systemIsDark = matchMedia('(prefers-color-scheme: dark)');
  const applyTheme = (): void => {
    const { theme } = current.value;
    document.documentElement.dataset['theme'] = theme === 'system' ? (systemIsDark.matches ? 'dark' : 'light') : theme;
  };
  systemIsDark.addEventListener('change', applyTheme);
  watchEffect(applyTheme);
  watchEffect(() => {
    const { language: wanted } = current.value;
    void speak(wanted === 'system' ? preferredLanguage() : wanted);
  });

  return {
    current,
    /** Changes some, and saves them. */
    save: async (changes: Partial<Preferences>): Promise<void> => await save({ ...current.value, ...changes }),
  };
});
