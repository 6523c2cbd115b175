import { createPinia } from 'pinia';
import { createApp, h, nextTick, shallowRef, type App } from 'vue';
import { createMemoryHistory, createRouter, RouterView } from 'vue-router';

import { BRIDGE } from '../../../../renderer/host/bridge-key.ts';
import { i18n } from '../../../../renderer/i18n/i18n.ts';
import { useClashes } from '../../../../renderer/stores/clashes.ts';
import { useEvent } from '../../../../renderer/stores/event.ts';
import SessionsView from '../../../../renderer/views/sessions/SessionsView.vue';
import './ours.css';
import { hostInHand } from '../host-in-hand.ts';
import { offerToRunner } from './drive.ts';
import { makeEvent } from './event-in-hand.ts';

const { sessions, rooms, tracks, types, people } = makeEvent();

const host = hostInHand({
  event: { id: 'e', name: 'Event', time_zone: 'Europe/Berlin' },
  sessions,
  catalog: { rooms, tracks, session_types: types, contacts: people },
});

const isShown = shallowRef(false);
let app: App | undefined;

offerToRunner({
  async open() {
    if (app === undefined) throw new Error('There are no data yet.');
    isShown.value = true;
    await nextTick();
    return document.querySelector<HTMLElement>('[role="grid"]')!;
  },
  close() {
    app?.unmount();
    prepare();
  },
  async type(text) {
    const input = document.querySelector<HTMLInputElement>('input[type="search"]')!;
    input.value = text;
    input.dispatchEvent(new Event('input'));
    await nextTick();
  },
});

/** The app as it is when a person comes to the screen for the first time: the event is held, its clashes are known, the table is not made. */
function prepare(): void {
  isShown.value = false;
  const router = createRouter({ history: createMemoryHistory(), routes: [{ path: '/', component: SessionsView }] });
  app = createApp(() => h('div', { style: 'height: 900px' }, isShown.value ? [h(RouterView)] : []));
  app.use(createPinia()).use(i18n).use(router).provide(BRIDGE, host);
  void router.push('/');
  app.mount('#app');
  app.runWithContext(() => {
    useEvent();
    useClashes();
  });
}

prepare();
