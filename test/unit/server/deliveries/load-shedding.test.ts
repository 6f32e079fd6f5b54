// Which deliveries are refused while too much waits, and when a device is asked to come back.
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { createLoadShedder, type LoadShedder } from '../../../../server/deliveries/load-shedding.ts';
import type { HttpError } from '../../../../server/http/http-error.ts';

const MAX_BYTES = 1_000;
const MAX_WAIT_MS = 2_000;

let nowMs: number;
let refusals: number;
let load: LoadShedder;
beforeEach(() => {
  [nowMs, refusals] = [5_000, 0];
  const limits = { maxBytes: MAX_BYTES, maxWaitMs: MAX_WAIT_MS };
  load = createLoadShedder(
    limits,
    () => nowMs,
    () => refusals++,
  );
});

/** A delivery that waits for the store until it is told to end. */
function hold(bytes: number, outcome?: Error): { end: () => Promise<unknown> } {
  const stored = Promise.withResolvers<string>();
  const done = load.whileWaiting(bytes, () => stored.promise).catch((error: unknown) => error);
  return {
    end: () => {
      if (outcome) stored.reject(outcome);
      else stored.resolve('stored');
      return done;
    },
  };
}

/** Undefined: not refused. */
function refusal(): HttpError | undefined {
  try {
    load.refuseIfBusy();
    return undefined;
  } catch (error) {
    return error as HttpError;
  }
}

async function storeEach(everyMs: number, count: number): Promise<void> {
  for (let nth = 0; nth < count; nth++) {
    nowMs += everyMs;
    await hold(1).end();
  }
}

describe('a delivery', () => {
  it('is refused while more bytes wait than are allowed, until enough of them are stored', async () => {
    const first = hold(600);
    expect(refusal()).toBeUndefined();
    const second = hold(401);
    const message = 'Too many deliveries at once; send it again later';
    expect(refusal()).toMatchObject({ status: 503, message, isLogged: true });
    expect(await first.end()).toBe('stored');
    expect(refusal()).toBeUndefined();
    await second.end();
    expect(refusals).toBe(1);
  });

  it('is refused while the first of those that wait has waited too long, whatever came after it', async () => {
    const first = hold(1);
    nowMs += MAX_WAIT_MS;
    const second = hold(1);
    expect(refusal()).toBeUndefined();
    nowMs += 1;
    expect(refusal()?.status).toBe(503);
    await first.end();
    expect(refusal()).toBeUndefined();
    nowMs += MAX_WAIT_MS;
    expect(refusal()?.status).toBe(503);
    await second.end();
    expect(refusal()).toBeUndefined();
  });

  it('that the store fails for waits no longer, and its failure is told', async () => {
    const held = hold(2_000, new Error('disk full'));
    expect(refusal()?.status).toBe(503);
    expect(await held.end()).toMatchObject({ message: 'disk full' });
    expect(refusal()).toBeUndefined();
  });

  it('that is refused is no delivery that waits', () => {
    void hold(MAX_BYTES);
    for (let nth = 0; nth < 100; nth++) expect(refusal()).toBeUndefined();
  });
});

describe('devices that are refused are asked to come back', () => {
  const turns = (count: number): number[] => Array.from({ length: count }, () => refusal()?.retryAfterSeconds ?? 0);

  it('one after the other, 1,000 a second at first', () => {
    void hold(MAX_BYTES + 1);
    const asked = turns(3_000);
    expect(asked[0]).toBe(1);
    for (const second of [2, 3]) expect(asked.filter((one) => one === second)).toHaveLength(1_000);
    expect(asked.at(-1)).toBe(4);
  });

  it('faster, if more were stored in a second', async () => {
    void hold(MAX_BYTES + 1);
    turns(1);
    await storeEach(0.5, 2_000);
    const asked = turns(5_000);
    for (const second of [2, 3]) expect(asked.filter((one) => one === second)).toHaveLength(2_000);
  });

  it('as fast as deliveries were stored in the best of the last five seconds of this crowd', async () => {
    void hold(MAX_BYTES + 1);
    turns(1);
    await storeEach(1, 1_000);
    await storeEach(2, 500);
    for (let nth = 0; nth < 4; nth++) await storeEach(4, 250);
    const asked = turns(2_000);
    for (const second of [2, 3, 4]) expect(asked.filter((one) => one === second)).toHaveLength(500);
    nowMs += 120_000;
    expect(turns(3_000).filter((one) => one === 2)).toHaveLength(1_000);
  });

  it('200 a second, if less than that was stored for five seconds', async () => {
    void hold(MAX_BYTES + 1);
    turns(1);
    await storeEach(1_000, 5);
    const asked = turns(1_000);
    for (const second of [2, 3, 4, 5]) expect(asked.filter((one) => one === second)).toHaveLength(200);
  });

  it('within a minute, spread over it, where there are more than turns', () => {
    void hold(MAX_BYTES + 1);
    const asked = turns(120_000).slice(60_000);
    expect(Math.min(...asked)).toBe(2);
    expect(Math.max(...asked)).toBe(60);
    for (let second = 3; second < 60; second++) {
      const share = asked.filter((one) => one === second).length / asked.length;
      expect(share).toBeGreaterThan(0.5 / 60);
      expect(share).toBeLessThan(2 / 60);
    }
  });

  it('in turn as long as the turn is within the minute, to the millisecond', () => {
    using _ = vi.spyOn(Math, 'random').mockReturnValue(0);
    void hold(MAX_BYTES + 1);
    expect(turns(59_000 + 2).slice(-2)).toEqual([60, 1]);
  });

  it('soon again when the crowd is over', () => {
    void hold(MAX_BYTES + 1);
    turns(10_000);
    nowMs += 120_000;
    expect(turns(1)).toEqual([1]);
  });

  it('at the same times whatever the clock of the day says', () => {
    const time = vi.spyOn(Date, 'now').mockReturnValue(0);
    void hold(MAX_BYTES + 1);
    expect(turns(1)).toEqual([1]);
    time.mockRestore();
  });
});
