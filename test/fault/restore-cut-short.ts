// Run by backups.test.ts: restores a file, and dies when it is about to give something its place. Arguments: the data folder, the file, and how many
// times it may do so before.
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

import { silentLogger } from '../../shared/base/logger.ts';

const [dataDir, path, renames] = process.argv.slice(2) as [string, string, string];
let left = Number(renames);
const rename = fs.renameSync;
fs.renameSync = (from, to) => {
  if (left-- === 0) process.kill(process.pid, 'SIGKILL');
  rename(from, to);
};
syncBuiltinESMExports();

const { restoreData } = await import('../../electron/engine/engine.ts');
await restoreData({ dataDir, logger: silentLogger }, path);
