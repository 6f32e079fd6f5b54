// What the page says to the worker. A message can wake a sleeping worker, which a keepalive request could not (Chromium).
import type { Trigger } from './backoff.ts';
import type { Span } from './protocol.ts';

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
