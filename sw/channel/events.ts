// Events about the channel's work, for the inspector, the devtools extension and the console. Nothing depends on them, and
// no listener can delay the channel.
import { EVENT_CHANNEL, type ChannelEvent, type EmittedEvent } from '../protocol/messages.ts';

/** This worker's most recent events, for listeners that start late. Pages, which stay open for hours, keep none. */
export const recentEvents: EmittedEvent[] = [];
const MAX_RECENT_EVENTS = 30;

/**
 * Broadcasts the event to all pages of the site. Never throws.
 * It opens a BroadcastChannel for this one message: an open one would keep the page out of Firefox's back/forward cache.
 */
export function emit(event: ChannelEvent): void {
  const emitted: EmittedEvent = { ...event, at: Date.now(), by: 'document' in globalThis ? 'page' : 'worker' };
  if (emitted.by === 'worker' && recentEvents.push(emitted) > MAX_RECENT_EVENTS) recentEvents.shift();
  try {
    const channel = new BroadcastChannel(EVENT_CHANNEL);
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a BroadcastChannel has none
    channel.postMessage(emitted);
    channel.close();
  } catch {
    // Without BroadcastChannel nobody can listen.
  }
}
