// Connects the page's lifecycle, its reading and the worker. Decides nothing: reading.ts says what is read, beat-schedule.ts what an event
// leads to.
// It owns the page's two timers: the tick, while a span is open; and the retry, while the page is visible and a delivery failed.
import type { DeliveryOutcome, Trigger } from '../sw/protocol/messages.ts';
import type { Span } from '../sw/protocol/delivery.ts';
import { beatDueAt, chooseAction } from './beat-schedule.ts';
import { afterFirstPaint } from './first-paint.ts';
import type { TimedReceipt } from './gap.ts';
import type { Heartbeat } from './heartbeat.ts';
import { restoreLastActivity, saveLastActivity } from './last-activity.ts';
import { now } from './now.ts';
import type { Settings } from './options.ts';
import { isPrerendering, isShown, watchPageLifecycle, type PageEvent } from './page-lifecycle.ts';
import { readPageName } from './page-name.ts';
import { notReading, step, type ReadingEvent } from './reading.ts';
import { currentSession } from './session.ts';
import { WorkerConnection } from './worker-connection.ts';

/** Pause where not even the code of a delivery could be loaded. */
const LOAD_RETRY_MS = 2_000;

/**
 * Runs the heartbeat of this page until `stop()`.
 * @param sessionNow see `Place.session`; asked at each tick and each event, except activity.
 * @param stopped called first when it is stopped.
 */
export function runHeartbeat(
  settings: Settings,
  sessionNow: () => string | undefined,
  stopped?: () => void,
): Heartbeat {
  const connection = new WorkerConnection(settings.worker);
  const abort = new AbortController();
  const { signal } = abort;
  let reading = notReading(now());
  let lastBeatAt = 0;
  let beganAt: number | undefined;
  let printedAt = -1;
  let signAt = -Infinity;
  /** The last ones, newest first. */
  let receipts: readonly TimedReceipt[] = [];
  let retryTimer: ReturnType<typeof setTimeout> | undefined;
  let tickTimer: ReturnType<typeof setInterval> | undefined;
  let lastDelivery: DeliveryOutcome | undefined;

  /** Only visible pages retry. A hidden one tries when it is shown, and every page when the browser comes online. */
  const retryIn = (ms: number): void => {
    clearTimeout(retryTimer);
    if (ms > 0 && reading.isShown) retryTimer = setTimeout(happen, ms, 'tick', 'retry');
  };

  /** When the next beat is due, monotonic. */
  const dueAt = (): number => beatDueAt(lastBeatAt, reading.activeAt, settings, beganAt);

  const beat = async (trigger: Trigger, spans: readonly Span[]): Promise<DeliveryOutcome | undefined> => {
    const asked = now();
    lastBeatAt = asked.monotonic;
    lastDelivery = await connection.beat(trigger, spans, dueAt() - lastBeatAt);
    retryIn(lastDelivery?.retryInMs ?? LOAD_RETRY_MS);
    const serverNow = lastDelivery?.serverNow;
    if (serverNow) receipts = [{ asked, at: now(), serverNow }, ...receipts.slice(0, 2)];
    if (settings.debug)
      (await import('./debug/print-delivery.ts')).printDelivery(trigger, spans, lastDelivery, asked.monotonic);
    return lastDelivery;
  };

  const handle = async (event: ReadingEvent, trigger: Trigger = 'beat', at = now()): Promise<void> => {
    const before = reading;
    // Reading the cookie is slow in Chromium, so activity, which is frequent, belongs to the span that is open.
    const place = (event === 'active' && before.open?.span) || {
      session: sessionNow(),
      page: readPageName(settings.pageFrom),
    };
    const next = step(before, event, at, place, settings, newId);
    const { changed, slept } = next;
    ({ reading } = next);
    if (reading.open) {
      beganAt ??= at.monotonic;
      tickTimer ??= setInterval(happen, settings.tick, 'tick');
    } else {
      clearInterval(tickTimer);
      tickTimer = undefined;
    }
    if (!reading.isShown) clearTimeout(retryTimer);
    const isDue = event === 'tick' && at.monotonic >= dueAt();
    const action = chooseAction(event, trigger, next, isDue);
    if (action === 'beat') await beat(trigger, changed);
    else if (action === 'keep') await connection.queue.keep(changed);
    else if (action === 'lastWords') connection.lastWords(changed);
    if (!slept) return;
    const { explain } = await import('./gap.ts');
    const { span, activeAt } = await explain(slept, before, at, settings, printedAt, receipts);
    if (span) await beat('beat', [{ ...span, id: span.id ?? newId() }]);
    if (activeAt && reading.activeAt < at.monotonic) {
      reading = { ...reading, activeAt };
      happen('tick');
    }
  };
  // The host page must not see our errors, not even as unhandled rejections.
  const happen = (...event: Parameters<typeof handle>): void => void handle(...event).catch(() => {});

  /** A document begins, or returns from the back/forward cache: perhaps nobody is there. */
  const arrive = (trigger: Trigger): void => {
    const at = now();
    restoreLastActivity((untouchedMs) => {
      reading = { ...reading, activeAt: now().monotonic - untouchedMs };
      // That may have loaded code, and the document counts from before it. What happened meanwhile stays: no span gets shorter.
      if (isShown() && !signal.aborted) happen('loaded', trigger, at);
    });
  };
  const leave = (): void => saveLastActivity(signAt, reading.activeAt);
  const follow = (event: PageEvent): void => {
    if (event === 'active' || event === 'shown') signAt = performance.now();
    if (event === 'left') leave();
    if (event === 'restored') arrive('visible');
    else happen(event, event === 'shown' ? 'visible' : 'beat');
  };

  addEventListener('online', () => void beat('online', []), { signal });
  addEventListener('beforeprint', () => (printedAt = performance.now()), { signal });
  connection.onRetryNotice(retryIn, signal);
  const wasShown = isShown();
  if (!wasShown && !isPrerendering()) void beat('start', []);
  afterFirstPaint(() => {
    if (signal.aborted) return;
    watchPageLifecycle(follow, signal);
    if (!isShown()) return;
    if (wasShown) arrive('start');
    else follow('shown');
  });

  const heartbeat: Heartbeat = {
    stop: async () => {
      stopped?.();
      leave();
      abort.abort();
      await handle('stopped').catch(() => {});
    },
    deliver: () => beat('start', []),
    status: () => ({
      isReading: !!reading.open,
      hasSession: !!currentSession(),
      worker: connection.hasWorker ? 'active' : 'none',
      storage: connection.queue.trouble ? 'memory' : 'stored',
      storageTrouble: connection.queue.trouble,
      lastDelivery,
    }),
  };
  if (settings.debug)
    import('./debug/print-delivery.ts')
      .then(({ openConsole }) => openConsole(heartbeat, connection.queue))
      .catch(() => {});
  return heartbeat;
}

/** 128 random bits. Not `randomUUID`, which plain http pages lack. */
function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return bytes.reduce((id, byte) => id + (byte + 256).toString(16).slice(1), '');
}
