import { existsSync } from 'node:fs';

/** Where Debian, and most others, keep Chromium; `CHROMIUM` names another. */
const PLACES = [
  process.env['CHROMIUM'],
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/** How to start it: without the sandbox and the shared memory that containers lack. */
export function chromiumOptions(): { executablePath: string; args: string[] } {
  const executablePath = PLACES.find((path) => path !== undefined && existsSync(path));
  if (executablePath === undefined) throw new Error('There is no Chromium here: install it, or name it in CHROMIUM.');
  return { executablePath, args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'] };
}
