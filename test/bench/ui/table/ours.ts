import { createPinia } from 'pinia';
import { createApp, h, nextTick, shallowRef, type App } from 'vue';
import { createMemoryHistory, createRouter, RouterView } from 'vue-router';

import { BRIDGE } from '../../../../renderer/host/bridge-key.ts';
import type { Host, HostState } from '../../../../renderer/host/host.ts';
import { i18n } from '../../../../renderer/i18n/i18n.ts';
import { useClashes } from '../../../../renderer/stores/clashes.ts';
import { useEvent } from '../../../../renderer/stores/event.ts';
import SessionsView from '../../../../renderer/views/sessions/SessionsView.vue';
import './ours.css';
import { offerToRunner } from './drive.ts';
import { makeEvent } from './event-in-hand.ts';

const { sessions, rooms, tracks, types, people } = makeEvent();

/** A host whose engine has told everything. */
const answers: Readonly<Record<string, unknown>> = {
  'workspace.watch': {
    events: [{ tenantId: 'local', event: { id: 'e', name: 'Event', time_zone: 'Europe/Berlin' } }],
    host: {},
  },
  'event.watchSessions': { changed: sessions, removed: [], stage: 'complete' },
  'event.watchCatalog': {
    items: { rooms, tracks, session_types: types, contacts: people },
    removed: [],
    complete: true,
  },
};

const host = {
  state: shallowRef<HostState>('connected'),
  bridge: { settings: { save: async () => undefined } },
  follow(
    stream: (bridge: unknown, signal: AbortSignal) => unknown,
    { onMessage }: { onMessage: (message: unknown) => void },
  ) {
    const call = stream(recorder([]), new AbortController().signal) as string;
    if (call in answers) onMessage(answers[call]);
    return () => undefined;
  },
} as unknown as Host;

/** Tells which stream was asked for: `event.watchSessions` for a call of that name. */
function recorder(path: readonly string[]): unknown {
  return new Proxy(() => undefined, {
    get: (_, name) => recorder([...path, String(name)]),
    apply: () => path.join('.'),
  });
}

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
