import { createI18n } from 'vue-i18n';

import en from './en.json' with { type: 'json' };

/** Every language that the app speaks, by its short name: a further one is a further file in this folder. English comes with the app, others when asked for. */
const others = import.meta.glob<typeof en>(['./*.json', '!./en.json'], { import: 'default' });

export const languageNames: readonly string[] = [
  'en',
  ...Object.keys(others).map((path) => path.slice('./'.length, -'.json'.length)),
].sort();

/** Whether a tag such as `en-GB` is of the language `en`. */
export function isOfLanguage(tag: string, name: string): boolean {
  return tag === name || tag.startsWith(`${name}-`);
}

/** The first of the reader's languages that is spoken here; they stand in the order of preference. */
export function preferredLanguage(tags: readonly string[] = navigator.languages): string {
  return tags.flatMap((tag) => languageNames.filter((name) => isOfLanguage(tag, name)))[0] ?? 'en';
}

const messages: Record<string, typeof en> = { en };

/** The app's words; stores use `i18n.global`, components `useI18n()`. */
export const i18n = createI18n({ legacy: false, locale: 'en', fallbackLocale: 'en', messages });

let wanted = 'en';

/** Speaks a language from now on, once its words are here. */
export async function speak(language: string): Promise<void> {
  wanted = language;
  const load = others[`./${language}.json`];
  if (load !== undefined && !i18n.global.availableLocales.includes(language)) {
    i18n.global.setLocaleMessage(language, await load());
  }
  if (language !== wanted) return;
  i18n.global.locale.value = language;
  document.documentElement.lang = language;
}
