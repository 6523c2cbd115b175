import type Database from 'better-sqlite3';

import { isBusy, StorageError, toStorageError } from './storage-error.ts';
import type { Statements } from './statements.ts';

/** What a piece of work in a transaction may ask for beyond SQL. */
export interface WriteScope {
  /** Runs if the work's part of the transaction is rolled back; in reverse order of registration. */
  onRollback(undo: () => void): void;
  /** Runs once the work is durable; in order of registration, over all works of the commit. */
  onCommit(effect: () => void): void;
}

interface Job {
  readonly work: (scope: WriteScope) => unknown;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
  readonly sinceMs: number;
}

/** A job as it runs: what it gave, or why it failed, and what is to happen then. */
interface Run {
  readonly job: Job;
  readonly undos: (() => void)[];
  readonly effects: (() => void)[];
  value?: unknown;
  failure?: { error: unknown };
}

/** So many works share a commit at most: the thread is blocked until it is done. */
const MAX_GROUP = 100;

const FIRST_RETRY_MS = 5;
const LAST_RETRY_MS = 200;

/**
 * Runs works that write, in the order they come. Those that wait together share one transaction, and so one sync of the disk, each
 * within a savepoint: one that throws undoes only itself. All settle after the commit; if that fails, all fail.
 */
export class WriteQueue {
  readonly #db: Database.Database;
  readonly #statements: Statements;
  readonly #busyTimeoutMs: number;
  readonly #onTransactionEnd: () => void;
  #waiting: Job[] = [];
  #scheduled = false;
  #retryMs = FIRST_RETRY_MS;
  #idle: (() => void)[] = [];

  /** `onTransactionEnd` runs after each commit or rollback, before anybody hears of it. */
  constructor(db: Database.Database, statements: Statements, busyTimeoutMs: number, onTransactionEnd: () => void) {
    this.#db = db;
    this.#statements = statements;
    this.#busyTimeoutMs = busyTimeoutMs;
    this.#onTransactionEnd = onTransactionEnd;
  }

  /**
   * Runs `work` in a transaction; resolves with what it returned once that is durable, rejects with what it threw.
   * Errors of the transaction itself: `busy`, `full`, `io`. `work` may run again where SQLite gave up the shared transaction
   * because of another work.
   */
  run<T>(work: (scope: WriteScope) => T): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.#waiting.push({ work, resolve: resolve as (value: unknown) => void, reject, sinceMs: performance.now() });
      this.#schedule();
    });
  }

  /** Resolves when nothing waits. */
  idle(): Promise<void> {
    if (this.#waiting.length === 0) return Promise.resolve();
    return new Promise((resolve) => this.#idle.push(resolve));
  }

  #schedule(afterMs = 0): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    const flush = (): void => {
      this.#scheduled = false;
      this.#flush();
    };
    if (afterMs === 0) setImmediate(flush);
    else setTimeout(flush, afterMs);
  }

  #flush(): void {
    const jobs = this.#waiting.splice(0, MAX_GROUP);
    const again = this.#attempt(jobs);
    if (again === 'busy') {
      this.#waitForOthers(jobs);
    } else {
      // SQLite gave up the transaction because of one of them: the others get one each.
      for (const [at, job] of again.entries()) {
        if (this.#attempt([job]) !== 'busy') continue;
        this.#waitForOthers(again.slice(at));
        break;
      }
    }
    if (this.#waiting.length > 0) this.#schedule();
    else for (const resolve of this.#idle.splice(0)) resolve();
  }

  #waitForOthers(jobs: Job[]): void {
    const nowMs = performance.now();
    const patient = jobs.filter(({ sinceMs, reject }) => {
      if (nowMs - sinceMs < this.#busyTimeoutMs) return true;
      reject(
        new StorageError('busy', `Another connection kept the database locked for ${Math.round(nowMs - sinceMs)} ms`),
      );
      return false;
    });
    if (patient.length === 0) return;
    this.#waiting.unshift(...patient);
    this.#schedule(this.#retryMs);
    this.#retryMs = Math.min(this.#retryMs * 2, LAST_RETRY_MS);
  }

  /** Runs the jobs in one transaction and settles them; gives those that must run again, or `busy` if none could begin. */
  #attempt(jobs: readonly Job[]): Job[] | 'busy' {
    try {
      this.#statements.rows('BEGIN IMMEDIATE').run();
    } catch (error) {
      if (isBusy(error)) return 'busy';
      for (const job of jobs) job.reject(toStorageError(error, 'beginning a transaction'));
      return [];
    }
    this.#retryMs = FIRST_RETRY_MS;
    const runs: Run[] = [];
    try {
      for (const job of jobs) {
        const run = this.#runJob(job, jobs.length > 1);
        runs.push(run);
        if (!this.#db.inTransaction) return giveUp(jobs, runs);
      }
      this.#commit(runs);
    } finally {
      this.#onTransactionEnd();
    }
    for (const { failure, effects } of runs) if (failure === undefined) for (const effect of effects) effect();
    for (const { job, failure, value } of runs) {
      if (failure === undefined) job.resolve(value);
      else job.reject(failure.error);
    }
    return [];
  }

  #runJob(job: Job, among: boolean): Run {
    const run: Run = { job, undos: [], effects: [] };
    const scope: WriteScope = {
      onRollback: (undo) => void run.undos.push(undo),
      onCommit: (effect) => void run.effects.push(effect),
    };
    try {
      if (among) this.#statements.rows('SAVEPOINT work').run();
      run.value = job.work(scope);
      if (among) this.#statements.rows('RELEASE work').run();
    } catch (error) {
      fail(run, toStorageError(error, 'writing'));
      if (this.#db.inTransaction) this.#undo(among);
    }
    return run;
  }

  #undo(among: boolean): void {
    try {
      if (among) {
        this.#statements.rows('ROLLBACK TO work').run();
        this.#statements.rows('RELEASE work').run();
        return;
      }
    } catch {
      // Then nothing of the transaction can be kept; its other works run again.
    }
    this.#statements.rows('ROLLBACK').run();
  }

  #commit(runs: readonly Run[]): void {
    try {
      this.#statements.rows('COMMIT').run();
    } catch (error) {
      for (const run of runs.toReversed())
        if (run.failure === undefined) fail(run, toStorageError(error, 'committing'));
      if (this.#db.inTransaction) this.#statements.rows('ROLLBACK').run();
    }
  }
}

function fail(run: Run, error: unknown): void {
  run.failure = { error };
  for (const undo of run.undos.toReversed()) undo();
}

// On some errors, such as a full disk, SQLite rolls back everything, not the one statement.
function giveUp(jobs: readonly Job[], runs: readonly Run[]): Job[] {
  for (const run of runs.toReversed()) if (run.failure === undefined) fail(run, undefined);
  const last = runs.at(-1)!;
  last.job.reject(last.failure?.error);
  return jobs.filter((job) => job !== last.job);
}
