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
  vi.stubGlobal('navigator', {
    locks: { request, query: async () => ({ held: [{ name: 'of the page' }], pending: [{}] }) },
  });
  const turn = withDeliveryLock(work('one'));
  await vi.advanceTimersByTimeAsync(4_000);
  expect(begun).toEqual([]);
  await vi.advanceTimersByTimeAsync(22_000);
  expect(await turn).toBe('one');
  expect(begun).toEqual(['one']);
});

it('waits for a lock that somebody has, also where the browser does not say who', async () => {
  const wasGivenUp: boolean[] = [];
  const locks = {
    request: async (_name: string, { signal }: { signal: AbortSignal }, run: () => Promise<string>) => {
      await new Promise((resolve) => setTimeout(resolve, 12_000));
      wasGivenUp.push(signal.aborted);
      return run();
    },
    query: vi.fn<() => Promise<unknown>>(),
  };
  vi.stubGlobal('navigator', { locks });
  const held = { held: [{ name: 'of the site' }, { name: 'stillhere-delivery' }] };
  for (const query of [async () => held, () => Promise.reject(new Error('no'))]) {
    locks.query.mockImplementation(query);
    const turn = withDeliveryLock(work('one'));
    await vi.advanceTimersByTimeAsync(32_000);
    expect(await turn).toBe('one');
  }
  expect(begun).toEqual(['one', 'one']);
  expect(wasGivenUp).toEqual([false, false]);
});

it('is one of the site alone, where several sites lie under paths of a host', async () => {
  const request = vi.fn((_name: string, _options: unknown, run: () => Promise<string>) => run());
  vi.stubGlobal('navigator', { locks: { request, query: async () => ({}) } });
  const deliver = async (base: string | undefined): Promise<void> => {
    vi.stubGlobal('stillhereBase', base);
    const turn = withDeliveryLock(work('one'));
    await vi.advanceTimersByTimeAsync(20_000);
    await turn;
  };
  await deliver(undefined);
  await deliver('/work');
  expect(request.mock.calls.map(([name]) => name)).toEqual(['stillhere-delivery', 'stillhere-delivery/work']);
});

it('runs at once without locks', async () => {
  vi.stubGlobal('navigator', {});
  void withDeliveryLock(work('one'));
  expect(begun).toEqual(['one']);
});
