// The cookies that scripts can read. Read again each time, because a new grant replaces the session's.
import { SESSION_COOKIE } from '../sw/protocol/delivery.ts';

/**
 * Set when the inspector simulates offline, for a minute. Regular deliveries obey a pause in the queue
 * (sw/channel/backoff.ts), but the last delivery of a closing page can't wait to read that. All pages of the site can
 * read this cookie synchronously, and it expires by itself.
 */
export const OFFLINE_COOKIE = 'stillhere_offline';

/** The session's id; undefined without a session. */
export function readSession(): string | undefined {
  return readCookie(SESSION_COOKIE);
}

/** True if this page must not send anything now. */
export function isOfflineSimulated(): boolean {
  return !!readCookie(OFFLINE_COOKIE);
}

/** Also undefined if cookies are blocked (a sandboxed frame throws). */
export function readCookie(name: string): string | undefined {
  try {
    return document.cookie.match(`(?:^|; )${name}=([^;]+)`)?.[1];
  } catch {
    return undefined;
  }
}
