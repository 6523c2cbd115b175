/** What a room may import: other rooms by their folders, packages by their names. */
export interface Room {
  folder: string;
  rooms: readonly string[];
  packages: readonly string[];
}

const BASE = 'shared/base';
const CONTRACT = 'shared/contract';
const CATALOG = 'shared/catalog';
const STORE = 'shared/store';

/**
 * The house: data flows one way, and a room imports only from those before it. Every room may import within itself. `node` stands for the
 * modules of Node itself: `shared` is pure and has none of them. Rooms of the app that are not built yet stand in it, too: their place is
 * decided.
 */
export const importTable: readonly Room[] = [
  { folder: BASE, rooms: [], packages: ['uuid'] },
  { folder: CONTRACT, rooms: [BASE], packages: ['zod'] },
  { folder: CATALOG, rooms: [BASE, CONTRACT], packages: ['zod'] },
  {
    folder: 'shared/interchange',
    rooms: [BASE, CONTRACT, CATALOG],
    packages: ['htmlparser2', 'papaparse', 'saxes', 'temporal-polyfill', 'xmlbuilder'],
  },
  { folder: 'shared/demo', rooms: [BASE, CONTRACT, CATALOG], packages: [] },
  { folder: STORE, rooms: [BASE, CONTRACT, CATALOG], packages: ['rxdb', 'rxjs', 'fast-json-patch', 'zod'] },
  {
    folder: 'shared/service',
    // An undo merges as sync does.
    rooms: [BASE, CONTRACT, CATALOG, STORE, 'shared/replication'],
    packages: ['@noble/hashes', 'fast-json-patch', 'zod'],
  },
  {
    folder: 'shared/replication',
    rooms: [BASE, CONTRACT, CATALOG, STORE],
    packages: ['@noble/hashes', 'fast-json-patch', 'zod'],
  },
  { folder: 'shared/http', rooms: [BASE, CONTRACT, CATALOG], packages: ['zod'] },
  { folder: 'shared/schedule', rooms: [BASE, CONTRACT, CATALOG], packages: ['temporal-polyfill', 'zod'] },
  // Of replication the bridge takes the types of what it tells.
  {
    folder: 'shared/rpc',
    rooms: [BASE, CONTRACT, CATALOG, 'shared/replication'],
    packages: ['@orpc/client', '@orpc/contract', 'zod'],
  },
  { folder: 'electron/storage-sqlite', rooms: [BASE], packages: ['rxdb', 'rxjs', 'better-sqlite3', 'node'] },
  { folder: 'electron/engine', rooms: ['shared', 'electron/storage-sqlite'], packages: ['zod', 'node'] },
  { folder: 'electron/bridge', rooms: ['shared', 'electron/engine'], packages: ['@orpc/server', 'node'] },
  {
    folder: 'electron/hub',
    rooms: ['shared', 'electron/engine', 'electron/bridge', 'package.json'],
    packages: [
      '@fastify/rate-limit',
      '@fastify/static',
      '@fastify/websocket',
      '@orpc/server',
      'fastify',
      'pino',
      'uuid',
      'zod',
      'node',
    ],
  },
  {
    folder: 'electron/engine-process',
    rooms: ['shared', 'electron/engine', 'electron/bridge'],
    packages: ['@orpc/server', 'pino'],
  },
  {
    folder: 'electron/main',
    rooms: ['shared/rpc', 'renderer/i18n'],
    packages: ['electron', 'electron-updater', 'zod', 'node'],
  },
  { folder: 'electron/preload', rooms: ['shared/rpc'], packages: ['electron'] },
  { folder: 'renderer/host', rooms: ['shared'], packages: ['@orpc/client', 'partysocket', 'vue'] },
  {
    folder: 'renderer',
    rooms: ['renderer/host', BASE, CONTRACT, CATALOG, 'shared/schedule', 'shared/rpc', 'THIRD-PARTY-NOTICES.txt'],
    packages: [
      '@tanstack/vue-virtual',
      '@vueuse/core',
      'dompurify',
      'lucide-vue-next',
      'pinia',
      'reka-ui',
      'temporal-polyfill',
      'uuid',
      'vue',
      'vue-i18n',
      'vue-router',
      'zod',
    ],
  },
];
