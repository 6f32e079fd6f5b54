// The database `stillhere` on the device (`stillhere/work` of a site under `/work`): its stores, and a connection that is reopened after a loss. Rows are readable
// in the devtools.
import { answer, commitment } from './indexed-db.ts';
import { siteBase } from '../protocol/site-base.ts';
import type { Span } from '../protocol/delivery.ts';

/** A row in the stores `spans` and `refused`. */
export interface QueuedSpan extends Span {
  /** ISO 8601, in addition to the epoch milliseconds. */
  readonly startTime: string;
  /** ISO 8601, in addition to the epoch milliseconds. */
  readonly endTime: string;
  /** Failed deliveries so far. */
  readonly attempts: number;
  readonly lastError?: string;
}

/**
 * `spans`: not confirmed by the server. `refused`: refused by it, kept for the inspector. Both contain {@link
 * QueuedSpan}s by id and have the index `end`. `state`: the pause between deliveries under `pause`, the number of spans
 * dropped for their age under `expired`, and under each sync tag how often it has fired.
 */
const STORES = ['spans', 'refused', 'state'] as const;
export type Store = (typeof STORES)[number];

/**
 * Timeout for the browser's answer, after which it counts as a failure. An upgrade that an open tab blocks would
 * otherwise wait until the tab closes.
 */
const ANSWER_MS = 5_000;
/** After a timeout, further calls fail immediately for this long. A late answer ends this. */
const SILENCE_MS = 30_000;

export class Database {
  /** Why the last {@link use} failed, usually in the browser's words. */
  trouble: string | undefined;
  #connection: IDBDatabase | undefined;
  #opening: Promise<IDBDatabase> | undefined;
  /** Monotonic clock. */
  #silentUntil = 0;

  /** The open connection, for synchronous use; undefined before the first {@link use} and after a loss. */
  get connection(): IDBDatabase | undefined {
    return this.#connection;
  }

  /**
   * Calls `run` with the stores in one transaction (`readwrite` by default) and resolves when it is committed. Retries
   * once on a new connection if the old one was lost. Resolves with undefined if the browser offers no storage or
   * doesn't answer within seconds. Never rejects. A failed operation has no later effect.
   */
  async use<T>(
    stores: readonly [Store, ...Store[]],
    run: (...stores: IDBObjectStore[]) => Promise<T>,
    mode: IDBTransactionMode = 'readwrite',
  ): Promise<T | undefined> {
    if (!this.#connection && performance.now() < this.#silentUntil) return undefined;
    for (let attempt = 0; attempt < 2; attempt++) {
      let connection: IDBDatabase | undefined;
      try {
        connection = this.#connection ?? (await this.#answer((this.#opening ??= this.#open())));
        const transaction = connection.transaction([...stores], mode);
        // Awaited together: otherwise, if one fails first, the other would be an unhandled rejection in the host page.
        const work = Promise.all([
          run(...stores.map((name) => transaction.objectStore(name))),
          commitment(transaction),
        ]);
        const [result] = await this.#answer(work, () => transaction.abort());
        return result;
      } catch (error) {
        this.trouble = String(error);
        // The next call opens again: some requests in Safari 14 never got an answer
        // (https://bugs.webkit.org/show_bug.cgi?id=226547).
        this.#opening = undefined;
        this.#drop(connection);
      }
    }
    return undefined;
  }

  async #open(version?: number): Promise<IDBDatabase> {
    const drop = (): void => this.#drop(opened);
    const opening = indexedDB.open(`stillhere${siteBase()}`, version);
    opening.addEventListener('upgradeneeded', () => {
      const { result } = opening;
      for (const name of missing(result))
        if (name === 'state') result.createObjectStore(name);
        else result.createObjectStore(name, { keyPath: 'id' }).createIndex('end', 'end');
    });
    const opened = await answer(opening);
    for (const type of ['versionchange', 'close']) opened.addEventListener(type, drop);
    // The version number says nothing about the contents: devtools, or an older or newer version of this code, may have
    // created the database. If all stores exist, it is usable; missing ones are added.
    if (missing(opened).length > 0) {
      opened.close();
      return this.#open(opened.version + 1);
    }
    this.#opening = undefined;
    this.#silentUntil = 0;
    this.#connection ??= opened;
    // Opened late: another connection was opened meanwhile.
    if (this.#connection !== opened) opened.close();
    return this.#connection;
  }

  /** Leaves a newer connection open. */
  #drop(connection: IDBDatabase | undefined): void {
    connection?.close();
    if (connection === this.#connection) this.#connection = undefined;
  }

  /** Resolves with the browser's answer; rejects if there is none within {@link ANSWER_MS}. */
  #answer<T>(asked: Promise<T>, giveUp?: () => void): Promise<T> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#silentUntil = performance.now() + SILENCE_MS;
        reject(new Error('no answer'));
        giveUp?.();
      }, ANSWER_MS);
      asked.then(resolve, reject).finally(() => clearTimeout(timer));
    });
  }
}

function missing({ objectStoreNames }: IDBDatabase): Store[] {
  return STORES.filter((name) => !objectStoreNames.contains(name));
}
