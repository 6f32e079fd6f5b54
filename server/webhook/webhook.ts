// The webhook, a consumer of the outbox: posts each event of a session to the owner's receiver. No reader waits for it.
import type { Logger } from 'pino';
import { EventConsumer, type TellingClock, type TellingOptions } from '../outbox/event-consumer.ts';
import { eventMessage } from './payload.ts';
import { postMessage, TIMEOUT_MS, type WebhookConfig } from './post-message.ts';

const PAUSE_MS = 1_000;

/** What tests make shorter. Milliseconds. */
interface WebhookTiming {
  readonly clock: TellingClock;
  readonly timeoutMs: number;
  readonly pauseMs: number;
}

const TIMING: WebhookTiming = {
  clock: { wall: () => Date.now(), monotonic: () => performance.now() },
  timeoutMs: TIMEOUT_MS,
  pauseMs: PAUSE_MS,
};

/** Tells what happens from its first start on. */
export function createWebhook(
  config: WebhookConfig,
  store: TellingOptions['store'],
  log: Logger,
  timing: Partial<WebhookTiming> = {},
): EventConsumer {
  const { clock, timeoutMs, pauseMs } = { ...TIMING, ...timing };
  return new EventConsumer({
    name: 'webhook',
    store,
    hasHistory: false,
    tell: (event, session, signal) =>
      postMessage(config, eventMessage(event, session), clock.wall(), signal, timeoutMs),
    requestMs: timeoutMs,
    pauseMs,
    log,
    clock,
  });
}
