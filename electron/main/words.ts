import type * as Electron from 'electron';

import en from '../../renderer/i18n/en.json' with { type: 'json' };

/** Each language's messages, by the path of their file. */
const languages = import.meta.glob<typeof en>('../../renderer/i18n/*.json', { eager: true, import: 'default' });

/** What is said outside of the page, by the same messages: a key of theirs, and what stands in its braces. */
export type Words = (key: string, values?: Readonly<Record<string, string>>) => string;

/** The app's words in the system's language; in English where it is not spoken. To be asked for once the app is ready. */
export function wordsFor(app: Electron.App): Words {
  const [language = 'en'] = app.getLocale().split('-');
  const messages = languages[`../../renderer/i18n/${language}.json`] ?? en;
  return (key, values = {}) => {
    const message = key.split('.').reduce<unknown>((at, name) => (at as Record<string, unknown>)[name], messages);
    return String(message).replaceAll(/\{(\w+)\}/g, (_, name: string) => values[name] ?? '');
  };
}
