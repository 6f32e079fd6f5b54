// Which session the reader is in, by the readable cookie. It is read anew each time: a new grant replaces it.
import { SESSION_COOKIE } from '../sw/protocol.ts';

/** The id of the session; undefined without one, and where cookies are blocked (a sandboxed frame throws). */
export function readSession(): string | undefined {
  try {
    return document.cookie.match(`(?:^|; )${SESSION_COOKIE}=([^;]+)`)?.[1];
  } catch {
    return undefined;
  }
}
