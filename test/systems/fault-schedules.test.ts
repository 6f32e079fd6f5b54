// A handful of random fault schedules in real Firefox and WebKit. More of them: `npm run test:faults -- --engine …`.
import { expect, it } from 'vitest';
import { checkInBrowsers } from '../faults/browsers/check-in-browsers.ts';

it.for(['firefox', 'webkit'] as const)(
  '%s: nothing is lost, doubled or made longer by random faults',
  async (engine) => {
    const { failures, heartbeats } = await checkInBrowsers({ engine, schedules: 5, seed: 1, jobs: 2 });
    expect(failures.join('\n\n')).toBe('');
    expect(heartbeats).toBeGreaterThan(5);
  },
);
