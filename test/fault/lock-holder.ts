// Run by storage-lock.test.ts: holds the lock of the path given until it is killed.
import { holdLock } from '../../electron/storage-sqlite/hold-lock.ts';

holdLock(process.argv[2]!);
console.log('held');
setInterval(() => {}, 1_000_000);
