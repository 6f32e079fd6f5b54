// The database `stillhere` on the device: its stores, and a connection that comes back when it is lost. The rows are made to
// be read by a person in the devtools.
import { answer, commitment } from './indexed-db.ts';
import type { Span } from '../protocol/delivery.ts';

/** A row of the stores `spans` and `refused`. */
export interface QueuedSpan extends Span {
  /** ISO 8601, beside the epoch milliseconds. */
  readonly startTime: string;
  /** ISO 8601, beside the epoch milliseconds. */
  readonly endTime: string;
  /** Failed deliveries so far. */
  readonly attempts: number;
  readonly lastError?: string;
}

/**
 * `spans`: not confirmed by the server; `refused`: refused by it, kept for the inspector. Both have {@link QueuedSpan}s by their id,
 * and the index `end`. `state`: under `pause` until when deliveries rest, under `expired` how many spans were dropped for their
 * age, under a sync tag how often it has fired.
 */
const STORES = ['spans', 'refused', 'state'] as const;
export type Store = (typeof STORES)[number];

/** Until then the browser has answered, or it is taken as a refusal: what an upgrade blocks waits as long as a tab is open. */
const ANSWER_MS = 5_000;
/** After a silence nobody is kept waiting for so long. An answer that comes late ends that. */
const SILENCE_MS = 30_000;

export class Database {
  /** Why the last {@link use} came to nothing, mostly in the browser's words. */
  trouble: string | undefined;
  #connection: IDBDatabase | undefined;
  #opening: Promise<IDBDatabase> | undefined;
  /** Of the monotonic clock. */
  #silentUntil = 0;

  /** The open connection, for who can't wait: undefined before the first {@link use}, and after a loss. */
  get connection(): IDBDatabase | undefined {
    return this.#connection;
  }

  /**
   * Calls `run` with the stores in one transaction, a writing one unless told otherwise, once more on a new connection when the old one was
   * lost; resolves when all is committed. Resolves with undefined where the browser has no storage for us or doesn't answer
   * within seconds. It never rejects; and what has come to nothing doesn't happen later.
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
        // Together: where one fails first nobody would await the other, and the host page would see a rejection.
        const work = Promise.all([
          run(...stores.map((name) => transaction.objectStore(name))),
          commitment(transaction),
        ]);
        const [result] = await this.#answer(work, () => transaction.abort());
        return result;
      } catch (error) {
        this.trouble = String(error);
        // The next one asks anew: Safari 14 never answered some (https://bugs.webkit.org/show_bug.cgi?id=226547).
        this.#opening = undefined;
        this.#drop(connection);
      }
    }
    return undefined;
  }

  async #open(version?: number): Promise<IDBDatabase> {
    const drop = (): void => this.#drop(opened);
    if (typeof indexedDB === 'undefined') throw new Error('no IndexedDB');
    const opening = indexedDB.open('stillhere', version);
    opening.addEventListener('upgradeneeded', () => {
      const { result } = opening;
      for (const name of missing(result))
        if (name === 'state') result.createObjectStore(name);
        else result.createObjectStore(name, { keyPath: 'id' }).createIndex('end', 'end');
    });
    const opened = await answer(opening);
    for (const type of ['versionchange', 'close']) opened.addEventListener(type, drop);
    // No number says what is in there. Somebody may have opened it before us (the devtools), or an older or newer version
    // of us: what has the stores is good as it is, and what lacks some is given them.
    if (missing(opened).length > 0) {
      opened.close();
      return this.#open(opened.version + 1);
    }
    this.#opening = undefined;
    this.#silentUntil = 0;
    this.#connection ??= opened;
    // It came late, and another one was opened meanwhile.
    if (this.#connection !== opened) opened.close();
    return this.#connection;
  }

  /** Not one that has been opened since. */
  #drop(connection: IDBDatabase | undefined): void {
    connection?.close();
    if (connection === this.#connection) this.#connection = undefined;
  }

  /** What the browser says within {@link ANSWER_MS}; rejects if nothing. */
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
