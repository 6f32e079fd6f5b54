// The webhook, a consumer of the outbox: posts each event of a session to the owner's receiver. No reader waits for it.
import type { Logger } from 'pino';
import { SYSTEM_CLOCK, type TellingOptions, type TellingSetup } from '../outbox/base-event-consumer.ts';
import { EventConsumer } from '../outbox/event-consumer.ts';
import { tellListener } from '../outbox/outcome.ts';
import { eventMessage } from './payload.ts';
import { postMessage, TIMEOUT_MS, type WebhookConfig } from './post-message.ts';

/** The name of the consumer. Stays the same as long as stores exist. */
export const WEBHOOK = 'webhook';

const PAUSE_MS = 1_000;

/** Tells what happens from its first start on. */
export function createWebhook(
  config: WebhookConfig,
  store: TellingOptions['store'],
  log: Logger,
  { clock = SYSTEM_CLOCK, requestMs = TIMEOUT_MS, pauseMs = PAUSE_MS, onOutcome = () => {} }: TellingSetup = {},
): EventConsumer {
  return new EventConsumer({
    name: WEBHOOK,
    store,
    hasHistory: false,
    tell: (event, session, signal) =>
      tellListener(postMessage(config, eventMessage(event, session), clock.wall(), signal, requestMs), onOutcome),
    requestMs,
    pauseMs,
    log,
    clock,
  });
}
