// The failures that the inspector simulates, each as what a device on a train meets. Only the answer is made up: the delivery
// code, the lock and the queue are the real ones (try-delivery.ts).
import { readResponse } from '../../sw/channel/read-response.ts';
import { sendDelivery } from '../../sw/channel/send-delivery.ts';
import type { DeliveryResult } from '../../sw/protocol/messages.ts';

type Send = typeof sendDelivery;

/** Seconds that the simulated 429 asks to wait. */
const RETRY_AFTER_S = 20;
/** How long the simulated slow server takes to answer. Shorter than the time limit of a request. */
export const SLOW_MS = 10_000;

const respond =
  (status: number, body: string, headers: Readonly<Record<string, string>> = {}): Send =>
  () =>
    Promise.resolve(readResponse(new Response(body, { status, headers }), body));

const failed = (error: string): string => JSON.stringify({ success: false, error });

export const FAILURES = {
  portal: {
    label: 'Captive portal',
    send: respond(200, '<!doctype html><title>Welcome aboard</title>'),
  },
  'server-error': { label: 'Server error (500)', send: respond(500, failed('Simulated')) },
  'too-many': {
    label: 'Too many (429)',
    send: respond(429, failed('Simulated'), { 'Retry-After': String(RETRY_AFTER_S) }),
  },
  slow: {
    label: 'Slow answer (10 s)',
    send: async (...given) => {
      await new Promise((resolve) => setTimeout(resolve, SLOW_MS));
      return sendDelivery(...given);
    },
  },
  lost: {
    label: 'Lost answer',
    // The server has stored them, and the device doesn't know.
    send: async (...given): Promise<DeliveryResult> => {
      const sent = await sendDelivery(...given);
      return sent.type === 'receipt' ? { type: 'failed', error: 'the answer was lost', isNetworkError: true } : sent;
    },
  },
} as const satisfies Readonly<Record<string, { readonly label: string; readonly send: Send }>>;

export type FailureName = keyof typeof FAILURES;
