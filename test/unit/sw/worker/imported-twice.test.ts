// The channel in a worker that has it twice: bundled, and by importScripts.
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';

/** By its name: its types are those of a worker, which these tests don't have. */
const DOOR = join(import.meta.dirname, '../../../../sw/worker/index.ts');

it('adds listeners once, however many copies are in a worker', async () => {
  const addEventListener = vi.fn<(type: string) => void>();
  vi.stubGlobal('self', { addEventListener, registration: {} });
  for (let copy = 0; copy < 2; copy++) {
    vi.resetModules();
    const { heartbeat } = (await import(DOOR)) as { heartbeat: () => void };
    heartbeat();
    heartbeat();
  }
  expect(addEventListener.mock.calls.map(([type]) => type)).toEqual(['message']);
  vi.unstubAllGlobals();
});

it('adds none where a copy of another version listens', async () => {
  const addEventListener = vi.fn<(type: string) => void>();
  vi.stubGlobal('self', { addEventListener, registration: {}, [Symbol.for('stillhere')]: true });
  vi.resetModules();
  const { heartbeat } = (await import(DOOR)) as { heartbeat: () => void };
  heartbeat();
  expect(addEventListener).not.toHaveBeenCalled();
  vi.unstubAllGlobals();
});
