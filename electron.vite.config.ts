import { defineConfig } from 'electron-vite';

export default defineConfig({
  main: {
    build: {
      outDir: 'out',
      // Everything but better-sqlite3, which brings native code, is bundled: what is delivered is one file.
      externalizeDeps: { include: ['better-sqlite3'] },
      rolldownOptions: {
        input: { hub: 'electron/hub/main.ts' },
        output: { entryFileNames: '[name].js', chunkFileNames: 'chunks/[name]-[hash].js' },
      },
    },
  },
});
