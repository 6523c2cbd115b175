import tailwindcss from '@tailwindcss/vite';
import vue from '@vitejs/plugin-vue';
import { defineConfig } from 'electron-vite';

import { recordBundledPackages } from './packaging/bundled-packages.ts';

export default defineConfig({
  main: {
    build: {
      outDir: 'out',
      // Everything but better-sqlite3, which brings native code, is bundled: what is delivered is one file.
      externalizeDeps: { include: ['better-sqlite3'] },
      rolldownOptions: {
        input: {
          main: 'electron/main/main.ts',
          engine: 'electron/engine-process/main.ts',
          hub: 'electron/hub/main.ts',
        },
        output: { entryFileNames: '[name].js', chunkFileNames: 'chunks/[name]-[hash].js' },
      },
    },
    plugins: [recordBundledPackages('out/bundled/main.json')],
  },
  preload: {
    build: {
      outDir: 'out',
      emptyOutDir: false,
      rolldownOptions: {
        input: { preload: 'electron/preload/preload.ts' },
        // A sandboxed preload script cannot be a module.
        output: { format: 'cjs', entryFileNames: '[name].cjs' },
      },
    },
    plugins: [recordBundledPackages('out/bundled/preload.json')],
  },
  renderer: {
    root: 'renderer',
    define: {
      // Only the composition API is used of vue-i18n, and neither its components nor its directive: what is not used is not sent.
      __VUE_I18N_LEGACY_API__: 'false',
      __VUE_I18N_FULL_INSTALL__: 'false',
      __INTLIFY_PROD_DEVTOOLS__: 'false',
    },
    build: {
      outDir: 'out/renderer',
      minify: true,
      target: 'chrome130',
      rolldownOptions: { input: 'renderer/index.html' },
    },
    // No component is written in the options API, in no package either.
    plugins: [
      vue({ features: { optionsAPI: false } }),
      tailwindcss(),
      recordBundledPackages('out/bundled/renderer.json'),
    ],
  },
});
