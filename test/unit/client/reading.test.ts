// What counts as reading, on two clocks that a test turns by hand.
import { describe, expect, it } from 'vitest';
import type { ReadingEvent } from '../../../client/reading.ts';
import { ClockedPage, MINUTE, SETTINGS, START } from '../../helpers/clocked-page.ts';

const open = (settings?: Partial<typeof SETTINGS>): ClockedPage => ClockedPage.shown(settings);

describe('a span', () => {
  it('begins when the page is shown, with nothing in it yet, and is told at once', () => {
    const page = open();
    expect([...page.spans.values()]).toEqual([{ id: '0', session: 'ann', page: '/a/', start: START, end: START }]);
    expect(page.turns).toBe(1);
  });

  it('grows with each tick', () => {
    expect(open().tick(2 * MINUTE).lengths).toEqual([2 * MINUTE]);
  });

  it.for<ReadingEvent>(['hidden', 'left', 'frozen', 'stopped'])('ends at %s', (event) => {
    const page = open().tick(MINUTE).pass(2_000).happen(event);
    expect(page.lengths).toEqual([MINUTE + 2_000]);
    expect(page.isOpen).toBe(false);
    expect(page.pass(MINUTE).happen('tick').lengths).toEqual([MINUTE + 2_000]);
  });

  it('says that it is over once it is: by leaving, by idling, by another page or session', () => {
    const closed = (page: ClockedPage): readonly unknown[] => [...page.spans.values()].map((span) => span.closed);
    expect(closed(open().tick(MINUTE))).toEqual([false]);
    expect(closed(open().tick(MINUTE).happen('hidden'))).toEqual([true]);
    expect(closed(open().tick(10 * MINUTE))).toEqual([true]);
    const other = open().tick(MINUTE);
    other.place = { ...other.place, page: '/b/' };
    expect(closed(other.tick(MINUTE))).toEqual([true, false]);
  });

  it('that a sleep has ended does not say so: its end is only the last sign of it', () => {
    const page = open()
      .tick(MINUTE)
      .pass(60 * MINUTE)
      .happen('tick');
    expect([...page.spans.values()].map((span) => span.closed)).toEqual([false]);
  });

  it('is not doubled by an engine that fires left and then hidden, or the reverse', () => {
    expect(
      open()
        .pass(MINUTE / 10)
        .happen('left')
        .happen('hidden').spans.size,
    ).toBe(1);
    expect(
      open()
        .pass(MINUTE / 10)
        .happen('hidden')
        .happen('left').spans.size,
    ).toBe(1);
  });

  it.for<ReadingEvent>(['shown', 'restored'])('is a new one after the page was away and %s', (event) => {
    const page = open()
      .tick(MINUTE)
      .happen('hidden')
      .pass(5 * 60 * MINUTE)
      .happen(event)
      .tick(MINUTE);
    expect(page.minutes).toEqual([
      [0, 1],
      [301, 302],
    ]);
  });

  it("ends when the page changes, and the next page's span begins", () => {
    const page = open().tick(MINUTE);
    page.place = { session: 'ann', page: '/b/' };
    page.happen('moved').tick(MINUTE);
    expect([...page.spans.values()].map((span) => span.page)).toEqual(['/a/', '/b/']);
    expect(page.lengths).toEqual([MINUTE, MINUTE]);
  });

  it('follows the one before it without a gap or an overlap, though the two clocks are not read in one instant', () => {
    const page = open().pass(1_000, 1_000.6);
    page.place = { session: 'ann', page: '/b/' };
    page.happen('moved').pass(2_000, 2_020).happen('hidden').happen('shown');
    const [first, second, third] = [...page.spans.values()];
    expect(second?.start).toBeGreaterThanOrEqual(first?.end ?? Infinity);
    expect(third?.start).toBeGreaterThanOrEqual(second?.end ?? Infinity);
  });

  it('does not begin in a hidden page', () => {
    const page = new ClockedPage().happen('hidden').pass(MINUTE).happen('tick').happen('active');
    expect(page.spans.size).toBe(0);
  });

  it('does not begin before the page is shown, whatever happens', () => {
    const page = new ClockedPage();
    for (const event of ['moved', 'tick', 'active'] as const) page.pass(1_000).happen(event);
    expect([page.spans.size, page.isOpen]).toEqual([0, false]);
  });

  it('does not begin without a session, and begins once there is one', () => {
    const page = new ClockedPage();
    page.place = { session: undefined, page: '/a/' };
    expect(page.happen('shown').tick(MINUTE).spans.size).toBe(0);
    page.place = { session: 'ann', page: '/a/' };
    expect(page.happen('active').isOpen).toBe(true);
  });

  it('ends when the device forgets the reader, and none begins', () => {
    const page = open().tick(MINUTE);
    page.place = { session: '', page: '/a/' };
    page.tick(MINUTE).happen('active').happen('shown');
    expect(page.lengths).toEqual([MINUTE + SETTINGS.tick]);
  });

  it('stays in its session when the cookie is gone, and ends when it is replaced', () => {
    const page = open().tick(MINUTE);
    page.place = { session: undefined, page: '/a/' };
    page.tick(MINUTE);
    page.place = { session: 'bob', page: '/a/' };
    page.tick(MINUTE);
    expect([...page.spans.values()].map(({ session }) => session)).toEqual(['ann', 'bob']);
    expect(page.lengths).toEqual([2 * MINUTE + SETTINGS.tick, MINUTE - SETTINGS.tick]);
  });
});

describe('a document that begins', () => {
  it('is read for the time allowed since the last sign before it', () => {
    const page = new ClockedPage()
      .untouchedFor(4 * MINUTE)
      .happen('loaded')
      .tick(5 * MINUTE);
    expect(page.lengths).toEqual([MINUTE]);
  });

  it('is not read where the reader has been gone before it, until the next sign', () => {
    const page = new ClockedPage()
      .untouchedFor(6 * MINUTE)
      .happen('loaded')
      .tick(MINUTE);
    expect(page.spans.size).toBe(0);
    expect(page.happen('active').tick(MINUTE).lengths).toEqual([MINUTE]);
  });
});

describe('idle', () => {
  it('four minutes without touching anything are reading', () => {
    expect(open().tick(4 * MINUTE).lengths).toEqual([4 * MINUTE]);
  });

  it('begins when the time allowed is over', () => {
    expect(open().tick(5 * MINUTE - 1).isOpen).toBe(true);
    const page = open().tick(5 * MINUTE);
    expect([page.isOpen, page.lengths]).toEqual([false, [5 * MINUTE]]);
  });

  it('ends the span at the last activity plus the time allowed, not when it is noticed', () => {
    const page = open()
      .tick(MINUTE)
      .pass(1_234)
      .happen('active')
      .tick(20 * MINUTE);
    expect(page.lengths).toEqual([6 * MINUTE + 1_234]);
    expect(page.isOpen).toBe(false);
  });

  it('ends with the first activity', () => {
    const page = open()
      .tick(10 * MINUTE)
      .happen('active')
      .tick(MINUTE);
    expect(page.minutes).toEqual([
      [0, 5],
      [10, 11],
    ]);
  });

  it('is not ended by a page that changes its address by itself', () => {
    const page = open();
    for (let minute = 0; minute < 20; minute++) {
      page.tick(MINUTE);
      page.place = { session: 'ann', page: `/slide/${minute}` };
      page.happen('moved');
    }
    expect(page.lengths.reduce((sum, length) => sum + length, 0)).toBe(5 * MINUTE);
  });

  it('never happens with idleAfter 0', () => {
    expect(open({ idleAfter: 0 }).tick(120 * MINUTE).lengths).toEqual([120 * MINUTE]);
  });
});

describe('clocks', () => {
  it('a night asleep is not reading, whether or not the monotonic clock slept too', () => {
    for (const monotonic of [0, 8 * 60 * MINUTE]) {
      const page = open()
        .tick(MINUTE)
        .pass(8 * 60 * MINUTE, monotonic)
        .happen('tick')
        .pass(MINUTE)
        .happen('tick');
      expect(page.lengths).toEqual([MINUTE]);
      expect(page.happen('active').tick(MINUTE).lengths).toEqual([MINUTE, MINUTE]);
    }
  });

  it('a nap shorter than the time allowed for idling ends the span and begins another', () => {
    const page = open()
      .tick(MINUTE)
      .pass(2 * MINUTE)
      .happen('tick')
      .tick(MINUTE);
    expect(page.minutes).toEqual([
      [0, 1],
      [3, 4],
    ]);
  });

  it.for([
    [5_000, 20_000],
    [10_000, 40_000],
    [1_000, 15_000],
  ] as const)('with a tick of %d ms, %d ms without one are a delay; any longer is sleep', ([tick, longest]) => {
    const after = (ms: number): readonly number[] =>
      open({ tick }).pass(tick).happen('tick').pass(ms).happen('tick').pass(tick).happen('hidden').lengths;
    expect(after(longest)).toEqual([2 * tick + longest]);
    expect(open({ tick }).pass(longest).happen('hidden').lengths).toEqual([longest]);
    expect(after(longest + 1)).toEqual([tick, tick]);
    // Also where the monotonic clock stops meanwhile.
    const stopped = open({ tick })
      .pass(tick)
      .happen('tick')
      .pass(longest + 1, 0)
      .happen('tick');
    expect(stopped.lengths).toEqual([tick, 0]);
    expect(open({ tick }).pass(tick).happen('tick').pass(longest, 0).happen('tick').lengths).toEqual([tick]);
  });

  it('set back by an hour in mid-reading: the span goes on with its length, on the clock that it began on', () => {
    const page = open()
      .tick(2 * MINUTE)
      .pass(-60 * MINUTE, 0)
      .tick(MINUTE);
    expect(page.minutes).toEqual([[0, 3]]);
    expect(page.happen('hidden').happen('shown').tick(MINUTE).minutes).toEqual([
      [0, 3],
      [-57, -56],
    ]);
  });

  it.for([
    [1_000, 0],
    [1_001, 1_001],
    [10_000, 10_000],
  ] as const)('set forward by %d ms while reading: the span moves by %d ms, and keeps its length', ([set, moved]) => {
    const page = open().tick(MINUTE).pass(set, 0).tick(MINUTE);
    const from = START + moved;
    expect([...page.spans.values()]).toMatchObject([{ start: from, end: from + 2 * MINUTE }]);
  });

  it('show which span a sleep ended, and that nothing else did', () => {
    const page = open().tick(MINUTE).happen('hidden').happen('shown').tick(MINUTE);
    expect(page.slept).toEqual([]);
    page.pass(8 * 60 * MINUTE).happen('tick');
    expect(page.slept).toMatchObject([{ id: '1', end: START + 2 * MINUTE }]);
  });

  it.for([-86_400_000, -3_600_000, -5_000, -700, 700, 5_000, 14_000, 20_000, 3_600_000, 86_400_000])(
    'moved by %d ms between two ticks: the length up to the next tick is kept, and nothing is invented',
    (set) => {
      const page = open().tick(MINUTE).pass(2_000);
      page.pass(set, 0).pass(1_000).happen('tick').happen('active').tick(MINUTE).happen('hidden');
      expect(page.lengths.reduce((sum, length) => sum + length, 0)).toBe(2 * MINUTE + 3_000);
      const [first, second] = [...page.spans.values()];
      // The next one is on the new clock, where it begins with the tick that noticed it.
      if (second) expect(second.start).toBe((first?.end ?? Infinity) + set);
    },
  );

  it.for([-86_400_000, -3_600_000, -5_000, -700, 700, 5_000, 3_600_000, 86_400_000])(
    'moved by %d ms while the page is hidden: the next span begins where the clock is, or a second later at most',
    (set) => {
      const page = open().tick(MINUTE).happen('hidden').pass(2_000).pass(set, 0).pass(2_000);
      const shownAt = page.now.wall;
      page.happen('shown').tick(MINUTE).happen('hidden');
      expect(page.lengths).toEqual([MINUTE, MINUTE]);
      const late = ([...page.spans.values()][1]?.start ?? Infinity) - shownAt;
      expect(late).toBeGreaterThanOrEqual(0);
      expect(late).toBeLessThan(1_000);
    },
  );

  it('set while the device sleeps, with the monotonic clock running or not: only the last tick is lost', () => {
    for (const monotonic of [0, 30 * MINUTE])
      for (const set of [-120 * MINUTE, 120 * MINUTE]) {
        const page = open()
          .tick(MINUTE)
          .pass(30 * MINUTE, monotonic)
          .pass(set, 0);
        page.happen('tick').happen('active').tick(MINUTE).happen('hidden');
        const total = page.lengths.reduce((sum, length) => sum + length, 0);
        expect(total).toBe(2 * MINUTE);
      }
  });

  it('set forward by a day while reading: no reading is invented', () => {
    const page = open()
      .tick(2 * MINUTE)
      .pass(24 * 60 * MINUTE, 0)
      .happen('tick');
    expect(page.lengths).toEqual([2 * MINUTE]);
  });
});

it('an hour of reading has one beginning: a tick writes the span down, and is no turn', () => {
  const page = ClockedPage.shown();
  for (let minute = 0; minute < 60; minute++) page.tick(MINUTE).happen('active');
  expect(page.minutes).toEqual([[0, 60]]);
  expect(page.turns).toBe(1);
  page.happen('hidden');
  expect(page.turns).toBe(2);
});

it('where nothing is read, and nothing begins, nothing is a turn', () => {
  const page = new ClockedPage();
  for (const event of ['hidden', 'active', 'tick', 'left'] as const) page.pass(1_000).happen(event);
  page.place = { session: undefined, page: '/a/' };
  for (const event of ['shown', 'active', 'moved'] as const) page.pass(1_000).happen(event);
  expect([page.spans.size, page.turns]).toEqual([0, 0]);
});
