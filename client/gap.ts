// Explains a gap in a page's ticks, or between its wall clock and the monotonic one: sleep (reading.ts assumes that), a
// dialog or long task that blocked the page, or a clock that was set. Loaded after such a gap.
//
// Dialogs (alert, confirm, prompt, print): clocks don't distinguish them from sleep. Both clocks run during a dialog,
// and also during sleep if the monotonic clock counts it (Windows). But a dialog keeps one task running, while sleep
// happens between tasks, and Chromium reports long tasks afterwards. Printing starts with `beforeprint` in all engines.
// Firefox and WebKit report nothing about other dialogs: there, a span ends at the last tick before a dialog of 15 s or
// more, and the next begins after it.
//
// Clocks: a clock that is set forward looks like sleep if the monotonic clock stops during sleep. But it then differs
// from the server's clock, which each receipt contains. The span before the change used the old clock, and is sent
// again on the new one. If the server can't be reached, the reader counts as asleep until the next sign.
import type { Settings } from './options.ts';
import type { Instant, Reading } from './reading.ts';
import type { Span } from '../sw/protocol/delivery.ts';

export interface Explanation {
  /**
   * A span to send in addition to those from reading.ts: a gap that was read, or the previous span on the corrected
   * clock.
   */
  readonly span?: (Omit<Span, 'id'> & Partial<Span>) | undefined;
  /** Set if the gap was not sleep: the reader's last sign keeps its place on the monotonic clock. */
  readonly activeAt?: number | undefined;
}

/** A shorter unexplained rest of a gap is not sleep; less than what reading.ts assumes to be sleep. */
const REST_MS = 15_000;
/** How long to wait for the browser's report. */
const REPORT_MS = 1_000;

/**
 * @param closed the span that was open before the gap, as reading.ts ended it.
 * @param before the state before the gap.
 * @param at the first event after the gap.
 * @param printedAt when the reader last printed, monotonic.
 * @param aheadBefore and `aheadNow`: server's clock minus device's clock before the gap and now.
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
