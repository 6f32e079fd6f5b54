import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { RequestBudget } from '../../../../server/nocodb/request-budget.ts';
import type { Notes } from '../../../../server/store/notes.ts';

const HOUR = 60 * 60_000;
const MONTH = 31 * 24 * HOUR;
let now = 0;
let notes: Map<string, string>;

function open(perMonth: number): RequestBudget {
  const kept: Notes = {
    read: async (name) => notes.get(name),
    write: async (name, text) => void notes.set(name, text),
  };
  return new RequestBudget(kept, perMonth, () => now);
}

async function spendAll(budget: RequestBudget): Promise<number> {
  let spent = 0;
  while (await budget.take()) spent++;
  return spent;
}

beforeEach(() => {
  now = 1_000 * MONTH;
  notes = new Map();
});

describe('a month’s requests', () => {
  it('never exceed the limit within 31 days, however fast they are used', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 100, max: 5_000 }),
        fc.array(fc.integer({ min: 0, max: 200 * HOUR }), { maxLength: 60 }),
        async (perMonth, pauses) => {
          notes = new Map();
          const budget = open(perMonth);
          const spendings: { at: number; spent: number }[] = [];
          for (const pause of pauses) {
            now += pause;
            spendings.push({ at: now, spent: await spendAll(budget) });
          }
          for (const { at } of spendings) {
            const within = spendings.filter((one) => one.at >= at && one.at < at + MONTH);
            expect(within.reduce((sum, { spent }) => sum + spent, 0)).toBeLessThanOrEqual(perMonth);
          }
        },
      ),
    );
  });

  it('become available evenly, and a restart adds none', async () => {
    expect(await spendAll(open(1_000))).toBe(50);
    expect(await spendAll(open(1_000))).toBe(0);
    now += await open(1_000).waitMs();
    expect(await spendAll(open(1_000))).toBe(1);
    now += 24 * HOUR;
    expect(await spendAll(open(1_000))).toBe(30);
  });

  it('become available again after the clock was an hour ahead', async () => {
    now += HOUR;
    const budget = open(1_000);
    await spendAll(budget);
    now -= HOUR;
    expect(await spendAll(budget)).toBe(0);
    now += await budget.waitMs();
    expect(await spendAll(budget)).toBe(1);
  });

  it('come back one by one: what is left after a busy day, in a month', async () => {
    expect(open(1_000).intervalMs).toBeCloseTo(MONTH / 950, 3);
    expect(open(0).intervalMs).toBe(0);
    const budget = open(1_000);
    await spendAll(budget);
    expect(await budget.waitMs()).toBe(Math.ceil(budget.intervalMs));
  });

  it('are ample while more than half of a busy day is left', async () => {
    const budget = open(1_000);
    expect(await budget.isAmple()).toBe(true);
    for (let nth = 0; nth < 25; nth++) await budget.take();
    expect(await budget.isAmple()).toBe(false);
  });

  it('are unlimited without a limit, and need no write', async () => {
    const budget = open(0);
    for (let nth = 0; nth < 1_000; nth++) expect(await budget.take()).toBe(true);
    expect(await budget.isAmple()).toBe(true);
    expect(notes.size).toBe(0);
  });
});
