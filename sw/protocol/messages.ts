// What the page says to the worker, and the worker to pages. A message can wake a sleeping worker, which a keepalive request
// could not (Chromium).
import type { Trigger } from '../channel/backoff.ts';
import type { Span } from './delivery.ts';

/** "Still here": the spans that changed, the open one among them, and why it is said now. */
export interface Beat {
  readonly type: 'stillhere-beat';
  readonly trigger: Trigger;
  readonly spans: readonly Span[];
}

/** Other scripts of the site may talk to their worker, too. */
export function isBeat(message: unknown): message is Beat {
  return (message as Beat | undefined)?.type === 'stillhere-beat';
}

/** To every page that can be seen: a delivery has failed, that of another page perhaps, which may be gone when it is due again. */
export interface Rest {
  readonly type: 'stillhere-rest';
  readonly retryInMs: number;
}

export function isRest(message: unknown): message is Rest {
  return (message as Rest | undefined)?.type === 'stillhere-rest';
}
