// The session that this document reads in. A page keeps it while it is open: the cookie ends with the access, or is cleared, and
// the reader reads on in what is on the screen.
import { FORGOTTEN_COOKIE } from '../sw/protocol/delivery.ts';
import { readCookie, readSession } from './cookies.ts';

let kept: string | undefined;
let forgotten: string | undefined;

/** The id of the session; undefined: there has been none; empty: the reader has had this device forget. */
export function currentSession(): string | undefined {
  const session = readSession();
  if (session && session !== kept) {
    kept = session;
    forgotten = readCookie(FORGOTTEN_COOKIE);
  }
  // It is looked for only where the other one is missing: reading cookies is dear in Chromium.
  if (!session && kept && readCookie(FORGOTTEN_COOKIE) !== forgotten) kept = '';
  return kept;
}
