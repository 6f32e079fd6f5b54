// What was counted of a session is replaced step by step, and each step says what it changes.
import { beforeEach, describe, expect, it } from 'vitest';
import type { Contribution, PagePart, SessionPart, SlotPart } from '../../../../server/store/contribution.ts';
import { Recount } from '../../../../server/store/recount.ts';
import type { TotalsChange } from '../../../../server/store/totals-change.ts';

const SESSION: SessionPart = { countedAs: 'read', readingMs: 10_000, visits: 1, lastMs: 7, startSlot: 3 };
const page = (readingMs: number, lastMs = 7): PagePart => ({ readingMs, lastMs });
const slot = (readingMs: number, visits = 0): SlotPart => ({ readingMs, visits });

function contribution(
  pages: Readonly<Record<string, PagePart>>,
  slots: Readonly<Record<number, SlotPart>> = {},
  session = SESSION,
): Contribution {
  return {
    session,
    pages: new Map(Object.entries(pages)),
    slots: new Map(Object.entries(slots).map(([nth, part]) => [Number(nth), part])),
  };
}

let told: unknown[][];
const change = {
  session: (...given: unknown[]) => told.push(['session', ...given]),
  page: (...given: unknown[]) => told.push(['page', ...given]),
  slot: (...given: unknown[]) => told.push(['slot', ...given]),
} as unknown as TotalsChange;
beforeEach(() => {
  told = [];
});

describe('a session that was not counted yet', () => {
  it('adds all that it is', () => {
    const target = contribution({ a: page(1), b: page(2) }, { 4: slot(3, 1) });
    const recount = new Recount('ann', undefined, target);
    expect(recount.isComplete).toBe(false);
    const step = recount.step(9, change);
    expect(step).toEqual({
      pages: [
        ['a', page(1)],
        ['b', page(2)],
      ],
      slots: [[4, slot(3, 1)]],
    });
    expect(recount.isComplete).toBe(true);
    expect(told).toEqual([
      ['session', 'ann', undefined, SESSION],
      ['page', 'ann', 'a', undefined, page(1)],
      ['page', 'ann', 'b', undefined, page(2)],
      ['slot', 'ann', 4, undefined, slot(3, 1)],
    ]);
  });

  it('without pages and times is complete, and still a session', () => {
    const recount = new Recount('ann', undefined, contribution({}));
    expect(recount.isComplete).toBe(true);
    expect(recount.step(9, change)).toEqual({ pages: [], slots: [] });
    expect(told).toEqual([['session', 'ann', undefined, SESSION]]);
  });
});

it('only what differs is changed, and what is gone is taken away', () => {
  const counted = contribution(
    { same: page(1), longer: page(1), later: page(1, 7), gone: page(1) },
    { 1: slot(1, 1), 2: slot(1, 1), 3: slot(1, 1), 4: slot(1) },
  );
  const session = { ...SESSION, visits: 2 };
  const target = contribution(
    { same: page(1), longer: page(2), later: page(1, 8), new: page(5) },
    { 1: slot(1, 1), 2: slot(2, 1), 3: slot(1, 2), 5: slot(9) },
    session,
  );
  const recount = new Recount('ann', counted, target);
  recount.step(99, change);
  expect(told).toEqual([
    ['session', 'ann', SESSION, session],
    ['page', 'ann', 'gone', page(1), undefined],
    ['page', 'ann', 'longer', page(1), page(2)],
    ['page', 'ann', 'later', page(1, 7), page(1, 8)],
    ['page', 'ann', 'new', undefined, page(5)],
    ['slot', 'ann', 4, slot(1), undefined],
    ['slot', 'ann', 2, slot(1, 1), slot(2, 1)],
    ['slot', 'ann', 3, slot(1, 1), slot(1, 2)],
    ['slot', 'ann', 5, undefined, slot(9)],
  ]);
  expect(recount.isComplete).toBe(true);
});

it('a step changes as much as it may, pages first, and the session only once', () => {
  const target = contribution({ a: page(1), b: page(1), c: page(1) }, { 1: slot(1), 2: slot(1), 3: slot(1) });
  const recount = new Recount('ann', undefined, target);
  const sizes: [number, number][] = [];
  while (!recount.isComplete) {
    const { pages, slots } = recount.step(2, change);
    sizes.push([pages.length, slots.length]);
  }
  expect(sizes).toEqual([
    [2, 0],
    [1, 1],
    [0, 2],
  ]);
  expect(told.filter(([what]) => what === 'session')).toHaveLength(1);
  // Each of them once.
  expect(new Set(told.map(([what, , key]) => `${String(what)} ${String(key)}`)).size).toBe(7);
});
