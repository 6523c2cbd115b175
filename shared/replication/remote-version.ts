import { own, type JsonObject } from '../base/json.ts';
import type { RemoteVersion } from '../store/sync-state.ts';

/** The version that headquarters states for a session, as far as it states one. */
export function versionOf(remote: JsonObject): RemoteVersion {
  const number = own(remote, 'sys_version');
  const modifiedAt = own(remote, 'sys_last_modified_at');
  return {
    ...(typeof number === 'number' ? { sys_version: number } : {}),
    ...(typeof modifiedAt === 'string' ? { sys_last_modified_at: modifiedAt } : {}),
  };
}

/** Whether both are one version. A server that states none has always moved: there is nothing to tell by. */
export function sameVersion(a: RemoteVersion | undefined, b: RemoteVersion | undefined): boolean {
  if (a === undefined || b === undefined) return false;
  if (a.sys_version === undefined && a.sys_last_modified_at === undefined) return false;
  return a.sys_version === b.sys_version && a.sys_last_modified_at === b.sys_last_modified_at;
}

/** Whether a listing that leaves out the times states the known version. */
export function sameNumber(known: RemoteVersion | undefined, listed: RemoteVersion): boolean {
  return listed.sys_version !== undefined && known?.sys_version === listed.sys_version;
}

/** Whether `a` comes before `b`: by number where both have one, else by time. */
export function isOlder(a: RemoteVersion, b: RemoteVersion): boolean {
  if (a.sys_version !== undefined && b.sys_version !== undefined) return a.sys_version < b.sys_version;
  if (a.sys_last_modified_at === undefined || b.sys_last_modified_at === undefined) return false;
  return Date.parse(a.sys_last_modified_at) < Date.parse(b.sys_last_modified_at);
}
