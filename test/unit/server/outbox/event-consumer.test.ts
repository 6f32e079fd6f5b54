// A consumer that tells events one after the other: when it tells what, how it rests, and who is never told.
// test/server/event-consumers.test.ts tests that each is told everything, whatever fails.
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EventConsumer, type EventConsumerOptions } from '../../../../server/outbox/event-consumer.ts';
import type { Outcome } from '../../../../server/outbox/outcome.ts';
import type { SessionStore } from '../../../../server/store/session-store.ts';
import { openInlineStore } from '../../../helpers/inline-store.ts';
import { makeMemoryFolder } from '../../../helpers/memory-folder.ts';
import { until } from '../../../helpers/until.ts';

const NOW = Date.parse('2026-11-24T08:00:00Z');
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const TOLD: Outcome = { type: 'told' };

let store: SessionStore;
let now: number;
let logLines: string[];
beforeEach(async () => {
  store = await openInlineStore(join(await makeMemoryFolder(), 'test.db'));
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

async function read(session: string, fromMs: number, toMs: number, isClosed = true): Promise<void> {
  const span = { id: `${fromMs}`, page: '/a/', startMs: fromMs, endMs: toMs, offsetMs: 0, isClosed };
  await store.record([{ session, receivedMs: now, span }]);
}

/** Rounds until nothing more is due. */
async function catchUp(consumer: EventConsumer): Promise<void> {
  for (let rounds = 0; await consumer.round(); rounds++) expect(rounds).toBeLessThan(1_000);
}

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
      if (minute <= 10) await read('ann', NOW, now, false);
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
    await read('ann', now - MINUTE, now, false);
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

  it('is told of others in the same round after one was deleted', async () => {
    let isDeleted = false;
    const consumer = consume(tell, {
      store: {
        ...reachable(),
        listSpans: async (id) => {
          const spans = await store.listSpans(id);
          if (!isDeleted) await store.deleteSessions(['ann'], now);
          isDeleted = true;
          return spans;
        },
      },
    });
    expect([await consumer.round(), told]).toEqual([true, ['bob started 1']]);
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

  it('hears of a session who read it and when, and not its id', async () => {
    const seen: unknown[] = [];
    await catchUp(
      consume(async (_event, session) => {
        seen.push(session);
        return TOLD;
      }),
    );
    const ref = (await store.findSession('ann'))?.ref;
    expect(seen[0]).toEqual({ ref, email: 'ann@example.com', startMs: NOW, isExcluded: false, identity: 'typed' });
  });

  it('rests as long after the first failure that follows a success as after the very first', async () => {
    let outcome: Outcome = { type: 'failed', reason: 'down' };
    let requests = 0;
    const consumer = consume(async () => {
      requests++;
      return outcome;
    });
    const roundAfter = async (ms: number): Promise<number> => {
      now += ms;
      await consumer.round();
      return requests;
    };
    expect([await roundAfter(0), await roundAfter(999), await roundAfter(1)]).toEqual([1, 1, 2]);
    outcome = TOLD;
    expect(await roundAfter(2_000)).toBe(4);
    outcome = { type: 'failed', reason: 'down' };
    expect([await roundAfter(HOUR), await roundAfter(999), await roundAfter(1)]).toEqual([5, 5, 6]);
  });

  it('waits ten minutes for an event that it refused', async () => {
    let requests = 0;
    const consumer = consume(async (_event, { email }) => {
      if (email !== 'ann@example.com') return TOLD;
      requests++;
      return { type: 'failed', reason: 'HTTP 400', isRefused: true };
    });
    await catchUp(consumer);
    now += 10 * MINUTE - 1;
    await catchUp(consumer);
    expect(requests).toBe(1);
    now += 1;
    await catchUp(consumer);
    expect(requests).toBe(2);
  });

  it('is told what failed before what comes after it, also in the same session', async () => {
    let isDown = true;
    const consumer = consume(async (...event) => (isDown ? { type: 'failed', reason: 'down' } : tell(...event)));
    now += HOUR;
    await catchUp(consumer);
    await read('ann', now - MINUTE, now);
    isDown = false;
    now += HOUR;
    await catchUp(consumer);
    expect(told.filter((event) => event.startsWith('ann'))).toEqual([
      'ann started 1',
      'ann ended 1',
      'ann started 2',
      'ann ended 2',
    ]);
  });

  it('is told the same again after a failure, however much the session has changed meanwhile', async () => {
    const seen: string[] = [];
    let isDown = true;
    const consumer = consume(async (event, { email }) => {
      if (email === 'ann@example.com') seen.push(JSON.stringify(event));
      return isDown ? { type: 'failed', reason: 'down' } : TOLD;
    });
    await catchUp(consumer);
    now += MINUTE;
    await read('ann', NOW, now);
    isDown = false;
    await catchUp(consumer);
    expect(seen).toHaveLength(2);
    expect(seen[1]).toBe(seen[0]);
  });

  it('is not told again what it was told before another event failed', async () => {
    let isDown = false;
    const consumer = consume(async (...event) => {
      if (isDown) return { type: 'failed', reason: 'down' };
      isDown = true;
      return tell(...event);
    });
    now += HOUR;
    await catchUp(consumer);
    isDown = false;
    now += MINUTE;
    await catchUp(consumer);
    expect(told).toEqual(['ann started 1', 'ann ended 1']);
  });

  it('is told once if not everybody could be told, and the log says who could not', async () => {
    const consumer = consume(async (...event) => ({ ...(await tell(...event)), note: 'one address was refused' }));
    await catchUp(consumer);
    await catchUp(consumer);
    expect(told).toEqual(['ann started 1', 'bob started 1']);
    expect(logLines.map((line) => JSON.parse(line) as unknown)).toMatchObject(
      told.map(() => ({
        level: 40,
        consumer: 'hook',
        reason: 'one address was refused',
        msg: 'not everybody was told',
      })),
    );
  });

  it('logs nothing while all is well', async () => {
    await catchUp(consume(tell));
    expect(logLines).toEqual([]);
  });

  it('says in the log what failed, and what wants no more events', async () => {
    await consume(async () => ({ type: 'failed', reason: 'HTTP 503' })).round();
    await consume(async () => ({ type: 'gone', reason: 'HTTP 410' }), { name: 'other' }).round();
    expect(logLines.map((line) => JSON.parse(line) as unknown)).toMatchObject([
      { level: 40, consumer: 'hook', reason: 'HTTP 503', msg: 'an event could not be told' },
      { level: 50, consumer: 'other', reason: 'HTTP 410', msg: expect.stringMatching(/wants no more events/) },
    ]);
  });

  it('is told nothing by a server that has lost the lease meanwhile', async () => {
    let isLost = false;
    const consumer = consume(tell, {
      store: {
        ...reachable(),
        listSpans: async (id) => {
          // It took so long that another server tells now.
          if (!isLost) now += MINUTE;
          isLost ||= await store.leases.take('hook', 'other', now, now + 30_000);
          return store.listSpans(id);
        },
      },
    });
    expect(await consumer.round()).toBe(false);
    expect(told).toEqual([]);
  });

  it('is told nothing by a server that is stopped, which logs nothing', async () => {
    const consumer: EventConsumer = consume(async () => {
      await consumer.stop();
      return { type: 'failed', reason: 'aborted', isRefused: true };
    });
    expect(await consumer.round()).toBe(false);
    expect(logLines).toEqual([]);
    // What was refused because of the stop is not postponed.
    await catchUp(consume(tell));
    expect(told).toEqual(['ann started 1', 'bob started 1']);
    now += HOUR;
    told.length = 0;
    const stopped = consume(tell);
    await stopped.stop();
    expect([await stopped.round(), told]).toEqual([false, []]);
  });

  it('is told of all that is due in a full round, quiet sessions or not', async () => {
    for (let nth = 0; nth < 98; nth++)
      await store.createSession({ id: `s${nth}`, email: `s${nth}@example.com`, startMs: NOW + 1 });
    now += 1;
    const consumer = consume(tell);
    await catchUp(consumer);
    for (let nth = 0; nth < 98; nth++) await read(`s${nth}`, NOW + 1, NOW + 2);
    for (const id of ['ann', 'bob']) await read(id, NOW, NOW + 1);
    await store.createSession({ id: 'new', email: 'new@example.com', startMs: NOW + 2 });
    now += 31 * MINUTE;
    told.length = 0;
    await catchUp(consumer);
    expect(told).toContain('new started 1');
    expect(told.filter((event) => event.includes('ended'))).toHaveLength(101);
  });
});

/** What a consumer needs of the store. */
function reachable(): EventConsumerOptions['store'] {
  return {
    leases: store.leases,
    findSession: (id) => store.findSession(id),
    listSpans: (id) => store.listSpans(id),
    outboxOf: (name, hasHistory) => store.outboxOf(name, hasHistory),
  };
}
