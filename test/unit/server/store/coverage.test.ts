// The union of intervals that come piece by piece.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Coverage } from '../../../../server/store/coverage.ts';
import { coveredMs } from '../../../helpers/covered-ms.ts';

const interval = fc.tuple(fc.nat(50), fc.nat(20)).map(([startMs, length]) => ({ startMs, endMs: startMs + length }));

it('is the same in any order and however it is divided', () => {
  fc.assert(
    fc.property(fc.array(fc.array(interval, { maxLength: 5 }), { maxLength: 5 }), (pieces) => {
      const coverage = new Coverage();
      for (const piece of pieces) coverage.add(piece);
      expect(coverage.coveredMs).toBe(coveredMs(pieces.flat()));
    }),
  );
});
