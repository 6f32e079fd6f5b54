// Wires page life, reading and channel together. The timers of the page are here: the tick, while a span is open; and one
// that asks again, while the page can be seen and a delivery has failed.
import type { DeliveryOutcome, Trigger } from '../sw/protocol/messages.ts';
import type { Span } from '../sw/protocol/delivery.ts';
import { WorkerConnection } from './worker-connection.ts';
import { afterFirstPaint } from './first-paint.ts';
import { saveLastActivity, restoreLastActivity } from './last-activity.ts';
import type { Heartbeat } from './heartbeat.ts';
import type { Settings } from './options.ts';
import { beatDueAt } from './beat-schedule.ts';
import { isPrerendering, isShown, watchPageLifecycle, type PageEvent } from './page-lifecycle.ts';
import { readPageName } from './page-name.ts';
import { notReading, step, type Instant, type ReadingEvent } from './reading.ts';
import { currentSession } from './session.ts';

/** Where not even the code of a delivery could be loaded. */
const LOAD_AGAIN_MS = 2_000;
/** An answer that took longer says nothing of the server's clock. */
const FRESH_MS = 10_000;

/**
 * @param sessionNow see `Place.session`; asked at each event but signs of the reader, and at each tick.
 * @param stopped called first when it is stopped.
 */
export function runHeartbeat(
  settings: Settings,
  sessionNow: () => string | undefined,
  stopped?: () => void,
): Heartbeat {
  const channel = new WorkerConnection(settings.worker);
  const abort = new AbortController();
  const { signal } = abort;
  let reading = notReading(now());
  let lastBeatAt = 0;
  let beganAt: number | undefined;
  let printedAt = -1;
  let signAt = -Infinity;
  let serverAheadMs: number | undefined;
  let retry: ReturnType<typeof setTimeout> | undefined;
  let timer: ReturnType<typeof setInterval> | undefined;
  let lastDelivery: DeliveryOutcome | undefined;

  /** A page that is hidden asks when it is shown, and every page when the browser comes online. */
  const askAgainIn = (ms: number): void => {
    clearTimeout(retry);
    if (ms > 0 && reading.isShown) retry = setTimeout(happen, ms, 'tick', 'retry');
  };

  const beat = async (trigger: Trigger, spans: readonly Span[]): Promise<void> => {
    const asked = now();
    lastBeatAt = asked.monotonic;
    lastDelivery = await channel.beat(trigger, spans);
    askAgainIn(lastDelivery?.retryInMs ?? LOAD_AGAIN_MS);
    const answeredAt = Date.now();
    // Not where the device slept over it, or its clock was set meanwhile.
    if (lastDelivery?.serverNow && answeredAt - asked.wall < FRESH_MS)
      serverAheadMs = lastDelivery.serverNow - answeredAt;
    if (settings.debug)
      (await import('./debug/print-delivery.ts')).printDelivery(trigger, spans, lastDelivery, asked.monotonic);
  };

  const handle = async (event: ReadingEvent, trigger: Trigger = 'beat'): Promise<void> => {
    const at = now();
    const before = reading;
    const aheadBefore = serverAheadMs;
    // Reading the cookie is dear in Chromium; where an open span lies is looked at with each tick, not with each sign.
    const place = (event === 'active' && before.open?.span) || {
      session: sessionNow(),
      page: readPageName(settings.pageFrom),
    };
    const next = step(before, event, at, place, settings, newId);
    const { changed, isTurn, hasSlept } = next;
    ({ reading } = next);
    if (reading.open) {
      beganAt ??= at.monotonic;
      timer ??= setInterval(happen, settings.tick, 'tick');
    } else {
      clearInterval(timer);
      timer = undefined;
    }
    if (!reading.isShown) clearTimeout(retry);
    const isDue = event === 'tick' && at.monotonic >= beatDueAt(lastBeatAt, reading.activeAt, settings, beganAt);
    if (!reading.isShown && event !== 'stopped') {
      if (isTurn) channel.lastWords(changed);
    } else if (isTurn || isDue || trigger !== 'beat') await beat(trigger, changed);
    else if (event === 'tick') await channel.queue.keep(changed);
    const [closed] = changed;
    if (hasSlept && before.open && closed) {
      const { explain } = await import('./gap.ts');
      const { span, activeAt } = await explain(closed, before, at, settings, printedAt, aheadBefore, serverAheadMs);
      if (span) await beat('beat', [{ ...span, id: span.id ?? newId() }]);
      if (activeAt) {
        reading = { ...reading, activeAt: Math.max(activeAt, reading.activeAt) };
        happen('tick');
      }
    }
  };
  // The host page must not hear of our troubles, not even as an unhandled rejection.
  const happen = (event: ReadingEvent, trigger?: Trigger): void => void handle(event, trigger).catch(() => {});

  /** The document begins to be read, or comes back from the back/forward cache: perhaps without a reader. */
  const arrive = (trigger: Trigger): void =>
    restoreLastActivity((untouchedMs) => {
      reading = { ...reading, activeAt: now().monotonic - untouchedMs };
      if (isShown() && !signal.aborted) happen('loaded', trigger);
    });
  const follow = (event: PageEvent): void => {
    if (event === 'active' || event === 'shown') signAt = performance.now();
    if (event === 'left') saveLastActivity(signAt, reading.activeAt);
    if (event === 'restored') arrive('visible');
    else happen(event, event === 'shown' ? 'visible' : 'beat');
  };

  addEventListener('online', () => void beat('online', []), { signal });
  addEventListener('beforeprint', () => (printedAt = performance.now()), { signal });
  channel.onRest(askAgainIn, signal);
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
      saveLastActivity(signAt, reading.activeAt);
      abort.abort();
      await handle('stopped').catch(() => {});
    },
    deliver: async () => {
      await beat('start', []);
      return lastDelivery;
    },
    status: () => ({
      isReading: reading.open !== undefined,
      hasSession: !!currentSession(),
      worker: channel.hasWorker ? 'active' : 'none',
      storage: channel.queue.trouble ? 'memory' : 'stored',
      storageTrouble: channel.queue.trouble,
      lastDelivery,
    }),
  };
  if (settings.debug)
    import('./debug/print-delivery.ts')
      .then(({ openConsole }) => openConsole(heartbeat, channel.queue))
      .catch(() => {});
  return heartbeat;
}

function now(): Instant {
  return { wall: Math.round(Date.now()), monotonic: performance.now() };
}

/** 128 random bits. Not `randomUUID`: it doesn't exist on plain http hosts. */
function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return bytes.reduce((id, byte) => id + byte.toString(16).padStart(2, '0'), '');
}
