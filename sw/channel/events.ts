// Events about the channel's work, for the inspector, the devtools extension and the console. Nothing depends on them, and
// no listener can delay the channel.
import { EVENT_CHANNEL, type ChannelEvent, type EmittedEvent } from '../protocol/messages.ts';

let hear: (event: EmittedEvent) => void = () => {};

/** Calls `listener` for each event of this page or worker; one listener at most. */
export function onEmit(listener: (event: EmittedEvent) => void): void {
  hear = listener;
}

/**
 * Broadcasts the event to all pages of the site. Never throws.
 * It opens a BroadcastChannel for this one message: an open one would keep the page out of Firefox's back/forward cache.
 */
export function emit(event: ChannelEvent): void {
  const emitted: EmittedEvent = {
    ...event,
    at: Date.now(),
    by: (globalThis as { document?: unknown }).document ? 'page' : 'worker',
  };
  hear(emitted);
  try {
    const channel = new BroadcastChannel(EVENT_CHANNEL);
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a BroadcastChannel has none
    channel.postMessage(emitted);
    channel.close();
  } catch {
    // Without BroadcastChannel nobody can listen.
  }
}
