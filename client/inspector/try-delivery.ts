// Deliveries by hand: of a single span, or into a simulated failure.
import { deliver } from '../../sw/channel/deliver.ts';
import type { QueuedSpan } from '../../sw/channel/database.ts';
import { oldestSpans } from '../../sw/channel/delivery-queue.ts';
import { SpanQueue } from '../../sw/channel/queue.ts';
import { sendDelivery } from '../../sw/channel/send-delivery.ts';
import type { DeliveryOutcome } from '../../sw/protocol/messages.ts';
import { answer, useStores } from '../ui/device-database.ts';
import { FAILURES, type FailureName } from './failures.ts';

/**
 * Sends this span alone, now. A refused one goes back into the queue first: the server decides again.
 * @throws Error for people, if it was not sent, or the server didn't take it.
 */
export async function replaySpan(id: string): Promise<void> {
  const span = await useStores('readwrite', async (store) => {
    const refused = await answer<QueuedSpan | undefined>(store('refused').get(id));
    if (!refused) return answer<QueuedSpan | undefined>(store('spans').get(id));
    await answer(store('refused').delete(id));
    await answer(store('spans').put(refused));
    return refused;
  });
  if (!span) throw new Error('This span is no longer on the device');
  const { stored, refused, error, retryInMs } = await deliver(new SpanQueue(), 'start', undefined, {
    next: () => Promise.resolve([span]),
    send: sendDelivery,
  });
  if (stored > 0) return;
  if (refused[0]) throw new Error(`The server refused it: ${refused[0].reason}`);
  throw new Error(error ?? `Not sent: the device pauses for ${Math.ceil(retryInMs / 1000)} s`);
}

/**
 * One delivery of the queue that meets this failure.
 * @throws Error for people, if nothing waits or the device pauses.
 */
export async function simulateFailure(name: FailureName): Promise<DeliveryOutcome> {
  let wasSent = false;
  const { send } = FAILURES[name];
  const outcome = await deliver(new SpanQueue(), 'start', undefined, {
    next: oldestSpans,
    send: (...given) => {
      wasSent = true;
      return send(...given);
    },
  });
  if (wasSent) return outcome;
  if (outcome.waiting === 0) throw new Error('Nothing waits, so nothing was sent');
  throw new Error(`The device pauses for ${Math.ceil(outcome.retryInMs / 1000)} s, so nothing was sent`);
}
