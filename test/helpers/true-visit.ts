// The visit that every site must record correctly: through the gate, reading, into a tunnel, closed there, and back.
import type { Page } from 'puppeteer-core';
import { expect } from 'vitest';
import { passGate } from './reader.ts';
import type { SpanView } from '../../sw/protocol/owner-api.ts';
import type { StillhereServer } from './stillhere-server.ts';
import { elapsed, until } from './until.ts';

const TUNNEL_MS = 4_000;
const TOLERANCE_MS = 1_000;
const TOUCHING_MS = 500;

/**
 * @param url the site's address, if a proxy is in front of the server.
 * @returns the session's id.
 */
export async function expectTrueVisit(
  server: StillhereServer,
  device: { newPage(): Promise<Page> },
  path: string,
  url = server.url,
): Promise<string> {
  const page = await device.newPage();
  const id = await passGate(page, url, 'ann@example.com', path);
  await until(async () => (await server.session(id)).sessionEndTime);
  await server.stop();
  await elapsed(TUNNEL_MS);
  const closedAt = Date.now();
  await page.close();
  const isClosedAt = Date.now();
  await server.start();

  const again = await device.newPage();
  await again.goto(url + path);

  const spans = await until(async () => {
    const stays = joinTouching((await server.session(id)).spans);
    const end = Date.parse(stays[0]?.end ?? '');
    return end >= closedAt - TOLERANCE_MS && end <= isClosedAt + TOLERANCE_MS && stays.length > 1 && stays;
  });
  // One span for each time the page was open, without duplicates.
  expect(spans).toHaveLength(2);
  const [first] = spans;
  expect(Date.parse(first?.end ?? '') - Date.parse(first?.start ?? '')).toBeGreaterThanOrEqual(TUNNEL_MS);
  return id;
}

/** If the page's own heartbeat replaces the server's early one, one span ends and the next begins. */
function joinTouching(spans: readonly SpanView[]): readonly Pick<SpanView, 'start' | 'end'>[] {
  const joined: { start: string; end: string }[] = [];
  for (const { start, end } of spans) {
    const last = joined.at(-1);
    if (last && Date.parse(start) - Date.parse(last.end) < TOUCHING_MS) last.end = end;
    else joined.push({ start, end });
  }
  return joined;
}
