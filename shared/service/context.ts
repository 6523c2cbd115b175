import type { Clock } from '../base/clock.ts';
import type { IdSource } from '../base/ids.ts';
import type { Principal } from '../contract/roles.ts';
import type { Store } from '../store/open-store.ts';
import type { PageKeys } from './page-key.ts';

/** What every operation of the service works with. */
export interface ServiceContext {
  store: Store;
  clock: Clock;
  ids: IdSource;
  pageKeys: PageKeys;
  /** The tenants that are served. */
  tenants: ReadonlySet<string>;
  /** How many sessions a tenant may have; undefined: any number. */
  maxSessions: number | undefined;
}

/** One call: who makes it, and by which operation. */
export interface Call {
  principal: Principal;
  operation: string;
  /** The step of the principal's that the call belongs to, where it is to be undone. */
  step?: string | undefined;
}
