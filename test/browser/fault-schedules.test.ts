// A handful of random fault schedules in a real Chromium. More of them, and other engines: `npm run test:faults`.
import { expect, it } from 'vitest';
import { checkInBrowsers } from '../faults/browsers/check-in-browsers.ts';

it('nothing is lost, doubled or made longer by random faults', async () => {
  const { failures, heartbeats } = await checkInBrowsers({ engine: 'chromium', schedules: 6, seed: 1, jobs: 2 });
  expect(failures.join('\n\n')).toBe('');
  expect(heartbeats).toBeGreaterThan(6);
});
