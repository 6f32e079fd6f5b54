// A thread that owns a SQLite connection, as its store sees it.
import { once } from 'node:events';
import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { CallName, Calls, Reply, ThreadData } from './thread-protocol.ts';

/** TypeScript in a checkout, JavaScript in the package. */
const SCRIPT = new URL(`./thread${extname(import.meta.url)}`, import.meta.url);

interface Pending {
  readonly resolve: (result: unknown) => void;
  readonly reject: (reason: Error) => void;
}

export class SqliteThread {
  readonly #worker: Worker;
  readonly #pending = new Map<number, Pending>();
  #count = 0;
  #ended: Error | undefined;

  constructor(data: ThreadData) {
    // Not with the flags of the process, which can be about its own script, like --input-type.
    this.#worker = new Worker(SCRIPT, { workerData: data, name: 'stillhere-store', execArgv: [] });
    this.#worker.on('message', (reply: Reply) => this.#settle(reply));
    this.#worker.on('error', (error) => this.#end(error as Error));
    this.#worker.on('exit', () => this.#end(new Error('The store is closed')));
    // An open store doesn't keep a process alive; a call that waits for an answer does.
    this.#worker.unref();
  }

  /** Calls are answered in order. Rejects if the call fails, or if the thread has ended. */
  call<Name extends CallName>(name: Name, ...values: Parameters<Calls[Name]>): Promise<ReturnType<Calls[Name]>> {
    const ended = this.#ended;
    if (ended) return Promise.reject(new Error(ended.message, { cause: ended }));
    return new Promise((resolve, reject) => {
      const nth = this.#count++;
      this.#worker.postMessage({ nth, name, values });
      this.#pending.set(nth, { resolve: resolve as Pending['resolve'], reject });
      if (this.#pending.size === 1) this.#worker.ref();
    });
  }

  /** Closes the connection and ends the thread. */
  async close(): Promise<void> {
    const exited = once(this.#worker, 'exit');
    await this.call('close');
    this.#worker.ref();
    await exited;
  }

  #settle(reply: Reply): void {
    const pending = this.#pending.get(reply.nth);
    this.#pending.delete(reply.nth);
    if (this.#pending.size === 0) this.#worker.unref();
    if ('result' in reply) pending?.resolve(reply.result);
    else pending?.reject(Object.assign(new Error(reply.failure.message), { code: reply.failure.code }));
  }

  #end(reason: Error): void {
    this.#ended ??= reason;
    for (const { reject } of this.#pending.values()) reject(this.#ended);
    this.#pending.clear();
  }
}
