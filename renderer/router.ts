import { createRouter, createWebHashHistory } from 'vue-router';

const screens = {
  welcome: async () => await import('./views/welcome/WelcomeView.vue'),
  now: async () => await import('./views/now/NowView.vue'),
  schedule: async () => await import('./views/schedule/ScheduleView.vue'),
  sessions: async () => await import('./views/sessions/SessionsView.vue'),
  abstracts: async () => await import('./views/abstracts/AbstractsView.vue'),
  people: async () => await import('./views/people/PeopleView.vue'),
  sync: async () => await import('./views/sync/SyncView.vue'),
  print: async () => await import('./views/print/PrintView.vue'),
  settings: async () => await import('./views/settings/SettingsView.vue'),
};

/** The screens, in the order of the rail. The hash serves both hosts: a file of the desktop app has no server to ask for paths. */
export const router = createRouter({
  history: createWebHashHistory(),
  routes: [
    { path: '/', redirect: '/schedule' },
    ...Object.entries(screens).map(([name, component]) => ({ path: `/${name}`, name, component })),
    { path: '/:other(.*)', redirect: '/schedule' },
  ],
});

/**
 * Fetches every screen and the editor, one after the other, when there is nothing else to do: a host that goes away afterwards takes none of them
 * along.
 */
export async function loadAhead(): Promise<void> {
  const editor = async (): Promise<unknown> => await import('./views/editor/EditorPanel.vue');
  for (const load of [editor, ...Object.values(screens)]) {
    await new Promise((resolve) => requestIdleCallback(resolve));
    try {
      await load();
    } catch {
      // The host is away already: what is opened is asked for again then.
      return;
    }
  }
}
