// The page's heap over a simulated day of reading: its clocks and intervals run faster, everything else is real.
import { setTimeout as delay } from 'node:timers/promises';
import { until } from '../../helpers/until.ts';
import { ReadingTab } from './reading-tab.ts';

const FASTER = 480;
const READING_HOURS = 8;
const MOVE_EVERY_MS = 200;
/** The page waits so long for its worker's answer, by a timer that is not faster; until then it holds the beat. */
const LAST_BEAT_MS = 31_000;

/** Bytes of live objects, at the start and after 8 hours. */
export async function measureHeap(
  url: string,
  tick: number,
): Promise<{ readonly start: number; readonly end: number }> {
  const tab = await ReadingTab.open(url, tick, (page) =>
    page.evaluateOnNewDocument((faster: number) => {
      const monotonic = performance.now.bind(performance);
      const [beganAt, wallBeganAt, every] = [monotonic(), Date.now(), setInterval.bind(globalThis)];
      const gone = (): number => (monotonic() - beganAt) * faster;
      performance.now = () => beganAt + gone();
      Date.now = () => wallBeganAt + gone();
      Object.assign(globalThis, {
        setInterval: (handler: () => void, ms: number, ...given: unknown[]) => every(handler, ms / faster, ...given),
      });
    }, FASTER),
  );
  try {
    // Its first delivery has come back: what it needs for reading is loaded and has run once.
    await until(() => tab.page.evaluate(`document.querySelector('session-heartbeat').heartbeat.status().lastDelivery`));
    const start = await liveBytes(tab);
    for (let hour = 1; hour <= READING_HOURS; hour++) {
      const endsAt = performance.now() + 3_600_000 / FASTER;
      for (let x = 0; performance.now() < endsAt; await delay(MOVE_EVERY_MS))
        await tab.page.mouse.move((x++ % 2) * 50, 50);
      // In an hour a browser collects by itself; in its seconds here it doesn't.
      await liveBytes(tab);
    }
    await delay(LAST_BEAT_MS);
    return { start, end: await liveBytes(tab) };
  } finally {
    await tab.close();
  }
}

async function liveBytes({ devtools }: ReadingTab): Promise<number> {
  // What one collection finds dead may hold what only the next one can free.
  for (let times = 0; times < 3; times++) await devtools.send('HeapProfiler.collectGarbage');
  return (await devtools.send('Runtime.getHeapUsage')).usedSize;
}
