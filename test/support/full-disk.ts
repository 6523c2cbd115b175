// Loaded into a host before its program: as long as the file named by OFFSTAGE_FULL_DISK stands there, its databases get no further page, as on a full disk.
import { existsSync } from 'node:fs';

import Database from 'better-sqlite3';

const sign = process.env['OFFSTAGE_FULL_DISK'] ?? '';
const open = new Set<Database.Database>();
const { pragma } = Database.prototype;

Database.prototype.pragma = function (this: Database.Database, ...args: Parameters<typeof pragma>) {
  open.add(this);
  return pragma.apply(this, args);
};

let isFull = false;
setInterval(() => {
  if (existsSync(sign) === isFull) return;
  isFull = !isFull;
  for (const db of open) {
    if (!db.open || db.readonly) continue;
    const pages = isFull ? Number(pragma.call(db, 'page_count', { simple: true })) : 1_000_000;
    pragma.call(db, `max_page_count = ${pages}`);
  }
}, 20).unref();
