import { contextBridge, ipcRenderer } from 'electron';

import {
  desktopChannels,
  type DesktopWindow,
  type Intent,
  type SavedPdf,
  type UpdateState,
} from '../../shared/rpc/desktop.ts';

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
  savePdf: async (fileName) => (await ipcRenderer.invoke(desktopChannels.savePdf, fileName)) as SavedPdf,
  onUpdate(listen) {
    ipcRenderer.on(desktopChannels.update, (_, update: UpdateState) => listen(update));
    ipcRenderer.send(desktopChannels.update, 'state');
  },
  answerUpdate: (answer) => ipcRenderer.send(desktopChannels.update, answer),
  openDataFolder: () => ipcRenderer.send(desktopChannels.dataFolder),
};

contextBridge.exposeInMainWorld('offstage', desktop);
