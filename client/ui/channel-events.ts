// What page and worker announce of their work (sw/channel/events.ts), heard in a page by whoever looks on.
import { type EmittedEvent, EVENT_CHANNEL } from '../../sw/protocol/messages.ts';

/**
 * Tells every announcement until `signal` is aborted. While the page is in the back/forward cache it hears nothing, since
 * an open channel keeps a page out of Firefox's; `returned` tells when it is back.
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
