// What the channel says aloud of its work, to whoever looks on: the inspector, the devtools, the console. Nothing depends
// on being heard, and nobody who listens can hold anything up.
import type { Trigger } from './backoff.ts';
import type { Outcome } from './deliver.ts';
import type { Span } from '../protocol/delivery.ts';
import type { Sent } from './read-response.ts';

/** The BroadcastChannel that it goes through. */
export const ANNOUNCEMENTS = 'stillhere';

export type Announcement =
  /** Spans were written down, or are held in memory where the storage refuses. */
  | { readonly type: 'kept'; readonly spans: readonly Span[] }
  /** One request is over; what its answer says of the queue isn't written there yet. */
  | { readonly type: 'sent'; readonly spans: readonly Span[]; readonly sentAt: number; readonly sent: Sent }
  /** A delivery is over, and the queue is as it left it. */
  | { readonly type: 'delivered'; readonly trigger: Trigger; readonly outcome: Outcome };

/** An announcement as it is heard: when it was made, on the device's clock, and by whom. */
export type Announced = Announcement & { readonly at: number; readonly by: 'page' | 'worker' };

/** The last ones of this worker, for who comes a moment too late; a page, which is read for hours, remembers none. In memory only. */
export const recentlyAnnounced: Announced[] = [];
const MOST_RECENT = 30;

/**
 * Says it to all pages of the site. Never throws.
 * Through a channel that is opened for this one message: an open one keeps a page out of Firefox's back/forward cache.
 */
export function announce(announcement: Announcement): void {
  const announced: Announced = { ...announcement, at: Date.now(), by: 'document' in globalThis ? 'page' : 'worker' };
  if (announced.by === 'worker' && recentlyAnnounced.push(announced) > MOST_RECENT) recentlyAnnounced.shift();
  try {
    const channel = new BroadcastChannel(ANNOUNCEMENTS);
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a BroadcastChannel has none
    channel.postMessage(announced);
    channel.close();
  } catch {
    // There is no BroadcastChannel: then nobody listens either.
  }
}
