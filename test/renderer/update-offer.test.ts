// @vitest-environment happy-dom
import { mount } from '@vue/test-utils';
import { afterEach, expect, test } from 'vitest';

import UpdateOffer from '../../renderer/components/frame/UpdateOffer.vue';
import { BRIDGE } from '../../renderer/host/bridge-key.ts';
import { i18n, speak } from '../../renderer/i18n/i18n.ts';
import type { UpdateState } from '../../shared/rpc/desktop.ts';
import { createFakeHost } from './fake-host.ts';

afterEach(() => {
  i18n.global.locale.value = 'en';
});

function offer(update: UpdateState) {
  const host = createFakeHost();
  const wrapper = mount(UpdateOffer, { props: { update }, global: { plugins: [i18n], provide: { [BRIDGE]: host } } });
  const press = async (text: string): Promise<void> => {
    await wrapper
      .findAll('button')
      .find((button) => button.text() === text)!
      .trigger('click');
  };
  return {
    host,
    press,
    text: () => wrapper.get('p').text(),
    buttons: () => wrapper.findAll('button').map((button) => button.text()),
  };
}

test.each<[UpdateState, string, string[]]>([
  [
    { state: 'available', version: '0.2.0', isDeclined: false },
    'Version 0.2.0 is there.',
    ['Install and restart', 'Not now'],
  ],
  [{ state: 'available', version: '0.2.0', isDeclined: true }, 'Version 0.2.0 is there.', ['Install and restart']],
  [
    { state: 'fetching', version: '0.2.0', share: 0.424 },
    'Version 0.2.0 is being fetched, 42% so far. Offstage starts again then.',
    ['Not now'],
  ],
  [
    { state: 'installing', version: '0.2.0' },
    'Version 0.2.0 is being installed. Offstage starts again in a moment.',
    [],
  ],
  [
    { state: 'failed', version: '0.2.0', reason: 'The disk is full.' },
    'Version 0.2.0 could not be installed: The disk is full.',
    ['Try again', 'Not now'],
  ],
])('%o reads “%s” and offers %j', (update, text, buttons) => {
  const shown = offer(update);
  expect([shown.text(), shown.buttons()]).toEqual([text, buttons]);
});

test('what is pressed is what the app is told', async () => {
  const { host, press } = offer({ state: 'failed', version: '0.2.0', reason: 'x' });
  await press('Not now');
  await press('Try again');
  expect(host.updateAnswers).toEqual(['decline', 'install']);
});

test('it speaks German', async () => {
  await speak('de');
  const { text, buttons } = offer({ state: 'available', version: '0.2.0', isDeclined: false });
  expect([text(), buttons()]).toEqual(['Version 0.2.0 ist da.', ['Installieren und neu starten', 'Jetzt nicht']]);
});
