// Whether a document follows another one without an action of the reader. Loaded if the previous document has stored
// its last activity.

/** A document that starts later than this is not a successor. */
const NEXT_MS = 60_000;

/** Time since the reader's last sign; 0 if the reader navigated here. @param handed the value from last-activity.ts. */
export function sinceActivity(handed: string): number {
  const [leftAt = 0, untouchedMs = 0] = handed.split(' ').map(Number);
  const sinceMs = Date.now() - leftAt;
  const [navigation] = performance.getEntriesByType('navigation') as PerformanceNavigationTiming[];
  // From the address bar or bookmarks; the previous page saw only a loss of focus.
  const isAsked = navigation?.type === 'navigate' && !document.referrer.startsWith(location.origin);
  return sinceMs < 0 || sinceMs > NEXT_MS || isAsked ? 0 : untouchedMs + sinceMs;
}
