// Explains a gap in a page's ticks, or between its wall clock and the monotonic one: sleep (reading.ts assumes that), a
// dialog or long task that blocked the page, or a clock that was set. Loaded after such a gap.
//
// Dialogs (alert, confirm, prompt, print): clocks don't distinguish them from sleep. Both clocks run during a dialog,
// and also during sleep if the monotonic clock counts it (Windows). But a dialog keeps one task running, while sleep
// happens between tasks, and Chromium reports long tasks afterwards. Printing starts with `beforeprint` in all engines.
// Firefox and WebKit report nothing about other dialogs: there, a span ends at the last tick before a dialog of 15 s or
// more, and the next begins after it.
//
// Clocks: a clock that is set forward looks like sleep if the monotonic clock stops during sleep. But only sleep moves
// the server's clock, which each receipt contains, relative to the monotonic clock. Without a receipt from before the gap,
// or if the server can't be reached after it, the reader counts as asleep until the next sign. Spans keep the clock that
// they were timed on, and the server knows it from earlier deliveries.
import { postDelivery } from '../sw/channel/post-delivery.ts';
import { isOfflineSimulated } from './cookies.ts';
import { now } from './now.ts';
import type { Settings } from './options.ts';
import type { Instant, Reading } from './reading.ts';
import type { Receipt, Span } from '../sw/protocol/delivery.ts';

export interface Explanation {
  /** A span to send in addition to those from reading.ts: a gap that was read, or the one before it on the new clock. */
  readonly span?: Omit<Span, 'id'> & Partial<Span>;
  /** If the clock was set: the reader's last sign, monotonic, as if that clock had run during sleep. */
  readonly activeAt?: number;
}

/** A receipt: when it was asked for, when it came, and the server's clock in between. */
export interface TimedReceipt {
  readonly asked: Instant;
  readonly at: Instant;
  readonly serverNow: number;
}

/** A shorter unexplained rest of a gap is not sleep; less than what reading.ts assumes to be sleep. */
const REST_MS = 15_000;
/** The server takes a smaller change of clocks for a faster network, and moves all spans that it gets from then on. */
const TRANSIT_MS = 30_000;
/** A receipt that took longer says nothing about the server's clock. */
const FRESH_MS = 10_000;
/** How long to wait for the browser's report. */
const REPORT_MS = 1_000;

/**
 * @param closed the span that was open before the gap, as reading.ts ended it.
 * @param before the state before the gap.
 * @param at the first event after the gap.
 * @param printedAt when the reader last printed, monotonic.
 * @param receipts the last ones, newest first.
 */
export async function explain(
  closed: Span,
  before: Reading,
  at: Instant,
  { idleAfter }: Pick<Settings, 'idleAfter'>,
  printedAt: number,
  receipts: readonly TimedReceipt[],
): Promise<Explanation> {
  const { activeAt, seenAt } = before;
  const [from, to] = [seenAt.monotonic, at.monotonic];
  const jumpMs = ahead(at) - ahead(seenAt);
  const serverBefore = serverAhead(receipts, seenAt, -Infinity, to);
  /** How long the monotonic clock stood still; NaN if unknown. */
  let sleptMs = serverAhead(receipts, at, to) - serverBefore;
  // The beat after the gap brings no receipt if a delivery that was under way took its spans.
  if (isNaN(sleptMs) && serverBefore && Math.abs(jumpMs) > REST_MS)
    sleptMs = serverAhead(await askServer(), at, to) - serverBefore;
  if (Math.abs(jumpMs - sleptMs) > REST_MS) {
    if (sleptMs > REST_MS) return { activeAt: activeAt - sleptMs };
    const setMs = Math.floor(jumpMs);
    if (setMs < 0 || setMs > TRANSIT_MS) return { activeAt };
    return { activeAt, span: { ...closed, start: closed.start + setMs, end: closed.end + setMs } };
  }
  const isHeldUp = to - from > REST_MS && (printedAt >= from || (await isLongTask(from, to)));
  if (!isHeldUp) return {};
  const { session, page, end } = closed;
  const readMs = Math.min(to - from, activeAt + (idleAfter || Infinity) - from);
  return readMs > 0 ? { span: { session, page, start: end, end: Math.round(end + readMs) } } : {};
}

/** The wall clock minus the monotonic one. */
function ahead({ wall, monotonic }: Instant): number {
  return wall - monotonic;
}

/**
 * The server's clock minus the monotonic one, from the latest receipt that was asked for between `from` and `until`,
 * monotonic. NaN without one that is fresh and of the same clock as `instant`.
 */
function serverAhead(receipts: readonly TimedReceipt[], instant: Instant, from: number, until = Infinity): number {
  const found = receipts.find(
    ({ asked, at }) =>
      asked.monotonic >= from &&
      asked.monotonic < until &&
      [at.monotonic - asked.monotonic, ahead(asked) - ahead(instant), ahead(at) - ahead(instant)].every(
        (ms) => Math.abs(ms) < FRESH_MS,
      ),
  );
  return found ? found.serverNow - found.at.monotonic : NaN;
}

/** A receipt for nothing, if the server can be reached. */
async function askServer(): Promise<readonly TimedReceipt[]> {
  if (isOfflineSimulated()) return [];
  const asked = now();
  try {
    const response = await postDelivery([], {});
    const { now: serverNow = NaN } = (await response.json()) as Partial<Receipt>;
    return [{ asked, at: now(), serverNow }];
  } catch {
    return [];
  }
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
