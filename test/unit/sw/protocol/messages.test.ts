// Which messages are ours. The site's other scripts send what they like.
import { expect, it } from 'vitest';
import { isBeat, isRetryNotice, isSkipWaiting } from '../../../../sw/protocol/messages.ts';

it('a message is known by its type, as old pages and new workers write it', () => {
  const messages = ['stillhere-beat', 'stillhere-rest', 'stillhere-take-over'].map((type) => ({ type }));
  expect(messages.map(isBeat)).toEqual([true, false, false]);
  expect(messages.map(isRetryNotice)).toEqual([false, true, false]);
  expect(messages.map(isSkipWaiting)).toEqual([false, false, true]);
});

it.for([undefined, null, '', 'stillhere-beat', 7, {}, { type: '' }, { type: undefined }, []])(
  'a message of the site is none: %j',
  (message) => {
    expect([isBeat(message), isRetryNotice(message), isSkipWaiting(message)]).toEqual([false, false, false]);
  },
);
