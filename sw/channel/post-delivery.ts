// The request of a delivery. What its answer means is in read-response.ts: a page that goes away doesn't hear it any more.
import { HEARTBEAT_PATH, type Delivery, type Span } from '../protocol/delivery.ts';

declare global {
  /** The origin of our server, like `https://stillhere.example`, where it is another one than the site's. */
  var stillhereServer: string | undefined;
}

/** Posts the spans, with the device's clock as the request leaves. */
export function postDelivery(spans: readonly Span[], options: RequestInit): Promise<Response> {
  const delivery: Delivery = { sentAt: Date.now(), spans };
  // Not the path alone, which a page's `<base>` may lead elsewhere.
  return fetch((globalThis.stillhereServer ?? globalThis.origin ?? '') + HEARTBEAT_PATH, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(delivery),
    ...options,
  });
}
