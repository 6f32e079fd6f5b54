// Consumers that tell events, on a store: each is told everything once in effect, whatever its pace, and whatever fails.
// test/unit/server/outbox/event-consumer.test.ts tests the rest.
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
import { makeMemoryFolder } from '../helpers/memory-folder.ts';

const NOW = Date.parse('2026-11-24T08:00:00Z');
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const TOLD: Outcome = { type: 'told' };

let store: SessionStore;
let now: number;
beforeEach(async () => {
  store = await openInlineStore(join(await makeMemoryFolder(), 'test.db'));
  now = NOW;
});
afterEach(() => store.close());

function consume(tell: EventConsumerOptions['tell'], change: Partial<EventConsumerOptions> = {}): EventConsumer {
  const clock = { wall: () => now, monotonic: () => now - NOW };
  const log = pino({ level: 'silent' });
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
  for (let rounds = 0; await consumer.round(); rounds++) expect(rounds).toBeLessThan(1_000);
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
