// What a device keeps when its browser is gone: the databases of the site. All that is known of fake-indexeddb's inside is
// here.
/* oxlint-disable no-underscore-dangle -- its own fields are named so */
import { forceCloseDatabase, IDBFactory, IDBRequest } from 'fake-indexeddb';

interface Transaction extends IDBTransaction {
  _state: 'active' | 'inactive' | 'committing' | 'finished';
}

interface Connection extends IDBDatabase {
  readonly _rawDatabase: { readonly transactions: readonly Transaction[] };
}

interface RawDatabase {
  readonly rawObjectStores: Map<string, { readonly records: { values(): Iterable<{ readonly value: unknown }> } }>;
}

/** What becomes of an attempt to open a database: it is refused, or nobody ever answers. */
export type DiskFault = 'none' | 'refused' | 'silent';

export class Disk {
  fault: DiskFault = 'none';
  readonly #accesses = new Set<DiskAccess>();
  readonly #databases = new Map<string, RawDatabase>();
  readonly #queues = new Map();

  /** What is committed in a store, as a reader of the devtools would see it. */
  rows(store: string): readonly unknown[] {
    const found = this.#databases.get('stillhere')?.rawObjectStores.get(store);
    return Array.from(found?.records.values() ?? [], ({ value }) => value);
  }

  /** `indexedDB` for one page or worker, and how its connections end with it. */
  connect(): DiskAccess {
    const factory = Object.assign(new IDBFactory(), { _databases: this.#databases, _connectionQueues: this.#queues });
    const access = new DiskAccess(this, factory);
    this.#accesses.add(access);
    return access;
  }

  /** The connections of all that run are lost, with what isn't committed. */
  lose(): void {
    for (const access of this.#accesses) access.lose();
  }
}

export class DiskAccess {
  readonly #disk: Disk;
  readonly #factory: IDBFactory;
  readonly #connections = new Set<Connection>();
  #isCut = false;

  constructor(disk: Disk, factory: IDBFactory) {
    this.#disk = disk;
    this.#factory = factory;
  }

  open(name: string, version?: number): IDBRequest {
    // Nobody is there any more to hear of it.
    if (this.#isCut || this.#disk.fault === 'silent') return new IDBRequest();
    if (this.#disk.fault === 'refused') throw new DOMException('The disk is broken', 'UnknownError');
    const request = this.#factory.open(name, version);
    request.addEventListener('success', () => {
      this.#connections.add(request.result as Connection);
      if (this.#isCut) request.result.close();
    });
    return request;
  }

  /** Breaks off what isn't committed. `isTorn`: what was asked to commit at once and hasn't yet, too. */
  cut(isTorn: boolean): void {
    this.#isCut = true;
    for (const connection of this.#connections) {
      breakOff(connection, isTorn);
      connection.close();
    }
  }

  /** As when the browser's storage process dies: the page is told by a `close` event. */
  lose(): void {
    if (this.#isCut) return;
    for (const connection of this.#connections) {
      breakOff(connection, true);
      forceCloseDatabase(connection as never);
    }
    this.#connections.clear();
  }
}

function breakOff(connection: Connection, isTorn: boolean): void {
  const own = connection._rawDatabase.transactions.filter((one) => (one.db as unknown) === connection);
  for (const transaction of own) {
    if (isTorn && transaction._state === 'committing') transaction._state = 'active';
    if (transaction._state === 'active' || transaction._state === 'inactive') transaction.abort();
  }
}
