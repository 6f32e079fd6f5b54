// Sends the request of a delivery. read-response.ts interprets the response; a page that is closing doesn't receive it.
import { HEARTBEAT_PATH, type Delivery, type Span } from '../protocol/delivery.ts';
import { serverAddress } from '../protocol/site-base.ts';

/**
 * Posts the spans with the device's clock at the time of sending.
 * @param nextBeatMs milliseconds until the page's next beat.
 */
export function postDelivery(spans: readonly Span[], options: RequestInit, nextBeatMs?: number): Promise<Response> {
  const delivery: Delivery = { sentAt: Date.now(), nextBeatMs, spans };
  return fetch(serverAddress() + HEARTBEAT_PATH, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(delivery),
    ...options,
  });
}
