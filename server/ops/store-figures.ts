// What the store knows of its own work, for the metrics.
import type { SessionStore } from '../store/session-store.ts';
import { keepAnswer, type KeptAnswerOptions } from './kept-answer.ts';

export interface StoreFigures {
  /** The store answers. */
  readonly isUp: boolean;
  /** The latest that are known; undefined: none are. */
  readonly counts: StoreCounts | undefined;
}

export interface StoreCounts {
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

type FiguresStore = Pick<SessionStore, 'check' | 'countReading' | 'outboxOf'>;

/**
 * @param consumers of the outbox, which the store knows already.
 * @param now epoch milliseconds, by a clock that all servers on the store share.
 * @returns never rejects.
 */
export function createStoreFigures(
  store: FiguresStore,
  consumers: readonly string[],
  options: KeptAnswerOptions = {},
  now: () => number = Date.now,
): () => Promise<StoreFigures> {
  let counts: StoreCounts | undefined;
  const check = keepAnswer(async () => {
    await store.check();
    return true;
  }, options);
  // A million changes that wait take a while to count. Meanwhile, the former counts are good enough.
  const count = keepAnswer(async () => {
    counts = await countIn(store, consumers, now()).catch(() => undefined);
  }, options);
  return async () => {
    const [isUp = false] = await Promise.all([check(), count()]);
    return { isUp, counts: isUp ? counts : undefined };
  };
}

async function countIn(store: FiguresStore, consumers: readonly string[], nowMs: number): Promise<StoreCounts> {
  const liveReaders = await store.countReading(nowMs);
  const outboxes = consumers.map(async (consumer) => {
    const outbox = store.outboxOf(consumer);
    const sessions = await outbox.countUntold();
    const oldestMs = (await outbox.findOldestUntoldMs()) ?? nowMs;
    return { consumer, sessions, oldestMs: Math.max(0, nowMs - oldestMs) };
  });
  return { liveReaders, outboxes: await Promise.all(outboxes) };
}
