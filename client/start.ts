// The functions that start the heartbeat. A page has one.
import { INJECTED_SCRIPT } from './injected-script.ts';
import { normalizeOptions, type HeartbeatOptions } from './options.ts';
import type { Heartbeat } from './heartbeat.ts';
import { runHeartbeat } from './run-heartbeat.ts';
import { currentSession } from './session.ts';

/** Where all copies of this library in a page find the running heartbeat: the site's own copy and an injected one. */
const RUNNING = Symbol.for('stillhere');

declare global {
  interface Window {
    [RUNNING]?: Heartbeat | undefined;
  }
}

/**
 * Starts recording the reading of this page until `stop()` is called. A page has only one heartbeat, however many
 * copies of this library it loads: a second call returns the running one. Never throws.
 */
export function startHeartbeat(options?: HeartbeatOptions): Heartbeat {
  endEarly();
  return startShared(options);
}

/** Like {@link startHeartbeat}, for injected tags: a heartbeat of the page's own replaces this one. */
export function startShared(options?: HeartbeatOptions): Heartbeat {
  return startOnce(options, currentSession);
}

/**
 * Like {@link startHeartbeat}, but a page counts only while `isRead` returns true. It is called on each event and tick.
 * @internal for code that follows a router: `stillhere/astro/client`.
 */
export function startHeartbeatWhere(isRead: () => boolean, options?: HeartbeatOptions): Heartbeat {
  endEarly();
  return startOnce(options, () => (isRead() ? currentSession() : undefined));
}

/**
 * Delivers the queue of earlier pages of this site and retries while the page is visible, until `stop()` is called. For
 * pages whose own reading isn't counted. Never throws.
 */
export function deliverWaiting(options?: Pick<HeartbeatOptions, 'worker' | 'debug'>): Heartbeat {
  // Without a session, nothing is counted. Everything else is the same.
  return runHeartbeat(normalizeOptions(options), () => undefined);
}

/** A page's own heartbeat in a bundle is invisible to the server, but its options take precedence. */
function endEarly(): void {
  const early = document.querySelector(INJECTED_SCRIPT);
  if (!early) return;
  early.remove();
  void window[RUNNING]?.stop();
}

function startOnce(options: HeartbeatOptions | undefined, sessionNow: () => string | undefined): Heartbeat {
  const stopped = (): void => {
    if (window[RUNNING] === heartbeat) window[RUNNING] = undefined;
  };
  const heartbeat = (window[RUNNING] ??= runHeartbeat(normalizeOptions(options), sessionNow, stopped));
  return heartbeat;
}
