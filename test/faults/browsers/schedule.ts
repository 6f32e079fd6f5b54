// What can happen to a real browser, as data: random, printable, and the same for the same seed.
import fc from 'fast-check';
import type { DeviceClock } from './wrong-clock.ts';

/** What becomes of a heartbeat; `refused` closes the whole network, `none` is one that works. */
export const FAULTS = [
  'none',
  'refused',
  'cut-in-request',
  'cut-in-answer',
  'answer-lost',
  'silent',
  'slow',
  'late',
  'doubled',
  'reordered',
  '500',
  '502-html',
  '404',
  '429',
  'captive-portal',
] as const;
export type Fault = (typeof FAULTS)[number];

export interface Weather {
  readonly fault: Fault;
  /** How many heartbeats meet it. */
  readonly times: number;
  /** What `slow`, `late`, `doubled` and `reordered` take, in milliseconds. */
  readonly ms: number;
}

/** Each tab has two pages of its own, so that a span's path says which tab it was read in. */
export type PageName = 'a' | 'b';

export type Happening =
  | ({ readonly do: 'network' } & Weather)
  | { readonly do: 'open tab' | 'open window'; readonly page: PageName }
  /** `go`: in a single-page site; `turn`: to another document; `leave`: to a page that isn't read; `back`: from there. */
  | { readonly do: 'go' | 'turn'; readonly tab: number; readonly page: PageName }
  | { readonly do: 'leave' | 'back' | 'hide' | 'show' | 'close'; readonly tab: number }
  | { readonly do: 'stop worker' | 'kill browser' | 'kill server' | 'start server' | 'replace cookie' | 'nothing' };

export type Step = Happening & {
  /** Until the next step, in milliseconds. */
  readonly thenMs: number;
};

/**
 * How it ends when the network works again: a page is opened that is read, or one that only delivers; or none (`sync`), all
 * tabs are closed, and Background Sync must do alone. Where there is no Background Sync that is as `read`.
 */
export type Ending = 'read' | 'deliver-only' | 'sync';

export interface Schedule {
  readonly tickMs: number;
  readonly clock?: DeviceClock | undefined;
  readonly ending: Ending;
  readonly steps: readonly Step[];
}

/** One that ticks often, so that much is under way at once; and one where a lost last word shows in the record. */
export const TICKS_MS = [250, 1_500] as const;
export const INTERVAL_MS = 2_000;
/** No schedule opens more. */
export const MOST_TABS = 16;

const MINUTE_MS = 60_000;
const tab = fc.nat(3);
const page = fc.constantFrom<PageName[]>('a', 'b');
const one = <Name extends Happening['do']>(name: Name) => fc.record({ do: fc.constant(name) });
const inTab = <Name extends Happening['do']>(name: Name) => fc.record({ do: fc.constant(name), tab });
const offMs = fc
  .tuple(fc.integer({ min: 1, max: 360 }), fc.boolean())
  .map(([minutes, isBack]) => (isBack ? -minutes : minutes) * MINUTE_MS);

const happening: fc.Arbitrary<Happening> = fc.oneof(
  {
    weight: 9,
    arbitrary: fc.record({
      do: fc.constant('network'),
      // A 429 costs seconds of waiting at the end; one in thirty is enough.
      fault: fc.oneof(
        { weight: 1, arbitrary: fc.constantFrom(...FAULTS) },
        { weight: 1, arbitrary: fc.constantFrom(...FAULTS.filter((fault) => fault !== '429')) },
      ),
      times: fc.constantFrom(1, 2, 3, 1_000),
      ms: fc.integer({ min: 100, max: 2_500 }),
    }),
  },
  { weight: 1, arbitrary: one('nothing') },
  { weight: 5, arbitrary: fc.record({ do: fc.constant('open tab'), page }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('open window'), page }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('go'), tab, page }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('turn'), tab, page }) },
  { weight: 2, arbitrary: inTab('leave') },
  { weight: 2, arbitrary: inTab('back') },
  { weight: 3, arbitrary: inTab('hide') },
  { weight: 3, arbitrary: inTab('show') },
  { weight: 4, arbitrary: inTab('close') },
  { weight: 4, arbitrary: one('stop worker') },
  { weight: 1, arbitrary: one('kill browser') },
  { weight: 1, arbitrary: one('kill server') },
  { weight: 2, arbitrary: one('start server') },
  { weight: 2, arbitrary: one('replace cookie') },
);

const step: fc.Arbitrary<Step> = fc
  .tuple(happening, fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 1_000 })))
  .map(([what, thenMs]) => ({ ...what, thenMs }));

const clock: fc.Arbitrary<DeviceClock> = fc.oneof(
  { weight: 2, arbitrary: fc.record({ offMs }) },
  {
    weight: 1,
    arbitrary: fc.record({ offMs: fc.constant(0), setAfterMs: fc.integer({ min: 500, max: 5_000 }), thenOffMs: offMs }),
  },
);

const schedule: fc.Arbitrary<Schedule> = fc.record({
  tickMs: fc.constantFrom(...TICKS_MS),
  clock: fc.option(clock, { nil: undefined, freq: 3 }),
  ending: fc.constantFrom<Ending[]>('read', 'deliver-only', 'sync'),
  steps: fc.array(step, { minLength: 6, maxLength: 16, size: 'max' }),
});

/** The schedule that belongs to the seed. */
export function scheduleOf(seed: number): Schedule {
  const [found] = fc.sample(schedule, { seed, numRuns: 1 });
  if (!found) throw new Error('No schedule was made');
  return found;
}
