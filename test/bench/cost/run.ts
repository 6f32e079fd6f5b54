// npm run bench:cost [-- --minutes 3]
// What our page code costs while somebody reads, in a real Chromium before the real server, for several ticks beside a
// page without us. Exits 1 where the tick that is the default misses a limit.
import { parseArgs } from 'node:util';
import { setTimeout as delay } from 'node:timers/promises';
import type { Page } from 'puppeteer-core';
import { normalizeOptions } from '../../../client/options.ts';
import { StillhereServer } from '../../helpers/stillhere-server.ts';
import { measureHeap } from './heap.ts';
import { cellsOf, COLUMNS, kilobytes, MAX_HEAP_BYTES, missedBy, type Cost, type Temper } from './limits.ts';
import { difference, readMeter } from './meter.ts';
import { pathOf, PROTECT, ReadingTab, TICKS, writeSite, type Tick } from './reading-tab.ts';
import { CATEGORIES, readTrace, type TracedTime } from './trace.ts';

/** How often each moves the pointer. */
const MOVE_EVERY_MS: Readonly<Record<Temper, number>> = { calm: 10_000, restless: 100 };
/** The first page, its worker and its first beat are measured by themselves. */
const START_MS = 5_000;
/** What readers get who set nothing: the limits are for this one. */
const DEFAULT_TICK = normalizeOptions().tick;

const { values } = parseArgs({ options: { minutes: { type: 'string', default: '3' } } });
const minutes = Number(values.minutes);
const server = await StillhereServer.start({ SITE_DIR: await writeSite(), PROTECT });
let version = '';
const costs: Cost[] = [];
for (const temper of ['calm', 'restless'] as const) {
  console.info(`${temper} reader, ticks ${TICKS.join(', ')} at once: twice ${minutes} minutes …`);
  costs.push(...(await Promise.all(TICKS.map((tick) => measure(tick, temper)))));
}
console.info('8 hours of reading, simulated …');
const heap = await measureHeap(server.url, DEFAULT_TICK);
await server.stop();

console.info(`\n${version}, ${new Date().toISOString().slice(0, 10)}\n`);
for (const cells of [COLUMNS, COLUMNS.map(() => '---'), ...costs.map(cellsOf)])
  console.info(`| ${cells.join(' | ')} |`);
const heapBytes = heap.end - heap.start;
console.info(`\nHeap: ${kilobytes(heap.start)} at the start, ${kilobytes(heapBytes)} more after 8 hours.`);
for (const line of costs.flatMap(missedBy)) console.info(`missed: ${line}`);
const isWithin = (tick: number): boolean =>
  costs.filter((cost) => cost.tick === tick).every((cost) => missedBy(cost).length === 0);
console.info(`Ticks within the limits: ${TICKS.filter((tick) => tick > 0 && isWithin(tick)).join(', ') || 'none'}.`);
if (heapBytes > MAX_HEAP_BYTES) console.info(`missed: the heap may grow by ${kilobytes(MAX_HEAP_BYTES)}`);
process.exitCode = isWithin(DEFAULT_TICK) && heapBytes <= MAX_HEAP_BYTES ? 0 : 1;

async function measure(tick: Tick, temper: Temper): Promise<Cost> {
  const tab = await ReadingTab.open(server.url, 0);
  version = tab.version;
  const path = pathOf(tick);
  const read = async (): Promise<void> => {
    const endsAt = performance.now() + minutes * 60_000;
    for (let x = 0; performance.now() < endsAt; await delay(MOVE_EVERY_MS[temper]))
      await tab.page.mouse.move((x++ % 2) * 50, 50);
  };
  try {
    const start = await trace(tab.page, path, async () => {
      await tab.page.goto(server.url + path);
      await delay(START_MS);
    });
    const traced = await trace(tab.page, path, read);
    const before = await readMeter(tab);
    await read();
    return { tick, temper, minutes, start, traced, reading: difference(before, await readMeter(tab)) };
  } finally {
    await tab.close();
  }
}

async function trace(page: Page, path: string, work: () => Promise<void>): Promise<TracedTime> {
  await page.tracing.start({ categories: CATEGORIES });
  await work();
  return readTrace(Buffer.from((await page.tracing.stop()) ?? []).toString(), path);
}
