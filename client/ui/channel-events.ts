// What page and worker announce of their work (sw/channel/events.ts), heard in a page by whoever looks on.
import { ANNOUNCEMENTS, type Announced } from '../../sw/channel/events.ts';

/**
 * Tells every announcement until `signal` is aborted. While the page is in the back/forward cache it hears nothing, since
 * an open channel keeps a page out of Firefox's; `returned` tells when it is back.
 */
export function hearAnnouncements(
  heard: (announced: Announced) => void,
  signal: AbortSignal,
  returned: () => void = () => {},
): void {
  let channel: BroadcastChannel | undefined;
  const open = (): void => {
    channel ??= new BroadcastChannel(ANNOUNCEMENTS);
    channel.addEventListener('message', ({ data }) => heard(data as Announced));
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
