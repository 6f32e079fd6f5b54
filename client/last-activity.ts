// Passes the reader's last sign from one document of a tab to the next. A page that reloads or navigates by itself
// shows a new document without any action of the reader. Otherwise each would restart the idle timeout.

const KEY = 'stillhere-sign';
/** A navigation this soon after a sign is the reader's own. */
const OWN_MS = 2_000;

/**
 * Call it when a document is left or its heartbeat stops.
 * @param signAt and `activeAt`: the reader's last sign here, and the last one that counts, on the monotonic clock.
 */
export function saveLastActivity(signAt: number, activeAt: number): void {
  const now = performance.now();
  try {
    if (now - signAt > OWN_MS) sessionStorage[KEY] = [Date.now(), now - activeAt].join(' ');
  } catch {
    // The site can't use storage.
  }
}

/**
 * Calls `begin` with the time since the reader's last activity, when a heartbeat starts or its document is restored: at
 * once, unless code has to be loaded. A page may be closed right after it was opened, and has been read.
 */
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
