// The functions that start the heartbeat: one in a page.
import { INJECTED_SCRIPT } from './injected-script.ts';
import { normalizeOptions, type HeartbeatOptions } from './options.ts';
import type { Heartbeat } from './heartbeat.ts';
import { runHeartbeat } from './run-heartbeat.ts';
import { currentSession } from './session.ts';

/** Where every copy of this library in a page finds the heartbeat that runs: the site's own, and one that a server puts in. */
const RUNNING = Symbol.for('stillhere');

declare global {
  interface Window {
    [RUNNING]?: Heartbeat | undefined;
  }
}

/**
 * Starts to notice the reading of this page and to tell it to the server, until `stop()` is called.
 * There is one heartbeat in a page, however many copies of this library are: a second call gives back the one that runs.
 * Never throws.
 */
export function startHeartbeat(options?: HeartbeatOptions): Heartbeat {
  endEarly();
  return startShared(options);
}

/** As {@link startHeartbeat}, for the tags that a server injects: a heartbeat of the page's own replaces this one. */
export function startShared(options?: HeartbeatOptions): Heartbeat {
  return startOnce(options, currentSession);
}

/**
 * As {@link startHeartbeat}, and a page counts only while `isRead` says so; asked at each event and tick.
 * @internal for what follows a router: `stillhere/astro/integration`.
 */
export function startHeartbeatWhere(isRead: () => boolean, options?: HeartbeatOptions): Heartbeat {
  endEarly();
  return startOnce(options, () => (isRead() ? currentSession() : undefined));
}

/**
 * Delivers what an earlier page of this site could not, and goes on trying as long as the page can be seen, until `stop()` is
 * called; for pages whose own reading isn't counted. Never throws.
 */
export function deliverWaiting(options?: Pick<HeartbeatOptions, 'worker' | 'debug'>): Heartbeat {
  // Nothing is counted where there is no session: the rest is the same.
  return runHeartbeat(normalizeOptions(options), () => undefined);
}

/** A page whose own heartbeat lies in a bundle, where no server sees it, has its options. */
function endEarly(): void {
  const early = document.querySelector(INJECTED_SCRIPT);
  early?.remove();
  if (early) void window[RUNNING]?.stop();
}

function startOnce(options: HeartbeatOptions | undefined, sessionNow: () => string | undefined): Heartbeat {
  const stopped = (): void => {
    if (window[RUNNING] === heartbeat) window[RUNNING] = undefined;
  };
  const heartbeat = (window[RUNNING] ??= runHeartbeat(normalizeOptions(options), sessionNow, stopped));
  return heartbeat;
}
