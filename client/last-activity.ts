// The reader's last sign, handed on from one document of a tab to the next one. A page that reloads itself, or leads to another
// by itself, shows a new document and no reader: each would begin the time allowed anew.

const KEY = 'stillhere-sign';
/** A navigation so soon after a sign is the reader's own. */
const OWN_MS = 2_000;

/**
 * Must be called when a document is left, or its heartbeat stopped.
 * @param signAt and `activeAt`: the reader's last sign here, and the last one that counts, on the monotonic clock.
 */
export function saveLastActivity(signAt: number, activeAt: number): void {
  const now = performance.now();
  try {
    if (now - signAt > OWN_MS) sessionStorage[KEY] = [Date.now(), now - activeAt].join(' ');
  } catch {
    // The site may not store anything.
  }
}

/** Calls `begin` with how long the reader has not touched anything, as a heartbeat begins or its document comes back. */
export function restoreLastActivity(begin: (untouchedMs: number) => void): void {
  let handed: string | undefined;
  try {
    handed = sessionStorage[KEY] as string | undefined;
    delete sessionStorage[KEY];
  } catch {
    // As above.
  }
  if (handed)
    import('./successor.ts').then(
      ({ sinceActivity }) => begin(sinceActivity(handed)),
      () => begin(0),
    );
  else begin(0);
}
