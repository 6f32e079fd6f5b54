// One server at a time holds a lease.
import { beforeEach, expect, it } from 'vitest';
import { Lease } from '../../../../server/store/lease.ts';
import type { Leases } from '../../../../server/store/leases.ts';

const SECOND = 1_000;
const REQUEST_MS = 5 * SECOND;

/** What each of them was asked to take, in the order of the questions: its name, and for how long. */
class MemoryLeases implements Leases {
  readonly asked: string[] = [];
  readonly #held = new Map<string, { readonly holder: string; readonly untilMs: number }>();

  async take(name: string, holder: string, at: number, untilMs: number): Promise<boolean> {
    this.asked.push(`${name} ${untilMs - at}`);
    const held = this.#held.get(name);
    if (held && held.holder !== holder && held.untilMs > at) return false;
    this.#held.set(name, { holder, untilMs });
    return true;
  }
}

let now: number;
let leases: MemoryLeases;
beforeEach(() => {
  now = 1_000 * SECOND;
  leases = new MemoryLeases();
});

const open = (name = 'hook'): Lease =>
  new Lease({ name, leases, leaseMs: 30 * SECOND, stepMs: REQUEST_MS, now: () => now });

it('it is taken for half a minute, and renewed only when a request could outlast it', async () => {
  const lease = open();
  expect(await lease.hold()).toBe(true);
  now += 30 * SECOND - REQUEST_MS - 1;
  expect(await lease.hold()).toBe(true);
  expect(leases.asked).toEqual(['hook 30000']);
  now += 1;
  expect(await lease.hold()).toBe(true);
  expect(leases.asked).toEqual(['hook 30000', 'hook 30000']);
});

it('it is taken again after the clock was set back, because another server may have taken it', async () => {
  const [one, other] = [open(), open()];
  await one.hold();
  now -= 3_600 * SECOND;
  await leases.take('hook', 'nobody', now + 3_700 * SECOND, now);
  expect(await other.hold()).toBe(true);
  expect(await one.hold()).toBe(false);
});

it('another server waits till the holder is gone, and then holds it', async () => {
  const [one, other] = [open(), open()];
  expect(await one.hold()).toBe(true);
  now += 30 * SECOND - 1;
  expect(await other.hold()).toBe(false);
  // What it was refused, it does not believe to hold.
  expect(await other.hold()).toBe(false);
  now += 1;
  expect(await other.hold()).toBe(true);
  expect(await one.hold()).toBe(false);
});

it('other consumers have leases of their own', async () => {
  const [hook, mail] = [open(), open('mail')];
  expect([await hook.hold(), await mail.hold()]).toEqual([true, true]);
});

it('it is free as soon as it is released, and no longer held by who released it', async () => {
  const [one, other] = [open(), open()];
  await one.hold();
  await one.release();
  expect(await other.hold()).toBe(true);
  expect(await one.hold()).toBe(false);
});

it('who does not hold it releases nothing', async () => {
  const [one, other] = [open(), open()];
  await one.release();
  expect(leases.asked).toEqual([]);
  await one.hold();
  now += 30 * SECOND;
  await other.hold();
  leases.asked.length = 0;
  await one.release();
  expect(leases.asked).toEqual([]);
  expect(await one.hold()).toBe(false);
});
