// What the store knows of its own work, for the metrics. However often and by however many it is asked, the store answers once in a few
// seconds, and one that hangs is asked no second time.
import { setTimeout as delay } from 'node:timers/promises';
import type { SessionStore } from '../store/session-store.ts';

export interface StoreFigures {
  /** Sessions that are being read. */
  readonly liveReaders: number;
  readonly outboxes: readonly {
    readonly consumer: string;
    /** Sessions that wait for it. */
    readonly sessions: number;
    /** How long the oldest of them has been due, in milliseconds; 0: none is. */
    readonly oldestMs: number;
  }[];
}

export interface StoreFiguresOptions {
  /** Epoch milliseconds, by a clock that all servers on the store share. @default Date.now */
  readonly now?: () => number;
  /** How long an answer is used, in milliseconds. @default 5000 */
  readonly keptMs?: number;
  /** How long an answer is waited for, in milliseconds. Prometheus waits for ten seconds. @default 2000 */
  readonly patienceMs?: number;
}

type FiguresStore = Pick<SessionStore, 'check' | 'countReading' | 'outboxOf'>;

/**
 * @param consumers of the outbox, which the store knows already.
 * @returns resolves with undefined while the store doesn't answer. Never rejects.
 */
export function createStoreFigures(
  store: FiguresStore,
  consumers: readonly string[],
  { now = Date.now, keptMs = 5_000, patienceMs = 2_000 }: StoreFiguresOptions = {},
): () => Promise<StoreFigures | undefined> {
  let answer: Promise<StoreFigures | undefined> | undefined;
  let isOldAtMs = 0;
  const ask = async (): Promise<StoreFigures | undefined> => {
    const figures = await askStore(store, consumers, now()).catch(() => undefined);
    isOldAtMs = performance.now() + keptMs;
    return figures;
  };
  return async () => {
    if (!answer || performance.now() >= isOldAtMs) {
      isOldAtMs = Infinity;
      answer = ask();
    }
    const patience = new AbortController();
    const wait = delay(patienceMs, undefined, { ref: false, signal: patience.signal }).catch(() => undefined);
    const figures = await Promise.race([answer, wait]);
    patience.abort();
    return figures;
  };
}

async function askStore(store: FiguresStore, consumers: readonly string[], nowMs: number): Promise<StoreFigures> {
  await store.check();
  const liveReaders = await store.countReading(nowMs);
  const outboxes = consumers.map(async (consumer) => {
    const outbox = store.outboxOf(consumer);
    const sessions = await outbox.countUntold();
    const oldestMs = (await outbox.findOldestUntoldMs()) ?? nowMs;
    return { consumer, sessions, oldestMs: Math.max(0, nowMs - oldestMs) };
  });
  return { liveReaders, outboxes: await Promise.all(outboxes) };
}
