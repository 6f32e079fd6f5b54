// Consumers that tell events, on a store: each is told everything once in effect, whatever its pace, and whatever fails.
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EventConsumer, type EventConsumerOptions } from '../../server/outbox/event-consumer.ts';
import type { Outcome } from '../../server/outbox/outcome.ts';
import type { Outbox } from '../../server/store/outbox.ts';
import type { SessionStore, StoredSpan } from '../../server/store/session-store.ts';
import { coveredMs } from '../helpers/covered-ms.ts';
import { EventReceiver } from '../helpers/event-receiver.ts';
import { openInlineStore } from '../helpers/inline-store.ts';
import { until } from '../helpers/until.ts';

const NOW = Date.parse('2026-11-24T08:00:00Z');
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const TOLD: Outcome = { type: 'told' };

let store: SessionStore;
let now: number;
let logLines: string[];
beforeEach(async () => {
  store = await openInlineStore(join(await mkdtemp(join(tmpdir(), 'stillhere-events-')), 'test.db'));
  now = NOW;
  logLines = [];
});
afterEach(() => store.close());

function consume(tell: EventConsumerOptions['tell'], change: Partial<EventConsumerOptions> = {}): EventConsumer {
  const clock = { wall: () => now, monotonic: () => now - NOW };
  const log = pino({ level: 'trace' }, { write: (line) => logLines.push(line) });
  return new EventConsumer({
    name: 'hook',
    store,
    hasHistory: true,
    tell,
    requestMs: 5_000,
    pauseMs: 10,
    log,
    clock,
    ...change,
  });
}

async function read(session: string, fromMs: number, toMs: number, change: Partial<StoredSpan> = {}): Promise<void> {
  const { id = `${fromMs}`, page = '/a/', isClosed = true } = change;
  const span = { id, page, startMs: fromMs, endMs: toMs, offsetMs: 0, isClosed };
  await store.record([{ session, receivedMs: now, span }]);
}

/** Rounds until nothing more is due. */
async function catchUp(consumer: EventConsumer): Promise<void> {
  while (await consumer.round());
}

/**
 * The visits that the stored spans make, found without the product's code: two spans with half an hour or less between
 * them belong together, and so does what belongs with the same.
 */
async function trueVisits(id: string): Promise<readonly unknown[]> {
  const session = await store.findSession(id);
  if (!session) return [];
  const spans = await store.listSpans(id);
  const gate = { startMs: session.startMs, endMs: session.startMs, page: '', isGate: true };
  const all = [gate, ...spans.map((span) => ({ ...span, isGate: false }))];
  const groups = all.map((_, nth) => nth);
  for (let round = 0; round < all.length; round++)
    for (const [nth, one] of all.entries())
      for (const [mth, other] of all.entries())
        if (one.startMs <= other.endMs + 30 * MINUTE && other.startMs <= one.endMs + 30 * MINUTE)
          groups[nth] = groups[mth] = Math.min(groups[nth] ?? 0, groups[mth] ?? 0);
  const visits = [...new Set(groups)].map((group) => {
    const its = all.filter((_, nth) => groups[nth] === group);
    const spansOfIt = its.filter(({ isGate }) => !isGate);
    const pages = [...new Set(spansOfIt.map(({ page }) => page))];
    return {
      startMs: Math.min(...its.map(({ startMs }) => startMs)),
      endMs: Math.max(...its.map(({ endMs }) => endMs)),
      readingMs: coveredMs(spansOfIt),
      pages: pages.map((page) => `${page} ${coveredMs(spansOfIt.filter((span) => span.page === page))}`).toSorted(),
      hasEnded: true,
    };
  });
  return visits.toSorted((one, other) => one.startMs - other.startMs);
}

describe('two consumers, one of them dead for a day', () => {
  /** What may happen to one that runs. `lost`: told, but that isn't known. */
  const fate = fc.constantFrom<'well' | 'failing' | 'lost' | 'killed before' | 'killed after'>(
    'well',
    'well',
    'well',
    'failing',
    'lost',
    'killed before',
    'killed after',
  );
  const minutes = fc.integer({ min: 0, max: 50 });
  const step = fc.record({
    session: fc.nat(1),
    passMinutes: fc.oneof({ weight: 3, arbitrary: fc.nat(4) }, minutes),
    span: fc.option(
      fc.record({
        id: fc.nat(5),
        page: fc.constantFrom('/a/', '/b/'),
        /** Late, if it is more than nothing. */
        endedAgo: fc.oneof({ weight: 2, arbitrary: fc.constant(0) }, fc.nat(200)),
        length: fc.nat(45),
        isClosed: fc.boolean(),
      }),
      { freq: 4 },
    ),
    fates: fc.array(fate, { minLength: 1, maxLength: 4 }),
    /** This span is recorded while the consumer looks. */
    isMeanwhile: fc.boolean(),
  });

  it('are each told everything once in effect', { timeout: 120_000 }, async () => {
    let count = 0;
    const receivers = { quick: new EventReceiver(), slow: new EventReceiver() };
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 25 }), async (steps) => {
        now += 100 * HOUR;
        const began = now;
        const ids = [0, 1].map((nth) => `session-${count}-${nth}`);
        count++;
        for (const id of ids) await store.createSession({ id, email: 'x@example.com', startMs: now });
        let fates: readonly string[] = ['well'];
        let told = 0;
        let meanwhile: (() => Promise<void>) | undefined;
        const listSpans: SessionStore['listSpans'] = async (id) => {
          const spans = await store.listSpans(id);
          await meanwhile?.();
          meanwhile = undefined;
          return spans;
        };
        const start = (name: 'quick' | 'slow'): { consumer: EventConsumer; life: Life } => {
          const life = { isOver: false };
          const tell: EventConsumerOptions['tell'] = async (event, session) => {
            const its = fates[told++ % fates.length] ?? 'well';
            if (its === 'failing') return { type: 'failed', reason: 'down' };
            if (its !== 'killed before') receivers[name].take(event, session);
            life.isOver = its.startsWith('killed');
            return its === 'lost' ? { type: 'failed', reason: 'no answer' } : TOLD;
          };
          return { consumer: consume(tell, { name, store: { ...mortal(store, life), listSpans } }), life };
        };
        let quick = start('quick');
        for (const { session, passMinutes, span, fates: its, isMeanwhile } of steps) {
          now += passMinutes * MINUTE;
          const id = ids[session] ?? '';
          const record = async (): Promise<void> => {
            if (!span) return;
            const endMs = Math.max(began, now - span.endedAgo * MINUTE);
            const startMs = Math.max(began, endMs - span.length * MINUTE);
            await read(id, startMs, endMs, { id: `${span.id}`, page: span.page, isClosed: span.isClosed });
          };
          if (isMeanwhile) meanwhile = record;
          else await record();
          fates = its;
          for (let rounds = 0; rounds < 3; rounds++) {
            await quick.consumer.round().catch((error: unknown) => {
              if (!(error instanceof Killed)) throw error;
            });
            if (!quick.life.isOver) continue;
            quick = start('quick');
            // The lease of the killed one ends.
            now += MINUTE;
          }
          await meanwhile?.();
          meanwhile = undefined;
        }
        fates = ['well'];
        now += 24 * HOUR;
        for (const { consumer } of [quick, start('slow')]) {
          await catchUp(consumer);
          // Others are told of what is over later than that.
          now += HOUR;
          await catchUp(consumer);
          await consumer.stop();
        }
        for (const name of ['quick', 'slow'] as const) {
          expect(receivers[name].complaints).toEqual([]);
          expect(await store.outboxOf(name).countUntold()).toBe(0);
          for (const id of ids) {
            const ref = (await store.findSession(id))?.ref ?? '';
            expect(receivers[name].visitsOf(ref)).toEqual(await trueVisits(id));
          }
        }
      }),
      { numRuns: 150 },
    );
    // Otherwise nothing was killed.
    expect(receivers.quick.count).toBeGreaterThan(receivers.slow.count);
  });
});

describe('a consumer', () => {
  const told: string[] = [];
  const tell: EventConsumerOptions['tell'] = async ({ kind, visit }, { email }) => {
    told.push(`${email.split('@')[0]} ${kind.replace('session.', '')} ${visit.number}`);
    return TOLD;
  };
  beforeEach(async () => {
    told.length = 0;
    for (const id of ['ann', 'bob']) await store.createSession({ id, email: `${id}@example.com`, startMs: NOW });
  });

  it('is told when a visit begins and when it is over, and asks no more of the store than that', async () => {
    const consumer = consume(tell);
    await catchUp(consumer);
    expect(told.splice(0)).toEqual(['ann started 1', 'bob started 1']);
    const changed: number[] = [];
    for (let minute = 1; minute <= 45; minute++) {
      now += MINUTE;
      if (minute <= 10) await read('ann', NOW, now, { isClosed: false });
      const before = await store.outboxOf('hook').listDue(now, 10);
      await catchUp(consumer);
      if (before.length > 0) changed.push(minute);
    }
    // The visit of the gate is over after 30 minutes, and looked at then; that of the reader after 40.
    expect(changed).toEqual([31, 41]);
    expect(told).toEqual(['bob ended 1', 'ann ended 1']);
    expect(await store.outboxOf('hook').countUntold()).toBe(0);
  });

  it('is told within a minute of spans that arrive late while another visit goes on', async () => {
    const consumer = consume(tell);
    now = NOW + 2 * HOUR;
    await read('ann', NOW, NOW + MINUTE);
    await read('ann', now - MINUTE, now, { isClosed: false });
    await catchUp(consumer);
    told.length = 0;
    await read('ann', NOW + 2 * MINUTE, NOW + 3 * MINUTE);
    now += MINUTE;
    await catchUp(consumer);
    expect(told).toEqual(['ann amended 1']);
  });

  it('rests after a failure, and longer if the receiver asks for it; the log names no reader', async () => {
    let outcome: () => Promise<Outcome> = async () => ({
      type: 'failed',
      reason: 'HTTP 503',
      retryAfterMs: 10 * MINUTE,
    });
    let requests = 0;
    const consumer = consume(async (...event) => {
      requests++;
      const answer = await outcome();
      return answer.type === 'told' ? tell(...event) : answer;
    });
    const roundAfter = async (ms: number): Promise<number> => {
      now += ms;
      await consumer.round();
      return requests;
    };
    expect(await roundAfter(0)).toBe(1);
    expect(await roundAfter(10 * MINUTE - 1)).toBe(1);
    outcome = async () => {
      throw new Error('cannot reach ann@example.com');
    };
    expect(await roundAfter(1)).toBe(2);
    // The second failure in a row: two seconds.
    expect(await roundAfter(1_999)).toBe(2);
    outcome = async () => TOLD;
    expect(await roundAfter(1)).toBeGreaterThan(2);
    expect(told).toEqual(['ann started 1', 'bob started 1']);
    expect(logLines.join('')).toMatch(/"consumer":"hook","reason":"HTTP 503"/);
    expect(logLines.join('')).not.toMatch(/example\.com/);
  });

  it('does not wait for another one that fails', async () => {
    const failing = consume(async () => ({ type: 'failed', reason: 'down' }), { name: 'mail' });
    await failing.round();
    await catchUp(consume(tell));
    expect(told).toEqual(['ann started 1', 'bob started 1']);
  });

  it('is not told of a session that was deleted, even if it was being told', async () => {
    const consumer = consume(async (event, session, signal) => {
      await store.deleteSessions(['ann', 'bob'], now);
      return tell(event, session, signal);
    });
    now += HOUR;
    await catchUp(consumer);
    expect(told).toEqual(['ann started 1']);
    expect(await store.outboxOf('hook').countUntold()).toBe(2);
    now += HOUR;
    await catchUp(consumer);
    expect(await store.outboxOf('hook').countUntold()).toBe(0);
    expect(told).toHaveLength(1);
  });

  it('without history is told of what begins and changes after its start', async () => {
    const consumer = consume(tell, { hasHistory: false });
    await catchUp(consumer);
    await read('bob', NOW, NOW + MINUTE);
    await catchUp(consumer);
    expect(told).toEqual(['bob started 1']);
  });

  it('is told of others first after it refused an event, and of that one later', async () => {
    const seen: string[] = [];
    let isAnnRefused = true;
    const consumer = consume(async (event, session, signal) => {
      seen.push(session.email);
      if (session.email === 'ann@example.com' && isAnnRefused)
        return { type: 'failed', reason: 'HTTP 400', isRefused: true };
      return tell(event, session, signal);
    });
    for (let minute = 0; minute < 10; minute++) {
      await catchUp(consumer);
      now += MINUTE;
    }
    expect(seen).toEqual(['ann@example.com', 'bob@example.com']);
    expect(told).toEqual(['bob started 1']);
    isAnnRefused = false;
    await catchUp(consumer);
    expect(told).toEqual(['bob started 1', 'ann started 1']);
  });

  it('that wants no more events is told nothing before the next start', async () => {
    let requests = 0;
    const gone = consume(async () => {
      requests++;
      return { type: 'gone', reason: 'HTTP 410' };
    });
    for (let hour = 0; hour < 24; hour++) {
      await catchUp(gone);
      now += HOUR;
    }
    expect(requests).toBe(1);
    expect(logLines.join('')).toMatch(/"reason":"HTTP 410"/);
    await catchUp(consume(tell));
    expect(told.toSorted()).toEqual(['ann ended 1', 'ann started 1', 'bob ended 1', 'bob started 1']);
  });

  it('is told after times at which it must not be told', async () => {
    let mayTell = false;
    const consumer = consume(tell, { mayTell: () => mayTell, hasHistory: false });
    await catchUp(consumer);
    await read('ann', NOW, NOW + MINUTE);
    now += HOUR;
    await catchUp(consumer);
    expect(told).toEqual([]);
    mayTell = true;
    await catchUp(consumer);
    expect(told).toEqual(['ann started 1', 'ann ended 1']);
  });

  it('is not told what it could not be told for more than a week', async () => {
    let isDown = true;
    const consumer = consume(async (...event) => (isDown ? { type: 'failed', reason: 'down' } : tell(...event)));
    await catchUp(consumer);
    now += 7 * 24 * HOUR + 1;
    await store.createSession({ id: 'cat', email: 'cat@example.com', startMs: now });
    isDown = false;
    await catchUp(consumer);
    // The visits were over half an hour after they began.
    expect(told.toSorted()).toEqual(['ann ended 1', 'bob ended 1', 'cat started 1']);
    now += 31 * MINUTE;
    await catchUp(consumer);
    expect(told.slice(3)).toEqual(['cat ended 1']);
    expect(await store.outboxOf('hook').countUntold()).toBe(0);
  });

  it('is told by one server of several, and by another one when that stops', async () => {
    const [one, two] = [consume(tell), consume(tell)];
    await catchUp(one);
    now += HOUR;
    expect(await two.round()).toBe(true);
    expect(told.splice(0)).toEqual(['ann started 1', 'bob started 1', 'ann ended 1', 'bob ended 1']);
    await read('ann', NOW, NOW + MINUTE);
    await catchUp(one);
    expect(told).toEqual([]);
    await two.stop();
    await catchUp(one);
    expect(told).toEqual(['ann amended 1']);
  });

  it('is told of more sessions than fit in a round, one after the other', async () => {
    for (let nth = 0; nth < 250; nth++)
      await store.createSession({ id: `s${nth}`, email: `s${nth}@example.com`, startMs: NOW + nth + 1 });
    now += 1_000;
    await catchUp(consume(tell));
    expect(told).toEqual(
      ['ann', 'bob', ...Array.from({ length: 250 }, (_, nth) => `s${nth}`)].map((id) => `${id} started 1`),
    );
  });

  it('runs by itself until it is stopped, which aborts what is being told', async () => {
    let isAborted = false;
    const consumer = consume(
      (_event, _session, signal) =>
        new Promise((resolve) => {
          signal.addEventListener('abort', () => {
            isAborted = true;
            resolve({ type: 'failed', reason: 'aborted' });
          });
          told.push('telling');
        }),
    );
    consumer.start();
    await until(() => told.length > 0);
    await consumer.stop();
    expect([told, isAborted, logLines]).toEqual([['telling'], true, []]);
  });
});

/** Of a process, which can be killed. */
interface Life {
  isOver: boolean;
}

class Killed extends Error {}

/** What a process sees of the store: nothing that it writes after it was killed gets there. */
function mortal(one: SessionStore, life: Life): EventConsumerOptions['store'] {
  return {
    leases: one.leases,
    findSession: (id) => one.findSession(id),
    listSpans: (id) => one.listSpans(id),
    outboxOf: (name, hasHistory) =>
      new Proxy(one.outboxOf(name, hasHistory), {
        get: (outbox, method: keyof Outbox) => {
          const its = outbox[method];
          if (typeof its !== 'function') return its;
          return async (...values: readonly unknown[]): Promise<unknown> => {
            if (life.isOver) throw new Killed();
            return (its as (...all: readonly unknown[]) => unknown).apply(outbox, [...values]);
          };
        },
      }),
  };
}
