// A page's view of its worker: `navigator.serviceWorker`, and the channel that answers come back through.
import type { Device } from './device.ts';
import type { Realm } from './realm.ts';

/** @param isLost messages of this page don't reach the worker any more. */
export function serviceWorkerContainer(device: Device, isLost: () => boolean | undefined): EventTarget {
  const { worker } = device;
  const active = Object.assign(new EventTarget(), {
    scriptURL: 'http://site.test/sw.js',
    state: 'activated',
    postMessage: (message: unknown, ports: unknown[] = []) => {
      if (isLost()) return;
      const data: unknown = structuredClone(message);
      const { starts } = device;
      // The browser carries it even where the page is gone by then; but not where the browser itself is gone.
      setImmediate(() => {
        if (starts === device.starts) worker.dispatch('message', { data, ports });
      });
    },
  });
  const registration = Object.assign(new EventTarget(), { active, waiting: null, installing: null });
  const register = async (): Promise<unknown> => {
    worker.install();
    return registration;
  };
  return Object.defineProperties(new EventTarget(), {
    controller: { get: () => (worker.isInstalled ? active : null) },
    ready: { value: Promise.resolve(registration) },
    register: { value: register },
    getRegistration: { value: async () => (worker.isInstalled ? registration : undefined) },
  });
}

/**
 * The constructor of channels between a page and the worker: answers come in a later turn, and not to who is gone.
 * @param unanswered holds those that are still open.
 */
export function messageChannel(realm: Realm, unanswered: Set<object>): unknown {
  return class {
    #isOpen = true;

    constructor() {
      unanswered.add(this);
    }

    readonly port1 = Object.assign(new EventTarget(), {
      start: () => {},
      close: () => {
        this.#isOpen = false;
        unanswered.delete(this);
      },
    });
    readonly port2 = {
      postMessage: (message: unknown) => {
        const data: unknown = structuredClone(message);
        setImmediate(() => {
          if (realm.isAlive && this.#isOpen) this.port1.dispatchEvent(Object.assign(new Event('message'), { data }));
        });
      },
    };
  };
}
