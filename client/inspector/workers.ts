// The workers of this page's scope, their versions, and their sync events.
import { type EmittedEvent, WORKER_INFO_REQUEST, type WorkerInfo } from '../../sw/protocol/messages.ts';

export interface WorkerState {
  readonly state: ServiceWorkerState;
  /** Undefined if the worker doesn't answer, because it doesn't contain the channel. */
  readonly version?: string | undefined;
  readonly isControlling: boolean;
}

export interface SyncSupport {
  readonly isSupported: boolean;
  /** Tags of pending sync events. */
  readonly tags: readonly string[];
}

interface Workers {
  readonly workers: readonly WorkerState[];
  readonly workerSupport: 'yes' | 'none';
  readonly sync: SyncSupport;
  readonly announced: readonly EmittedEvent[];
}

const NO_SYNC: SyncSupport = { isSupported: false, tags: [] };
const ANSWER_MS = 1_000;

/** Never rejects. */
export async function readWorkers(): Promise<Workers> {
  try {
    const registration = await navigator.serviceWorker.getRegistration();
    const found = registration ? workersOf(registration) : [];
    const introductions = await Promise.all(found.map(introduce));
    const workers = found.map((worker, nth) => ({
      state: worker.state,
      version: introductions[nth]?.version,
      isControlling: worker === navigator.serviceWorker.controller,
    }));
    const announced = introductions.flatMap((introduction) => introduction?.announced ?? []);
    return { workers, workerSupport: 'yes', sync: await readSync(registration), announced };
  } catch {
    return { workers: [], workerSupport: 'none', sync: NO_SYNC, announced: [] };
  }
}

/** Calls `changed` when a worker appears, changes state or disappears, until `signal` is aborted. */
export function watchWorkers(changed: () => void, signal: AbortSignal): void {
  const { serviceWorker } = navigator as { serviceWorker?: ServiceWorkerContainer };
  if (!serviceWorker) return;
  const watched = new WeakSet<EventTarget>();
  const listen = (target: EventTarget, type: string, handle: () => void): void => {
    if (!watched.has(target)) target.addEventListener(type, handle, { signal });
    watched.add(target);
  };
  const look = (registration: ServiceWorkerRegistration | undefined): void => {
    if (!registration) return;
    const tell = (): void => {
      for (const worker of workersOf(registration)) listen(worker, 'statechange', tell);
      changed();
    };
    listen(registration, 'updatefound', tell);
    tell();
  };
  listen(serviceWorker, 'controllerchange', changed);
  serviceWorker.getRegistration().then(look, () => {});
  // For a page that is about to register its first worker.
  void serviceWorker.ready.then(look);
}

function workersOf({ active, waiting, installing }: ServiceWorkerRegistration): ServiceWorker[] {
  return [active, waiting, installing].filter((worker) => worker !== null);
}

/** Each worker is asked only once, because the question wakes it. */
const introductions = new WeakMap<ServiceWorker, Promise<WorkerInfo | undefined>>();

function introduce(worker: ServiceWorker): Promise<WorkerInfo | undefined> {
  const asked = introductions.get(worker) ?? ask(worker);
  introductions.set(worker, asked);
  // A worker that is still installing doesn't answer, so it is asked again.
  void asked.then((introduction) => introduction ?? introductions.delete(worker));
  return asked;
}

function ask(worker: ServiceWorker): Promise<WorkerInfo | undefined> {
  const { port1, port2 } = new MessageChannel();
  return new Promise((resolve) => {
    const settle = (introduction?: WorkerInfo): void => {
      clearTimeout(timer);
      port1.close();
      resolve(introduction);
    };
    const timer = setTimeout(settle, ANSWER_MS);
    port1.addEventListener('message', ({ data }) => settle(data as WorkerInfo));
    port1.start();
    worker.postMessage(WORKER_INFO_REQUEST, [port2]);
  });
}

async function readSync(registration: ServiceWorkerRegistration | undefined): Promise<SyncSupport> {
  const { sync } = (registration ?? {}) as { sync?: { getTags(): Promise<string[]> } };
  if (!sync) return { isSupported: 'SyncManager' in window, tags: [] };
  return { isSupported: true, tags: await sync.getTags().catch(() => []) };
}
