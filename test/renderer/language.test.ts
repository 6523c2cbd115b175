// @vitest-environment happy-dom
import { expect, test } from 'vitest';

import { isOfLanguage, preferredLanguage } from '../../renderer/i18n/i18n.ts';

test('the first of the reader’s languages that is spoken is spoken, whichever others they read', () => {
  const spoken = [['en-GB', 'de'], ['de-AT', 'en'], ['fr-CA', 'de', 'en'], ['pl', 'fr'], []].map((tags) =>
    preferredLanguage(tags),
  );
  expect(spoken).toEqual(['en', 'de', 'de', 'en', 'en']);
});

test('a language is known by its whole name', () => {
  expect(['de', 'de-CH', 'del', 'en'].map((tag) => isOfLanguage(tag, 'de'))).toEqual([true, true, false, false]);
});
