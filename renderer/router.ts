import { createRouter, createWebHashHistory } from 'vue-router';

/** The screens, in the order of the rail. The hash serves both hosts: a file of the desktop app has no server to ask for paths. */
export const router = createRouter({
  history: createWebHashHistory(),
  routes: [
    { path: '/', redirect: '/schedule' },
    { path: '/welcome', name: 'welcome', component: () => import('./views/welcome/WelcomeView.vue') },
    { path: '/now', name: 'now', component: () => import('./views/now/NowView.vue') },
    { path: '/schedule', name: 'schedule', component: () => import('./views/schedule/ScheduleView.vue') },
    { path: '/sessions', name: 'sessions', component: () => import('./views/sessions/SessionsView.vue') },
    { path: '/abstracts', name: 'abstracts', component: () => import('./views/abstracts/AbstractsView.vue') },
    { path: '/people', name: 'people', component: () => import('./views/people/PeopleView.vue') },
    { path: '/sync', name: 'sync', component: () => import('./views/sync/SyncView.vue') },
    { path: '/print', name: 'print', component: () => import('./views/print/PrintView.vue') },
    { path: '/settings', name: 'settings', component: () => import('./views/settings/SettingsView.vue') },
    { path: '/:other(.*)', redirect: '/schedule' },
  ],
});
