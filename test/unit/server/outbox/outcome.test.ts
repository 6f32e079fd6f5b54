// What comes of telling somebody outside.
import { expect, it } from 'vitest';
import { outcomeOf } from '../../../../server/outbox/outcome.ts';

it('a rejection is a failure, whose reason names no reader', async () => {
  expect(await outcomeOf(Promise.reject(new Error('cannot reach ann@example.com now')))).toEqual({
    type: 'failed',
    reason: 'cannot reach …@… now',
  });
});

it('everything else is what it is', async () => {
  const gone = { type: 'gone', reason: 'HTTP 410' } as const;
  expect(await outcomeOf(Promise.resolve(gone))).toBe(gone);
});
