// Answers that are none: the span stays on the device until a receipt names it, and is counted once.
import { describe, expect } from 'vitest';
import { it } from '../helpers/browser-test.ts';
import type { Fault } from '../helpers/fault-proxy.ts';
import { enter, readQueue } from '../helpers/reader.ts';
import { until } from '../helpers/until.ts';

const FAULTS: readonly { fault: Fault; error: RegExp }[] = [
  { fault: 'captive-portal', error: /HTTP 200, not an answer of Stillhere/ },
  { fault: 'answer-lost', error: /Failed to fetch/ },
  { fault: 'error-500', error: /HTTP 500: proxy made it fail/ },
  { fault: 'too-many', error: /HTTP 429/ },
];

describe.concurrent('a span stays queued until a receipt comes', () => {
  it.for(FAULTS)('$fault', async ({ fault, error }, { server, proxy, device }) => {
    proxy.fault = fault;
    const page = await device.newPage();
    const openedAt = Date.now();
    const id = await enter(page, proxy.url);
    const beganAt = Date.now();

    const [row] = await until(async () => {
      const rows = await readQueue(page);
      return Number(rows[0]?.['attempts']) >= 2 && rows;
    });
    expect(row).toMatchObject({ session: id, lastError: expect.stringMatching(error) as unknown });
    expect((await server.session(id)).spans).toHaveLength(fault === 'answer-lost' ? 1 : 0);

    proxy.fault = 'none';
    const healedAt = Date.now();
    // The open span is written again at each tick, so the queue is empty only for a moment: the receipt is what counts.
    const session = await until(async () => {
      const found = await server.session(id);
      return Date.parse(found.sessionEndTime ?? '') >= healedAt && found;
    });
    expect(session.spans).toHaveLength(1);
    expect(session.readingTimeMs).toBeLessThanOrEqual(Date.now() - openedAt + 1_000);
    expect(session.readingTimeMs).toBeGreaterThan(healedAt - beganAt - 1_000);
  });

  it('and a server that asks for time gets it', async ({ proxy, device }) => {
    proxy.fault = 'too-many';
    const page = await device.newPage();
    await enter(page, proxy.url);

    await until(() => proxy.seen.length >= 3, 40_000);
    const gaps = proxy.seen.slice(1).map(({ at }, nth) => at - (proxy.seen[nth]?.at ?? 0));
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(2_000);
  });
});
