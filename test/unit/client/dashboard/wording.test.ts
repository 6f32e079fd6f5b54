// What the owner's pages say of times, ends and pages.
import { describe, expect, it } from 'vitest';
import { dayOf, endOf, exactTimeOf, lengthOf, shortDayOf } from '../../../../client/dashboard/wording.ts';
import type { SessionView } from '../../../../sw/protocol/owner-api.ts';

const END = '2026-11-24T08:11:17.000Z';
const session: SessionView = {
  id: 'id',
  ref: 'ref',
  emailOfAccessor: 'ann@example.com',
  sessionStartTime: '2026-11-24T08:00:00.000Z',
  sessionEndTime: END,
  durationMs: 677_000,
  readingTimeMs: 660_000,
  offlineMs: 0,
  endKnownBy: 'goodbye',
  state: 'ended',
  currentPage: '/a/',
  mirrored: false,
  excluded: false,
  identity: 'typed',
  measured: true,
  accessEndedTime: null,
};

describe('an end', () => {
  it.for<[Partial<SessionView>, string]>([
    [{}, `until ${exactTimeOf(END)}, when the page said goodbye`],
    [{ endKnownBy: 'tick' }, `until ${exactTimeOf(END)}, give or take 5 s: the page was cut off`],
    [{ endKnownBy: 'bounded' }, `until about ${exactTimeOf(END)}: the device’s clock was wrong`],
    [{ endKnownBy: 'beat' }, `last seen ${exactTimeOf(END)}`],
    [{ state: 'reading' }, 'on'],
    [{ sessionEndTime: null, endKnownBy: null, state: 'opened' }, 'on, and nothing was read'],
  ])('of %o is told with how it is known', ([its, text]) => {
    expect(endOf({ ...session, ...its })).toBe(text);
  });
});

it.for([
  [0, '0 s'],
  [400, 'under a second'],
  [664_000, '11 min 4 s'],
  [3_900_000, '1 h 5 min'],
  [null, 'unknown'],
] as const)('%s ms are %s', ([ms, text]) => expect(lengthOf(ms)).toBe(text));

it('a day is called as people do', () => {
  const now = Date.parse('2026-11-24T12:00:00');
  expect(dayOf(now, now)).toBe('Today');
  expect(dayOf(now - 86_400_000, now)).toBe('Yesterday');
  expect(dayOf(now - 2 * 86_400_000, now)).toBe('Sunday, 22 November 2026');
  expect(shortDayOf(now - 86_400_000, now)).toBe('Yesterday');
  expect(shortDayOf(now - 2 * 86_400_000, now)).toMatch(/^Sun,? 22 Nov 2026$/);
});
