// What a gap in a page's life was, when its ticks stayed away or its wall clock ran ahead of the monotonic one: sleep, which
// reading.ts takes it for, or a page that was held up by a dialog or a long task, or a clock that was set. Loaded after such a gap.
//
// A dialog (alert, confirm, prompt, print). The clocks do not distinguish it from sleep: both run on through a dialog, and through
// sleep, too, where the monotonic clock counts it (Windows). But a dialog keeps one task from ending, and sleep comes between
// tasks: Chromium reports long tasks afterwards. Printing begins with `beforeprint` in all engines. Firefox and WebKit tell
// nothing of the other dialogs: there a span ends at the last tick before one of 15 s or more, and the next one begins after it.
//
// A clock that is set forward looks like sleep where the monotonic clock stands still in sleep. But it moves against the server's
// clock, which each receipt tells. The span before it was told on the old clock, and is told again on the new one. Where the server can't be reached the reader counts as asleep until the next sign.
import type { Settings } from './options.ts';
import type { Instant, Reading } from './reading.ts';
import type { Span } from '../sw/protocol/delivery.ts';

export interface Explanation {
  /** What is to be told beyond what reading.ts has: the span of a gap that was read, or the one before it on the right clock. */
  readonly span?: (Omit<Span, 'id'> & Partial<Span>) | undefined;
  /** It was no sleep: the reader's last sign stays where it was on the monotonic clock. */
  readonly activeAt?: number | undefined;
}

/** What may be missing from a gap and is no sleep: less than reading.ts takes for one. */
const REST_MS = 15_000;
/** Until then the browser has reported. */
const REPORT_MS = 1_000;

/**
 * @param closed the span that was open before the gap, as reading.ts has ended it.
 * @param before what was known before the gap.
 * @param at the first event after it.
 * @param printedAt when the reader last printed, monotonic.
 * @param aheadBefore and `aheadNow`: how far the server's clock was ahead of the device's before the gap, and is now.
 */
export async function explain(
  closed: Span,
  before: Reading,
  at: Instant,
  { idleAfter }: Pick<Settings, 'idleAfter'>,
  printedAt: number,
  aheadBefore = NaN,
  aheadNow = NaN,
): Promise<Explanation> {
  const { activeAt, seenAt } = before;
  const [from, to] = [seenAt.monotonic, at.monotonic];
  const setMs = Math.floor(at.wall - seenAt.wall - (to - from));
  if (setMs > REST_MS && aheadBefore - aheadNow > setMs / 2)
    return { activeAt, span: { ...closed, start: closed.start + setMs, end: closed.end + setMs } };
  const isHeldUp = to - from > REST_MS && (printedAt >= from || (await isLongTask(from, to)));
  if (!isHeldUp) return {};
  const { session, page, end } = closed;
  const readMs = Math.min(to - from, activeAt + (idleAfter || Infinity) - from);
  return readMs > 0 ? { span: { session, page, start: end, end: Math.round(end + readMs) } } : {};
}

function isLongTask(from: number, to: number): Promise<boolean> {
  const { PerformanceObserver } = window as Partial<typeof window>;
  if (!PerformanceObserver?.supportedEntryTypes?.includes('longtask')) return Promise.resolve(false);
  return new Promise((resolve) => {
    let restMs = to - from;
    const observer = new PerformanceObserver((list) => {
      for (const { startTime, duration } of list.getEntries())
        restMs -= Math.max(0, Math.min(to, startTime + duration) - Math.max(from, startTime));
      if (restMs < REST_MS) end();
    });
    const end = (): void => {
      clearTimeout(timer);
      observer.disconnect();
      resolve(restMs < REST_MS);
    };
    const timer = setTimeout(end, REPORT_MS);
    observer.observe({ type: 'longtask', buffered: true });
  });
}
