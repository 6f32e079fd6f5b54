// Durations where there is little room.
import { expect, it } from 'vitest';
import { formatAbout } from '../../../../client/ui/format.ts';

it.for([
  [45_000, '45 s'],
  [80_000, '1 min'],
  [234_000, '4 min'],
  [3_570_000, '1 h 0 min'],
  [9_480_000, '2 h 38 min'],
] as const)('%d ms are about %s', ([ms, text]) => expect(formatAbout(ms)).toBe(text));
