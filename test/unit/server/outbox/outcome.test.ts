// What comes of telling somebody outside.
import { expect, it } from 'vitest';
import { outcomeOf, tellListener, type Outcome } from '../../../../server/outbox/outcome.ts';

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

it('a listener hears the type, and of a failure whether it comes from what was told', async () => {
  const outcomes: readonly Outcome[] = [
    { type: 'told' },
    { type: 'failed', reason: 'HTTP 503' },
    { type: 'failed', reason: 'HTTP 422', isRefused: true },
    { type: 'gone', reason: 'HTTP 410' },
  ];
  const heard: string[] = [];
  for (const outcome of outcomes)
    expect(await tellListener(Promise.resolve(outcome), (result) => heard.push(result))).toBe(outcome);
  expect(heard).toEqual(['told', 'failed', 'refused', 'gone']);
});
