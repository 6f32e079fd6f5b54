// Wires page life, reading and channel together. The timers of the page are here: the tick, while a span is open; and one
// that asks again, while the page can be seen and a delivery has failed.
import type { Trigger } from '../sw/backoff.ts';
import type { Outcome } from '../sw/deliver.ts';
import type { Span } from '../sw/protocol.ts';
import { Channel } from './channel.ts';
import { normalizeOptions, type HeartbeatOptions } from './options.ts';
import { beatDueAt } from './pace.ts';
import { isPrerendering, isShown, watchPageLife } from './page-life.ts';
import { readPage } from './page-path.ts';
import { notReading, step, type Instant, type ReadingEvent } from './reading.ts';
import { readSession } from './cookies.ts';

/** What the heartbeat can say of itself. */
export interface HeartbeatStatus {
  /** A span is open: the page is visible, the reader is not idle, and there is a session. */
  readonly isReading: boolean;
  /** The cookie names a session. */
  readonly hasSession: boolean;
  /** `none`: the page delivers by itself. */
  readonly worker: 'active' | 'none';
  /** `stored`: what was read up to the last tick is in the device's database. `memory`: it may be lost with the page. */
  readonly storage: 'stored' | 'memory';
  /** Why it is in memory only, mostly in the browser's words. */
  readonly storageTrouble?: string | undefined;
  /** What the last delivery came to. */
  readonly lastDelivery?: Outcome | undefined;
}

export interface Heartbeat {
  /** Ends the open span and delivers it; resolves when that has been tried. */
  stop(): Promise<void>;
  /** Tries now to deliver all that waits on this device; resolves with what that came to, and never rejects. */
  deliver(): Promise<Outcome | undefined>;
  status(): HeartbeatStatus;
}

/** Where not even the code of a delivery could be loaded. */
const LOAD_AGAIN_MS = 2_000;

/** Where every copy of this library in a page finds the heartbeat that runs: the site's own, and one that a server puts in. */
const RUNNING = Symbol.for('stillhere');

declare global {
  interface Window {
    [RUNNING]?: Heartbeat | undefined;
  }
}

/**
 * Starts to notice the reading of this page and to tell it to the server, until `stop()` is called.
 * There is one heartbeat in a page, however many copies of this library are: a second call gives back the one that runs.
 * Never throws.
 */
export function startHeartbeat(options?: HeartbeatOptions): Heartbeat {
  return (window[RUNNING] ??= start(options, readSession));
}

/**
 * As {@link startHeartbeat}, and a page counts only while `isRead` says so; asked at each event and tick.
 * @internal for what follows a router: `stillhere/astro/integration`.
 */
export function startHeartbeatWhere(isRead: () => boolean, options?: HeartbeatOptions): Heartbeat {
  return (window[RUNNING] ??= start(options, () => (isRead() ? readSession() : undefined)));
}

/**
 * Delivers what an earlier page of this site could not, and goes on trying as long as the page can be seen, until `stop()` is
 * called; for pages whose own reading isn't counted. Never throws.
 */
export function deliverWaiting(options?: Pick<HeartbeatOptions, 'worker' | 'debug'>): Heartbeat {
  // Nothing is counted where there is no session: the rest is the same.
  return start(options, () => undefined);
}

function start(options: HeartbeatOptions | undefined, sessionNow: () => string | undefined): Heartbeat {
  const settings = normalizeOptions(options);
  const channel = new Channel(settings.worker);
  let reading = notReading(now());
  let lastBeatAt = 0;
  let retry: ReturnType<typeof setTimeout> | undefined;
  let timer: ReturnType<typeof setInterval> | undefined;
  let lastDelivery: Outcome | undefined;

  /** A page that is hidden asks when it is shown, and every page when the browser comes online. */
  const askAgainIn = (ms: number): void => {
    clearTimeout(retry);
    if (ms > 0 && reading.isShown) retry = setTimeout(happen, ms, 'tick', 'retry');
  };

  const beat = async (trigger: Trigger, spans: readonly Span[]): Promise<void> => {
    const askedAt = (lastBeatAt = now().monotonic);
    lastDelivery = await channel.beat(trigger, spans);
    askAgainIn(lastDelivery?.retryInMs ?? LOAD_AGAIN_MS);
    if (settings.debug) (await import('./print-delivery.ts')).printDelivery(trigger, spans, lastDelivery, askedAt);
  };

  const handle = async (event: ReadingEvent, trigger: Trigger = 'beat'): Promise<void> => {
    const at = now();
    // Reading the cookie is dear in Chromium; where an open span lies is looked at with each tick, not with each sign.
    const place = (event === 'active' && reading.open?.span) || {
      session: sessionNow(),
      page: readPage(settings.pageFrom),
    };
    const { changed, isTurn, ...next } = step(reading, event, at, place, settings, newId);
    reading = next.reading;
    if (reading.open) timer ??= setInterval(happen, settings.tick, 'tick');
    else {
      clearInterval(timer);
      timer = undefined;
    }
    if (!reading.isShown) clearTimeout(retry);
    const isDue = event === 'tick' && at.monotonic >= beatDueAt(lastBeatAt, reading.activeAt, settings);
    if (!reading.isShown && event !== 'stopped') {
      if (isTurn) channel.lastWords(changed);
    } else if (isTurn || isDue || trigger !== 'beat') await beat(trigger, changed);
    else if (event === 'tick') await channel.queue.keep(changed);
  };
  // The host page must not hear of our troubles, not even as an unhandled rejection.
  const happen = (event: ReadingEvent, trigger?: Trigger): void => void handle(event, trigger).catch(() => {});

  const unwatch = watchPageLife((event) =>
    happen(event, event === 'shown' || event === 'restored' ? 'visible' : 'beat'),
  );
  const goOnline = (): void => void beat('online', []);
  addEventListener('online', goOnline);
  const unhear = channel.onRest(askAgainIn);
  if (isShown()) happen('shown', 'start');
  else if (!isPrerendering()) void beat('start', []);

  const heartbeat: Heartbeat = {
    stop: async () => {
      unwatch();
      removeEventListener('online', goOnline);
      unhear();
      if (window[RUNNING] === heartbeat) window[RUNNING] = undefined;
      await handle('stopped').catch(() => {});
    },
    deliver: async () => {
      await beat('start', []);
      return lastDelivery;
    },
    status: () => ({
      isReading: reading.open !== undefined,
      hasSession: readSession() !== undefined,
      worker: channel.hasWorker ? 'active' : 'none',
      storage: channel.queue.trouble ? 'memory' : 'stored',
      storageTrouble: channel.queue.trouble,
      lastDelivery,
    }),
  };
  if (settings.debug)
    import('./print-delivery.ts').then(({ openConsole }) => openConsole(heartbeat, channel.queue)).catch(() => {});
  return heartbeat;
}

function now(): Instant {
  return { wall: Date.now(), monotonic: performance.now() };
}

/** 128 random bits. Not `randomUUID`: it doesn't exist on plain http hosts. */
function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return bytes.reduce((id, byte) => id + byte.toString(16).padStart(2, '0'), '');
}
