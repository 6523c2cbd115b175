// `npm run package`: builds the app and its installers for this system into `dist/`. `--dir` stops at the unpacked app.
// `--release` is what the release workflow does: fuses, and update metadata if the app was built to look for them.
import { resolve } from 'node:path';
import { env } from 'node:process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

import { build, Platform } from 'electron-builder';

import { builderConfig } from './builder-config.ts';

const { values: flags } = parseArgs({
  options: {
    dir: { type: 'boolean', default: false },
    release: { type: 'boolean', default: false },
    output: { type: 'string', default: 'dist' },
    /** A folder with Electron's files; without it they are fetched. */
    electron: { type: 'string' },
  },
});

// GitHub hands over a secret that is not there as an empty text, which would be taken for one.
for (const [name, value] of Object.entries(env)) if (value === '') delete env[name];

const projectDir = fileURLToPath(new URL('..', import.meta.url));
const repository = env['GITHUB_REPOSITORY'];
const made = await build({
  projectDir,
  targets: Platform.current().createTarget(flags.dir ? 'dir' : undefined),
  // The workflow uploads: what is not signed yet must not be seen.
  publish: 'never',
  config: builderConfig({
    output: flags.output,
    isRelease: flags.release,
    updateUrl: flags.release && env['MAIN_VITE_UPDATE_KEY'] !== undefined ? env['MAIN_VITE_UPDATE_URL'] : undefined,
    homepage: repository === undefined ? undefined : `https://github.com/${repository}`,
    electron: flags.electron,
  }),
});
console.log(made.length > 0 ? made.join('\n') : resolve(projectDir, flags.output));
