// The cookies that a page may read. They are read anew each time: a new grant replaces the session's.
import { SESSION_COOKIE } from '../sw/protocol/delivery.ts';

/**
 * Somebody at the inspector has taken this device offline, for show and for a minute. What is delivered by the rules obeys
 * a pause in the queue (sw/channel/backoff.ts); the last word of a page that goes away can't wait to read that. This can be read in the
 * handler of an exit, by all pages of the site at once, and it ends by itself.
 */
export const OFFLINE_COOKIE = 'stillhere_offline';

/** The id of the session; undefined without one. */
export function readSession(): string | undefined {
  return readCookie(SESSION_COOKIE);
}

/** Nothing may leave this page now. */
export function isOfflineSimulated(): boolean {
  return !!readCookie(OFFLINE_COOKIE);
}

/** Undefined, too, where cookies are blocked (a sandboxed frame throws). */
export function readCookie(name: string): string | undefined {
  try {
    return document.cookie.match(`(?:^|; )${name}=([^;]+)`)?.[1];
  } catch {
    return undefined;
  }
}
