// The webhook, a consumer of the outbox: posts each event of a session to the owner's receiver. No reader waits for it.
import type { Logger } from 'pino';
import { SYSTEM_CLOCK, type TellingOptions, type TellingTiming } from '../outbox/base-event-consumer.ts';
import { EventConsumer } from '../outbox/event-consumer.ts';
import { eventMessage } from './payload.ts';
import { postMessage, TIMEOUT_MS, type WebhookConfig } from './post-message.ts';

const PAUSE_MS = 1_000;

/** Tells what happens from its first start on. */
export function createWebhook(
  config: WebhookConfig,
  store: TellingOptions['store'],
  log: Logger,
  { clock = SYSTEM_CLOCK, requestMs = TIMEOUT_MS, pauseMs = PAUSE_MS }: TellingTiming = {},
): EventConsumer {
  return new EventConsumer({
    name: 'webhook',
    store,
    hasHistory: false,
    tell: (event, session, signal) =>
      postMessage(config, eventMessage(event, session), clock.wall(), signal, requestMs),
    requestMs,
    pauseMs,
    log,
    clock,
  });
}
