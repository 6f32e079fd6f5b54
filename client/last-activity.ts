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
 * Resolves with the time since the reader's last activity, when a heartbeat starts or its document is restored. Never
 * rejects.
 */
export async function restoreLastActivity(): Promise<number> {
  try {
    const handed = sessionStorage[KEY] as string | undefined;
    delete sessionStorage[KEY];
    if (handed) return (await import('./successor.ts')).sinceActivity(handed);
  } catch {
    // As above, or the code can't be loaded.
  }
  return 0;
}
