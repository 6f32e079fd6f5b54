// One place where JavaScript of the project runs, a page or the worker, with all it can reach from there. When it is killed
// it stays where it is, at whatever `await`: nothing that it waits for ever comes, and what it hadn't committed is gone.
import {
  IDBCursor,
  IDBDatabase,
  IDBIndex,
  IDBKeyRange,
  IDBObjectStore,
  IDBRequest,
  IDBTransaction,
} from 'fake-indexeddb';
import type { Device } from './device.ts';
import type { DiskAccess } from './disk.ts';
import type { Globals } from './scripts.ts';

const INDEXED_DB = { IDBCursor, IDBDatabase, IDBIndex, IDBKeyRange, IDBObjectStore, IDBRequest, IDBTransaction };
const NO_CONSOLE = Object.fromEntries(['log', 'debug', 'info', 'warn', 'error'].map((name) => [name, () => {}]));

export class Realm {
  readonly sleeps = true;
  isAlive = true;
  readonly #device: Device;
  readonly #disk: DiskAccess;
  readonly #bornAt: number;

  constructor(device: Device) {
    this.#device = device;
    this.#disk = device.disk.connect();
    this.#bornAt = device.monotonic;
  }

  /** @param isTorn false: as a page that is closed, whose requests to commit still count. */
  kill(isTorn: boolean): void {
    this.isAlive = false;
    this.#disk.cut(isTorn);
    this.#device.locks.release(this);
  }

  /** The globals that pages and workers share. */
  get globals(): Globals {
    const device = this.#device;
    const { clock, random } = device.world;
    const later = (ms = 0, run: () => void): number => clock.after(Math.trunc(ms), run, this);
    const repeat = (
      timer: { id: number },
      run: (...values: unknown[]) => void,
      ms: number,
      values: unknown[],
    ): void => {
      timer.id = later(ms, () => {
        repeat(timer, run, ms, values);
        run(...values);
      });
    };
    return {
      Date: class extends Date {
        constructor(...values: []) {
          super(...((values.length > 0 ? values : [device.now]) as []));
        }
        static override now = (): number => device.now;
      },
      Math: Object.create(Math, { random: { value: random } }) as unknown,
      performance: { now: () => device.monotonic - this.#bornAt },
      crypto: { getRandomValues: (bytes: Uint8Array) => bytes.map(() => Math.floor(random() * 256)) },
      console: NO_CONSOLE,
      setTimeout: (run: (...values: unknown[]) => void, ms?: number, ...values: unknown[]) =>
        later(ms, () => run(...values)),
      clearTimeout: (id: number) => clock.cancel(id),
      setInterval: (run: () => void, ms: number, ...values: unknown[]) => {
        const timer = { id: 0 };
        repeat(timer, run, ms, values);
        return timer;
      },
      clearInterval: (timer?: { id: number }) => timer && clock.cancel(timer.id),
      AbortSignal: {
        timeout: (ms: number) => {
          const abort = new AbortController();
          later(ms, () => abort.abort(new DOMException('timed out', 'TimeoutError')));
          return abort.signal;
        },
      },
      fetch: (path: string, init: RequestInit) => device.fetch(this, path, init),
      indexedDB: this.#disk,
      ...INDEXED_DB,
    };
  }
}
