// The request of a delivery, as a server would see it.
import { expect } from 'vitest';
import { HEARTBEAT_PATH, type Delivery } from '../../sw/protocol/delivery.ts';

/**
 * The delivery in a request. The test fails, at its end, if the request has another path, method, type or option than it must:
 * what is thrown in `fetch` a device takes for trouble of the network.
 */
export function readDelivery(url: unknown, init: RequestInit): Delivery {
  expect.soft({ url, ...init }).toEqual({
    url: HEARTBEAT_PATH,
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: expect.any(String) as unknown,
    // A login page that a redirect leads to would answer 200.
    redirect: 'manual',
    signal: expect.any(AbortSignal) as unknown,
  });
  return JSON.parse(init.body as string) as Delivery;
}
