// Starts and stops the service worker, and brings it its events.
import type { Device } from './device.ts';
import { Realm } from './realm.ts';

interface Running {
  readonly realm: Realm;
  readonly self: EventTarget;
  /** Told when the worker is stopped before it is done. */
  readonly unfinished: Set<() => void>;
}

const NOTHING = (): void => {};

export class WorkerHost {
  readonly #device: Device;
  #running: Running | undefined;
  isInstalled = false;
  /** When it was last stopped in the middle of something, on the device's clock: what it had to say to the pages is unsaid. */
  cutAt = -Infinity;

  constructor(device: Device) {
    this.#device = device;
  }

  install(): void {
    if (this.isInstalled) return;
    this.isInstalled = true;
    for (const type of ['install', 'activate']) this.dispatch(type, {});
  }

  /** Stops it at whatever `await` it is: its state in memory is gone, and what it held back with `waitUntil` too. */
  stop(): void {
    const running = this.#running;
    this.#running = undefined;
    if (!running) return;
    if (running.unfinished.size > 0) this.cutAt = this.#device.now;
    running.realm.kill(true);
    for (const fail of running.unfinished) fail();
  }

  /** Gives it an event, starting it if need be. `done` or `failed` is called when it has waited to its end. */
  dispatch(type: string, fields: object, done = NOTHING, failed = NOTHING): void {
    const running = (this.#running ??= this.#start());
    const event = Object.assign(new Event(type), fields, {
      waitUntil: async (work: Promise<unknown>) => {
        const fail = (): void => failed();
        running.unfinished.add(fail);
        const isDone = await work.then(
          () => true,
          () => false,
        );
        if (!running.realm.isAlive) return;
        running.unfinished.delete(fail);
        (isDone ? done : failed)();
      },
    });
    running.self.dispatchEvent(event);
  }

  #start(): Running {
    const device = this.#device;
    const realm = new Realm(device);
    const { sync } = device;
    const registration = {
      scope: 'http://site.test/',
      ...(sync && { sync }),
    };
    const self = Object.assign(new EventTarget(), {
      registration,
      skipWaiting: async () => {},
      clients: { claim: async () => {}, matchAll: async () => [...device.tabs] },
      location: new URL('http://site.test/sw.js'),
    });
    device.world.scripts.worker({
      ...realm.globals,
      self,
      registration,
      location: self.location,
      navigator: {
        locks: device.locks.of(realm),
        get onLine() {
          return device.isOnline;
        },
      },
      addEventListener: self.addEventListener.bind(self),
    });
    return { realm, self, unfinished: new Set() };
  }
}
