// Somebody at the inspector has taken this device offline, for show and for a minute. What is delivered by the rules obeys
// a pause in the queue (sw/backoff.ts); the last word of a page that goes away can't wait to read that.

/** Its cookie: readable in the handler of an exit, by all pages of the site at once, and it ends by itself. */
export const OFFLINE_COOKIE = 'stillhere_offline';

/** Nothing may leave this page now. */
export function isOfflineSimulated(): boolean {
  try {
    return document.cookie.includes(`${OFFLINE_COOKIE}=`);
  } catch {
    return false;
  }
}
