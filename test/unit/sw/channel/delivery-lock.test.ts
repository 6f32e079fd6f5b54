// One delivery at a time, and none that waits for a lock that nobody has.
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { withDeliveryLock } from '../../../../sw/channel/delivery-lock.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const begun: string[] = [];
const work = (name: string) => async (): Promise<string> => {
  begun.push(name);
  await new Promise((resolve) => setTimeout(resolve, 20_000));
  return name;
};
beforeEach(() => void begun.splice(0));

it('runs deliveries one after the other, however long one takes', async () => {
  const turns = [withDeliveryLock(work('one')), withDeliveryLock(work('two'))];
  await vi.advanceTimersByTimeAsync(19_000);
  expect(begun).toEqual(['one']);
  await vi.advanceTimersByTimeAsync(22_000);
  expect(await Promise.all(turns)).toEqual(['one', 'two']);
  expect(vi.getTimerCount()).toBe(0);
});

it('runs after some seconds if the browser leaves the lock unassigned', async () => {
  const request = (_name: string, { signal }: { signal: AbortSignal }): Promise<never> =>
    new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)));
  vi.stubGlobal('navigator', { locks: { request, query: async () => ({ held: [], pending: [{}] }) } });
  const turn = withDeliveryLock(work('one'));
  await vi.advanceTimersByTimeAsync(4_000);
  expect(begun).toEqual([]);
  await vi.advanceTimersByTimeAsync(22_000);
  expect(await turn).toBe('one');
  expect(begun).toEqual(['one']);
});
