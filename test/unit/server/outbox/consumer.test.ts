// Rounds, one after the other, until they are stopped.
import { pino } from 'pino';
import { beforeEach, expect, it } from 'vitest';
import { Consumer } from '../../../../server/outbox/consumer.ts';

const DAY = 24 * 60 * 60_000;

let lines: Record<string, unknown>[];
let taken: number[];
beforeEach(() => {
  lines = [];
  taken = [];
});

function open(pauseMs: number): Consumer {
  const write = (line: string): unknown => lines.push(JSON.parse(line) as Record<string, unknown>);
  return new Consumer({
    name: 'hook',
    leases: {
      take: async (_name, _holder, now, untilMs) => {
        taken.push(untilMs - now);
        return true;
      },
    },
    log: pino({ level: 'trace' }, { write }),
    pauseMs,
    requestMs: 5_000,
    now: () => 1_000_000,
  });
}

/** Long enough for everything that doesn't wait for a timer. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
}

it('the next round follows at once while more waits, and after the pause when nothing does', async () => {
  const consumer = open(DAY);
  let rounds = 0;
  consumer.start(async () => ++rounds < 4);
  await settle();
  expect(rounds).toBe(4);
  // It does not wait for the end of the pause.
  await consumer.stop();
  expect(rounds).toBe(4);
});

it('a round comes after each pause', async () => {
  const consumer = open(1);
  await new Promise<void>((resolve) => {
    let rounds = 0;
    consumer.start(async () => {
      if (++rounds === 3) resolve();
      return false;
    });
  });
  await consumer.stop();
});

it('a round that fails is logged, and the next one comes after a pause', async () => {
  const consumer = open(DAY);
  let rounds = 0;
  consumer.start(async () => {
    rounds++;
    throw new Error('the disk of ann@example.com is full');
  });
  await settle();
  await consumer.stop();
  expect(rounds).toBe(1);
  expect(lines).toMatchObject([{ level: 50, consumer: 'hook', msg: 'a round of the outbox failed' }]);
  expect(JSON.stringify(lines)).toContain('is full');
  expect(JSON.stringify(lines)).not.toContain('ann@example.com');
});

it('stopping aborts the round under way, waits for it, and gives the lease back', async () => {
  const consumer = open(DAY);
  const happened: string[] = [];
  let rounds = 0;
  consumer.start(async () => {
    rounds++;
    await consumer.holdLease();
    await new Promise<void>((resolve) => {
      consumer.signal.addEventListener('abort', () => {
        happened.push('aborted');
        setImmediate(resolve);
      });
    });
    happened.push('round over');
    return true;
  });
  await settle();
  expect(consumer.signal.aborted).toBe(false);
  await consumer.stop();
  happened.push('stopped');
  expect([happened, rounds]).toEqual([['aborted', 'round over', 'stopped'], 1]);
  expect(taken).toEqual([30_000, 0]);
});

it('one that was never started stops, too', async () => {
  const consumer = open(DAY);
  await consumer.stop();
  expect([consumer.signal.aborted, taken]).toEqual([true, []]);
});
