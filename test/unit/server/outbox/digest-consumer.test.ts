// Digests: all events at once, each once in effect, whatever fails in between.
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DigestConsumer, type DigestConsumerOptions } from '../../../../server/outbox/digest-consumer.ts';
import type { Outcome } from '../../../../server/outbox/outcome.ts';
import type { SessionStore } from '../../../../server/store/session-store.ts';
import { openInlineStore } from '../../../helpers/inline-store.ts';
import { makeMemoryFolder } from '../../../helpers/memory-folder.ts';

const NOW = Date.parse('2026-11-24T08:00:00Z');
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const TOLD: Outcome = { type: 'told' };
const DOWN: Outcome = { type: 'failed', reason: 'down' };

let store: SessionStore;
let now: number;
let digests: string[][];
let finished: number[];
let lines: Record<string, unknown>[];
let isDue: boolean;
let outcome: Outcome | Error;

beforeEach(async () => {
  store = await openInlineStore(join(await makeMemoryFolder(), 'test.db'));
  [now, digests, finished, lines, isDue, outcome] = [NOW, [], [], [], true, TOLD];
  for (const id of ['ann', 'bob']) await begin(id);
});
afterEach(() => store.close());

function begin(id: string, startMs = now): Promise<unknown> {
  return store.createSession({ id, email: `${id}@example.com`, startMs });
}

async function read(session: string, fromMs: number, toMs: number): Promise<void> {
  const span = { id: `${fromMs}`, page: '/a/', startMs: fromMs, endMs: toMs, offsetMs: 0, isClosed: true };
  await store.record([{ session, receivedMs: now, span }]);
}

function consume(change: Partial<DigestConsumerOptions> = {}): DigestConsumer {
  const write = (line: string): unknown => lines.push(JSON.parse(line) as Record<string, unknown>);
  return new DigestConsumer({
    name: 'digest',
    store,
    hasHistory: true,
    schedule: { isDue: async () => isDue, finish: async (at) => void finished.push((at - NOW) / MINUTE) },
    tell: async (entries) => {
      digests.push(
        entries.map(({ event, session }) =>
          [session.email.split('@')[0], event.kind.replace('session.', ''), event.visit.number].join(' '),
        ),
      );
      if (outcome instanceof Error) throw outcome;
      return outcome;
    },
    requestMs: 5_000,
    pauseMs: 10,
    log: pino({ level: 'trace' }, { write }),
    clock: { wall: () => now, monotonic: () => now - NOW },
    ...change,
  });
}

/** Rounds until nothing more is due. */
async function catchUp(consumer: DigestConsumer): Promise<void> {
  for (let rounds = 0; await consumer.round(); rounds++) expect(rounds).toBeLessThan(1_000);
}

const listOf = (from: number, to: number): string[] =>
  Array.from({ length: to - from }, (_, nth) => `s${String(from + nth).padStart(3, '0')}`);

describe('a digest', () => {
  it('has the events of all sessions; then nothing is due until the next one', async () => {
    const consumer = consume();
    expect(await consumer.round()).toBe(true);
    expect(digests).toEqual([['ann started 1', 'bob started 1']]);
    // Only what comes after it shows that it was all.
    expect(finished).toEqual([]);
    expect(await consumer.round()).toBe(false);
    expect([digests.length, finished]).toEqual([1, [0]]);
    now += HOUR;
    expect(await consumer.round()).toBe(true);
    expect(digests.slice(1)).toEqual([['ann ended 1', 'bob ended 1']]);
    expect(await consumer.round()).toBe(false);
    expect(finished).toEqual([0, 60]);
    expect(await store.outboxOf('digest').countUntold()).toBe(0);
  });

  it('tells of a session who read it and when, and not its id', async () => {
    const seen: unknown[] = [];
    const tell: DigestConsumerOptions['tell'] = async (entries) => {
      seen.push(...entries.map(({ session }) => session));
      return TOLD;
    };
    await consume({ tell }).round();
    const refs = await Promise.all(['ann', 'bob'].map(async (id) => (await store.findSession(id))?.ref));
    expect(seen).toEqual(
      ['ann', 'bob'].map((id, nth) => ({
        ref: refs[nth],
        email: `${id}@example.com`,
        startMs: NOW,
        isExcluded: false,
        identity: 'typed',
      })),
    );
  });

  it('is not sent before it is due, and misses nothing that happens meanwhile', async () => {
    isDue = false;
    const consumer = consume({ hasHistory: false });
    expect(await consumer.round()).toBe(false);
    await begin('cat');
    expect(await consumer.round()).toBe(false);
    expect([digests, finished]).toEqual([[], []]);
    isDue = true;
    await consumer.round();
    expect(digests).toEqual([['cat started 1']]);
  });

  it('is not sent where there is nothing to tell, and counts as sent', async () => {
    const consumer = consume({ hasHistory: false });
    expect(await consumer.round()).toBe(false);
    expect([digests, finished]).toEqual([[], [0]]);
  });

  it('has the events of 500 sessions at most; the others follow before it counts as sent', async () => {
    for (const id of listOf(0, 502)) await begin(id, now + 1);
    now += 1;
    const consumer = consume();
    await catchUp(consumer);
    expect(digests.map(({ length }) => length)).toEqual([500, 4]);
    expect(digests.flat()).toEqual(['ann', 'bob', ...listOf(0, 502)].map((id) => `${id} started 1`));
    expect(finished).toHaveLength(1);
  });
});

describe('a digest that fails', () => {
  it('is sent again with the same events, and what happened meanwhile is in the next one', async () => {
    outcome = DOWN;
    const consumer = consume();
    expect(await consumer.round()).toBe(false);
    await begin('cat');
    await read('ann', NOW, NOW);
    now += HOUR;
    outcome = TOLD;
    expect(await consumer.round()).toBe(true);
    await consumer.round();
    expect(digests).toEqual([
      ['ann started 1', 'bob started 1'],
      ['ann started 1', 'bob started 1'],
      ['ann ended 1', 'bob ended 1', 'cat started 1', 'cat ended 1'],
    ]);
    expect(finished).toEqual([]);
  });

  it('rests: a second, longer after the next failure, and as long as the receiver asks for', async () => {
    outcome = DOWN;
    const consumer = consume();
    const sendAfter = async (ms: number): Promise<number> => {
      now += ms;
      await consumer.round();
      return digests.length;
    };
    expect([await sendAfter(0), await sendAfter(999), await sendAfter(1)]).toEqual([1, 1, 2]);
    outcome = { ...DOWN, retryAfterMs: HOUR };
    expect([await sendAfter(1_999), await sendAfter(1)]).toEqual([2, 3]);
    outcome = TOLD;
    expect([await sendAfter(HOUR - 1), await sendAfter(1)]).toEqual([3, 4]);
    // After a success, the next failure is the first again.
    outcome = DOWN;
    expect([await sendAfter(HOUR), await sendAfter(999), await sendAfter(1)]).toEqual([5, 5, 6]);
  });

  it('is logged, without the address of a reader', async () => {
    outcome = new Error('cannot reach ann@example.com');
    await consume().round();
    expect(lines).toMatchObject([{ level: 40, consumer: 'digest', msg: 'a digest could not be sent' }]);
    expect(JSON.stringify(lines)).toMatch(/cannot reach/);
    expect(JSON.stringify(lines)).not.toContain('example.com');
  });

  it('is not sent again before the next start if the receiver wants no more', async () => {
    outcome = { type: 'gone', reason: 'HTTP 410' };
    const consumer = consume();
    await consumer.round();
    now += 5 * DAY;
    expect(await consumer.round()).toBe(false);
    expect(digests).toHaveLength(1);
    expect(lines).toMatchObject([{ reason: 'HTTP 410' }]);
  });

  it('logs nothing and does not rest if it failed because it was stopped', async () => {
    const consumer: DigestConsumer = consume({
      tell: async () => {
        await consumer.stop();
        return DOWN;
      },
    });
    expect(await consumer.round()).toBe(false);
    expect(lines).toEqual([]);
    // Its successor tells the same.
    await consume().round();
    expect(digests).toEqual([['ann started 1', 'bob started 1']]);
  });
});

describe('a digest that not everybody got', () => {
  it('is not sent again, and who did not get it is logged', async () => {
    outcome = { type: 'told', note: 'one address was refused' };
    const consumer = consume();
    await catchUp(consumer);
    expect(digests).toHaveLength(1);
    expect(lines).toMatchObject([
      { level: 40, consumer: 'digest', reason: 'one address was refused', msg: 'not everybody was told' },
    ]);
  });

  it('logs nothing if everybody got it', async () => {
    await consume().round();
    expect(lines).toEqual([]);
  });
});

describe('nobody is told', () => {
  it('of a session that was deleted, also if its digest was decided before', async () => {
    outcome = DOWN;
    const consumer = consume();
    await consumer.round();
    await store.deleteSessions(['ann'], now);
    now += HOUR;
    outcome = TOLD;
    await consumer.round();
    expect(digests.at(-1)).toEqual(['bob started 1']);
    await store.deleteSessions(['bob'], now);
    now += HOUR;
    await catchUp(consumer);
    expect(digests).toHaveLength(2);
    expect(await store.outboxOf('digest').countUntold()).toBe(0);
  });

  it('of a session that is deleted while the digest is put together', async () => {
    let isDeleted = false;
    const consumer = consume({
      store: {
        leases: store.leases,
        outboxOf: (name, hasHistory) => store.outboxOf(name, hasHistory),
        findSession: (id) => store.findSession(id),
        listSpans: async (id) => {
          const spans = await store.listSpans(id);
          if (!isDeleted) await store.deleteSessions(['ann'], now);
          isDeleted = true;
          return spans;
        },
      },
    });
    expect(await consumer.round()).toBe(true);
    expect(digests).toEqual([['bob started 1']]);
  });

  it('of what could not be told for more than a week', async () => {
    outcome = DOWN;
    const consumer = consume();
    await consumer.round();
    now += 7 * DAY;
    await consumer.round();
    expect(digests.at(-1)).toEqual(['ann started 1', 'bob started 1']);
    now += HOUR;
    outcome = TOLD;
    await consumer.round();
    // The visits were over half an hour after they began.
    await consumer.round();
    expect(digests.slice(2)).toEqual([]);
    expect(await consumer.round()).toBe(false);
    expect(await store.outboxOf('digest').countUntold()).toBe(0);
  });

  it('by a server that does not have the lease, or loses it before it tells', async () => {
    const [one, other] = [consume(), consume()];
    await one.round();
    expect(await other.round()).toBe(false);
    now += MINUTE;
    await begin('cat');
    let isTaken = false;
    const late = consume({
      name: 'late',
      store: {
        leases: store.leases,
        outboxOf: (name, hasHistory) => store.outboxOf(name, hasHistory),
        listSpans: (id) => store.listSpans(id),
        findSession: async (id) => {
          // It took so long that another server does it now.
          if (!isTaken) now += MINUTE;
          isTaken ||= await store.leases.take('late', 'other', now, now + 30_000);
          return store.findSession(id);
        },
      },
    });
    digests.length = 0;
    expect(await late.round()).toBe(false);
    expect(digests).toEqual([]);
    now += 2 * HOUR;
    await late.round();
    expect(digests).toEqual([['ann started 1', 'bob started 1', 'cat started 1']]);
  });

  it('by a server that is stopped', async () => {
    const consumer = consume();
    await consumer.stop();
    expect(await consumer.round()).toBe(false);
    expect(digests).toEqual([]);
  });
});
