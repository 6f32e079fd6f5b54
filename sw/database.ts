// The database `stillhere` on the device (the only user of idb): its stores, and a connection that comes back when it is
// lost. The rows are made to be read by a person in the devtools.
import { openDB, type DBSchema, type IDBPDatabase, type IDBPTransaction } from 'idb';
import type { Pause } from './backoff.ts';
import type { Span } from './protocol.ts';

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

interface Schema extends DBSchema {
  /** Not confirmed by the server. */
  spans: { key: string; value: QueuedSpan; indexes: { end: number } };
  /** Refused by the server, kept for the inspector. */
  refused: { key: string; value: QueuedSpan; indexes: { end: number } };
  /** `pause`: until when deliveries rest. `expired`: how many spans were dropped for their age. */
  state: { key: string; value: Pause | number };
}

type Store = 'spans' | 'refused' | 'state';

export class Database {
  #connection: IDBPDatabase<Schema> | undefined;
  #opening: Promise<IDBPDatabase<Schema>> | undefined;

  /** The open connection, for who can't wait: undefined before the first {@link use}, and after a loss. */
  get connection(): IDBPDatabase<Schema> | undefined {
    return this.#connection;
  }

  /**
   * Runs `work` in one writing transaction, once more on a new connection when the old one was lost; resolves when all is
   * committed. Resolves with undefined, and never rejects, where the browser has no storage for us.
   */
  async use<T, const Stores extends Store[]>(
    stores: Stores,
    work: (transaction: IDBPTransaction<Schema, Stores, 'readwrite'>) => Promise<T>,
  ): Promise<T | undefined> {
    for (let attempt = 0; attempt < 2; attempt++)
      try {
        const transaction = (await this.#open()).transaction(stores, 'readwrite');
        // Together: where one fails first nobody would await the other, and the host page would see a rejection.
        const [result] = await Promise.all([work(transaction), transaction.done]);
        return result;
      } catch {
        this.forget();
      }
    return undefined;
  }

  /** Drops the connection; the next {@link use} opens another one. */
  forget(): void {
    this.#connection?.close();
    this.#connection = this.#opening = undefined;
  }

  async #open(): Promise<IDBPDatabase<Schema>> {
    const forget = (): void => this.forget();
    this.#opening ??= openDB<Schema>('stillhere', 1, {
      upgrade: (database) => {
        for (const name of ['spans', 'refused'] as const)
          database.createObjectStore(name, { keyPath: 'id' }).createIndex('end', 'end');
        database.createObjectStore('state');
      },
      blocking: forget,
      terminated: forget,
    });
    return (this.#connection = await this.#opening);
  }
}
