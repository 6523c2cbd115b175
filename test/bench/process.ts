import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';

/** A process of the bench's own, which is told things and answers each by one message. It ends with its parent. */
export interface BenchProcess {
  /** What it said when it was ready. */
  readonly ready: unknown;
  /** Sends a message and gives the next that comes; throws if the process ends instead. */
  ask(message: unknown): Promise<unknown>;
  /** Ends it; resolves when it is gone. */
  end(): Promise<void>;
}

/** Starts a module as a process and waits until it says that it is ready. */
export async function startProcess(module: URL, ...args: string[]): Promise<BenchProcess> {
  const child = fork(module, args);
  return {
    ready: await nextMessage(child),
    async ask(message) {
      child.send(message as object);
      return await nextMessage(child);
    },
    async end() {
      if (child.exitCode !== null) return;
      const gone = once(child, 'exit');
      child.disconnect();
      await gone;
    },
  };
}

async function nextMessage(child: ChildProcess): Promise<unknown> {
  const ended = new AbortController();
  const end = (code: number | null): void => ended.abort(new Error(`A process ended with code ${code}`));
  child.once('exit', end);
  try {
    const [message] = (await once(child, 'message', { signal: ended.signal })) as [unknown];
    return message;
  } finally {
    child.off('exit', end);
  }
}

/** Within such a process: answers each message, and ends with the parent. */
// eslint-disable-next-line typescript/no-unnecessary-type-parameters -- it types what the caller knows of the parent
export function serveParent<Message>(answer: (message: Message) => unknown): void {
  process.on('message', (message) => {
    Promise.resolve(answer(message as Message)).then(
      (value) => process.send?.(value ?? null),
      (error: unknown) => {
        process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
        process.exit(1);
      },
    );
  });
  process.once('disconnect', () => process.exit());
}
