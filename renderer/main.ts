import { createPinia } from 'pinia';
import { createApp } from 'vue';

import App from './App.vue';
import { connectHost } from './host/connect-host.ts';
import { BRIDGE } from './host/bridge-key.ts';
import { i18n, preferredLanguage, speak } from './i18n/i18n.ts';
import { router } from './router.ts';
import './styles/main.css';

// Nobody sees another language first.
await speak(preferredLanguage());

const app = createApp(App);
app.provide(BRIDGE, connectHost());
app.use(createPinia());
app.use(i18n);
app.use(router);
app.mount('#app');
