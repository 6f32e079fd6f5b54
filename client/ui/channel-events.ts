// Receives the events that page and worker broadcast (sw/channel/events.ts).
import { type EmittedEvent, EVENT_CHANNEL } from '../../sw/protocol/messages.ts';

/**
 * Calls `heard` for each event until `signal` is aborted. The channel is closed while the page is in the back/forward
 * cache, because an open channel makes it ineligible in Firefox. Calls `returned` when the page is restored.
 */
export function onChannelEvent(
  heard: (announced: EmittedEvent) => void,
  signal: AbortSignal,
  returned: () => void = () => {},
): void {
  let channel: BroadcastChannel | undefined;
  const open = (): void => {
    channel ??= new BroadcastChannel(EVENT_CHANNEL);
    channel.addEventListener('message', ({ data }) => heard(data as EmittedEvent));
  };
  const close = (): void => {
    channel?.close();
    channel = undefined;
  };
  const comeBack = ({ persisted }: PageTransitionEvent): void => {
    if (!persisted) return;
    open();
    returned();
  };
  open();
  addEventListener('pagehide', close, { signal });
  addEventListener('pageshow', comeBack, { signal });
  signal.addEventListener('abort', close);
}
