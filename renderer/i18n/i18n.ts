import { createI18n } from 'vue-i18n';

import en from './en.json' with { type: 'json' };

/** Every language that the app speaks, by its short name: a further one is a further file in this folder. */
const messages = Object.fromEntries(
  Object.entries(import.meta.glob<typeof en>('./*.json', { eager: true, import: 'default' })).map(([path, words]) => [
    path.slice('./'.length, -'.json'.length),
    words,
  ]),
);

export const languageNames: readonly string[] = Object.keys(messages);

/** The language of the system as far as it is spoken here. */
export function preferredLanguage(): string {
  return languageNames.find((name) => navigator.languages.some((tag) => tag.startsWith(name))) ?? 'en';
}

/** The app's words; stores use `i18n.global`, components `useI18n()`. */
export const i18n = createI18n({ legacy: false, locale: preferredLanguage(), fallbackLocale: 'en', messages });
