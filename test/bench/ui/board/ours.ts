import { createPinia } from 'pinia';
import { createApp, h, nextTick, shallowRef, type App } from 'vue';
import { createMemoryHistory, createRouter, RouterView } from 'vue-router';

import { BRIDGE } from '../../../../renderer/host/bridge-key.ts';
import { i18n } from '../../../../renderer/i18n/i18n.ts';
import { useClashes } from '../../../../renderer/stores/clashes.ts';
import { useDays } from '../../../../renderer/stores/days.ts';
import { useEvent } from '../../../../renderer/stores/event.ts';
import ScheduleView from '../../../../renderer/views/schedule/ScheduleView.vue';
import { hostInHand, type EventInHand } from '../host-in-hand.ts';
import './ours.css';
import { offerToRunner } from './drive.ts';

const isShown = shallowRef(false);
let app: App | undefined;

offerToRunner({
  prepare,
  async open() {
    isShown.value = true;
    await nextTick();
  },
  close: () => app?.unmount(),
  blocks: () => [...document.querySelectorAll<HTMLElement>('.board-block')],
});

/** The app as it is when a person comes to the screen for the first time: the event is held, its clashes are known, the board is not made. */
function prepare(day: EventInHand): void {
  isShown.value = false;
  const router = createRouter({ history: createMemoryHistory(), routes: [{ path: '/', component: ScheduleView }] });
  app = createApp(() => h('div', { style: 'height: 900px' }, isShown.value ? [h(RouterView)] : []));
  app.use(createPinia()).use(i18n).use(router).provide(BRIDGE, hostInHand(day));
  void router.push('/');
  app.mount('#app');
  app.runWithContext(() => {
    useEvent();
    useDays();
    useClashes();
  });
}
