// Whether a document follows another one that was left by no act of the reader. Loaded where one has left word.

/** A document that comes later than this after the last one is not its successor. */
const NEXT_MS = 60_000;

/** How long ago the reader's last sign was; 0: the reader has led here. @param handed as last-activity.ts hands it on. */
export function sinceActivity(handed: string): number {
  const [leftAt = 0, untouchedMs = 0] = handed.split(' ').map(Number);
  const sinceMs = Date.now() - leftAt;
  const [navigation] = performance.getEntriesByType('navigation') as PerformanceNavigationTiming[];
  // From the address bar or the bookmarks, of which a page sees nothing but a loss of focus.
  const isAsked = navigation?.type === 'navigate' && !document.referrer.startsWith(location.origin);
  return sinceMs < 0 || sinceMs > NEXT_MS || isAsked ? 0 : untouchedMs + sinceMs;
}
