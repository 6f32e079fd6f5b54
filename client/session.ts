// The session of this document. A page keeps it while it is open: the cookie may expire or be cleared while the reader
// continues to read what is on the screen.
import { FORGOTTEN_COOKIE } from '../sw/protocol/delivery.ts';
import { readCookie, readSession } from './cookies.ts';

let kept: string | undefined;
let forgotten: string | undefined;

/** The session's id; undefined if there was none; empty after the reader used "Forget this device". */
export function currentSession(): string | undefined {
  const session = readSession();
  if (session && session !== kept) {
    kept = session;
    forgotten = readCookie(FORGOTTEN_COOKIE);
  }
  // Read only if the session cookie is missing, because reading cookies is expensive in Chromium.
  if (!session && kept && readCookie(FORGOTTEN_COOKIE) !== forgotten) kept = '';
  return kept;
}
