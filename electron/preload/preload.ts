import { contextBridge, ipcRenderer } from 'electron';

import { desktopChannels, type DesktopWindow, type Intent } from '../../shared/rpc/desktop.ts';

const waiting: Intent[] = [];
let listener: ((intent: Intent) => void) | undefined;

ipcRenderer.on(desktopChannels.intent, (_, intent: Intent) => {
  if (listener === undefined) waiting.push(intent);
  else listener(intent);
});

// A port cannot pass the context bridge: it is handed to the page by a message of its own window.
ipcRenderer.on(desktopChannels.bridge, ({ ports }) => {
  window.postMessage(desktopChannels.bridge, window.origin, ports);
});

const desktop: DesktopWindow = {
  connect: () => ipcRenderer.send(desktopChannels.bridge),
  onIntent(listen) {
    listener = listen;
    for (const intent of waiting.splice(0)) listen(intent);
  },
};

contextBridge.exposeInMainWorld('offstage', desktop);
