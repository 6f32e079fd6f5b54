// The bucket of a session: stored, so it must stay the same, and as even as possible.
import { expect, it } from 'vitest';
import { bucketOf } from '../../../../server/store/bucket.ts';
import { makeSessionId } from '../../../../server/store/session-id.ts';

const NOW = Date.parse('2026-11-24T08:00:00Z');

it.for([
  ['', 3],
  ['ann', 9],
  ['0cqkd9m0007d3bqv1m0n5n6u8lq2c0e4p1aj', 22],
  ['Ünicode', 0],
] as const)('of %o is %i, as it was when it was stored', ([id, bucket]) => {
  expect(bucketOf(id)).toBe(bucket);
});

it('puts sessions that begin in the same millisecond into all buckets alike', () => {
  const counts = new Map<number, number>();
  for (let nth = 0; nth < 32_000; nth++) {
    const bucket = bucketOf(makeSessionId(NOW));
    counts.set(bucket, (counts.get(bucket) ?? 0) + 1);
  }
  expect([...counts.keys()].toSorted((one, other) => one - other)).toEqual(Array.from({ length: 32 }, (_, nth) => nth));
  // Six standard deviations.
  for (const count of counts.values()) expect(Math.abs(count - 1_000)).toBeLessThan(190);
});
