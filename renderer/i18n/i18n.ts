import { createI18n } from 'vue-i18n';

import de from './de.json' with { type: 'json' };
import en from './en.json' with { type: 'json' };

/** Every language that the app speaks: a further one is its file, and its line here. */
const messages = { en, de } as const;

export type Language = keyof typeof messages;

export const languageNames = Object.keys(messages) as readonly Language[];

/** The language of the system as far as it is spoken here. */
export function preferredLanguage(): Language {
  return languageNames.find((name) => navigator.languages.some((tag) => tag.startsWith(name))) ?? 'en';
}

/** The app's words; stores use `i18n.global`, components `useI18n()`. */
export const i18n = createI18n({ legacy: false, locale: preferredLanguage(), fallbackLocale: 'en', messages });
