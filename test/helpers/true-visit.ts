// The visit that every site has to record truly: through the gate, reading, into a tunnel, closed there, and back.
import type { Page } from 'puppeteer-core';
import { expect } from 'vitest';
import { passGate } from './reader.ts';
import type { StillhereServer } from './stillhere-server.ts';
import { elapsed, until } from './until.ts';

const TUNNEL_MS = 4_000;
const TOLERANCE_MS = 1_000;

/** @returns the session's id. */
export async function expectTrueVisit(
  server: StillhereServer,
  device: { newPage(): Promise<Page> },
  path: string,
): Promise<string> {
  const page = await device.newPage();
  const id = await passGate(page, server.url, 'ann@example.com', path);
  await until(async () => (await server.session(id)).sessionEndTime);
  await server.stop();
  await elapsed(TUNNEL_MS);
  const closedAt = Date.now();
  await page.close();
  await server.start();

  const again = await device.newPage();
  await again.goto(server.url + path);

  const { spans } = await until(async () => {
    const found = await server.session(id);
    return (
      Math.abs(Date.parse(found.spans[0]?.end ?? '') - closedAt) <= TOLERANCE_MS && found.spans.length > 1 && found
    );
  });
  // One for each time that the page was open, and none twice.
  expect(spans).toHaveLength(2);
  const [first] = spans;
  expect(Date.parse(first?.end ?? '') - Date.parse(first?.start ?? '')).toBeGreaterThanOrEqual(TUNNEL_MS);
  return id;
}
