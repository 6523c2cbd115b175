import { createPinia } from 'pinia';
import { createApp } from 'vue';

import App from './App.vue';
import { connectHost } from './host/connect-host.ts';
import { BRIDGE } from './host/bridge-key.ts';
import { i18n, preferredLanguage, speak } from './i18n/i18n.ts';
import { router } from './router.ts';
import { isTold } from './stores/edit.ts';
import './styles/main.css';

// Nobody sees another language first.
await speak(preferredLanguage());

const app = createApp(App);
app.provide(BRIDGE, connectHost());
app.use(createPinia());
app.use(i18n);
app.use(router);
// A change that failed is told, and thrown on to whoever waits for it. Where nobody does, it is settled with that.
app.config.errorHandler = (error) => {
  if (!isTold(error)) reportError(error);
};
addEventListener('unhandledrejection', (event) => {
  if (isTold(event.reason)) event.preventDefault();
});
app.mount('#app');
