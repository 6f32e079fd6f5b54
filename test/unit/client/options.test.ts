// The options of the page library.
import { afterEach, describe, expect, it, vi } from 'vitest';
import { normalizeOptions } from '../../../client/options.ts';

const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
afterEach(() => warn.mockClear());

describe('options', () => {
  it('have the documented defaults', () => {
    const defaults = {
      interval: 180_000,
      tick: 5_000,
      idleAfter: 300_000,
      adaptive: true,
      worker: '/sw.js',
      debug: undefined,
      pageFrom: expect.any(Function) as unknown,
    };
    expect(normalizeOptions()).toEqual(defaults);
    expect(normalizeOptions({ interval: undefined, debug: undefined })).toEqual(defaults);
    expect(warn).not.toHaveBeenCalled();
  });

  it('keep a tick no longer than the interval', () => {
    expect(normalizeOptions({ interval: 1_000 }).tick).toBe(1_000);
  });

  it.for([Number.NaN, -1, 0, 999, 'soon' as unknown as number])(
    'replace an interval of %s with a warning',
    (interval) => {
      expect(normalizeOptions({ interval }).interval).toBe(180_000);
      expect(warn).toHaveBeenCalledWith('stillhere: interval must be 1000 ms or more; using 180000');
    },
  );

  it('may be text, as attributes are', () => {
    const text = { interval: '60000', idleAfter: '0' } as unknown as { interval: number; idleAfter: number };
    expect(normalizeOptions(text)).toMatchObject({ interval: 60_000, tick: 5_000, idleAfter: 0 });
  });

  it('name what they replace', () => {
    expect(normalizeOptions({ tick: 99, idleAfter: -1 })).toMatchObject({ tick: 5_000, idleAfter: 300_000 });
    expect(warn.mock.calls).toEqual([
      ['stillhere: tick must be 100 ms or more; using 5000'],
      ['stillhere: idleAfter must be 0 ms or more; using 300000'],
    ]);
  });

  it('take 0 for never idle', () => {
    expect(normalizeOptions({ idleAfter: 0 }).idleAfter).toBe(0);
  });
});
