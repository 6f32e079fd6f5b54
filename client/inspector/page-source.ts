// Reads the page's own device from inside the page.
import type { EmittedEvent } from '../../sw/protocol/messages.ts';
import { deliver } from '../../sw/channel/deliver.ts';
import { withDeliveryLock } from '../../sw/channel/delivery-lock.ts';
import { SpanQueue } from '../../sw/channel/queue.ts';
import { askWorker } from '../ask-worker.ts';
import { onChannelEvent } from '../ui/channel-events.ts';
import type { SessionHeartbeat } from '../element.ts';
import type { Heartbeat } from '../heartbeat.ts';
import { answer, useStores } from '../ui/device-database.ts';
import type { FailureName } from './failures.ts';
import { goOffline, goOnline } from './simulate-offline.ts';
import { takeSnapshot } from './snapshot.ts';
import type { Action, Source } from './source.ts';
import { replaySpan, simulateFailure } from './try-delivery.ts';
import { watchWorkers } from './workers.ts';

/** One request may take a worker 20 s. */
const ANSWER_MS = 30_000;

const ACTIONS: Readonly<Record<Extract<Action, string>, () => Promise<void>>> = {
  deliver: deliverNow,
  'go-offline': goOffline,
  'go-online': () => goOnline().then(deliverNow),
  'clear-refused': () => useStores('readwrite', (store) => answer(store('refused').clear())),
};

export const pageSource: Source = {
  read: () => takeSnapshot(findHeartbeat()?.status()),
  watch: watchPage,
  act,
};

function watchPage(listener: (announced: EmittedEvent | undefined) => void): () => void {
  const abort = new AbortController();
  const changed = (): void => listener(undefined);
  onChannelEvent(listener, abort.signal, changed);
  watchWorkers(changed, abort.signal);
  return () => abort.abort();
}

function act(action: Action): Promise<void> {
  if (typeof action === 'string') return ACTIONS[action]();
  if ('drop' in action) return drop(action.drop);
  return 'replay' in action ? replaySpan(action.replay) : simulate(action.simulate);
}

/** The next try comes when the pause ends, as after a failure of the page's own delivery. */
async function simulate(name: FailureName): Promise<void> {
  const { retryInMs } = await simulateFailure(name);
  if (retryInMs > 0) setTimeout(() => void deliverNow(), retryInMs);
}

/** A delivery that is under way comes first, so that it doesn't put the row back. */
async function drop(id: string): Promise<void> {
  await withDeliveryLock(() =>
    useStores('readwrite', async (store) => {
      await answer(store('spans').delete(id));
      await answer(store('refused').delete(id));
    }),
  );
}

function findHeartbeat(): Heartbeat | undefined {
  return document.querySelector<SessionHeartbeat>('session-heartbeat:not([deliver-only])')?.heartbeat;
}

/**
 * Delivers as a newly opened page would: with the page's heartbeat, which also has the spans in memory, or else with
 * the worker.
 */
async function deliverNow(): Promise<void> {
  const heartbeat = findHeartbeat();
  if (heartbeat) return void (await heartbeat.deliver());
  const { serviceWorker } = navigator as { serviceWorker?: ServiceWorkerContainer };
  const active = serviceWorker?.getRegistration().then((registration) => registration?.active ?? undefined);
  const beat = { type: 'stillhere-beat', trigger: 'start', spans: [] } as const;
  const nobodyLeaves = new AbortController().signal;
  const outcome = await askWorker(active ?? Promise.resolve(undefined), beat, nobodyLeaves, ANSWER_MS);
  if (!outcome) await deliver(new SpanQueue(), 'start');
}
