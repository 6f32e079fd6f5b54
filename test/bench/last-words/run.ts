// npm run bench:last-words [-- --engine chromium,firefox,webkit] [--exit closed,killed] [--times 10] [--at-once 4]
// How true the end is that is recorded, by engine and exit, with the server up and down; each time in a browser of its own.
// Exits 1 where an end lies beyond the truth, or less than the last tick is left of a reading after the reader came home.
import { parseArgs } from 'node:util';
import { setTimeout as delay } from 'node:timers/promises';
import { StillhereServer } from '../../helpers/stillhere-server.ts';
import { until } from '../../helpers/until.ts';
import { Network } from '../accuracy/network.ts';
import type { Engine } from './desk.ts';
import { AWAY, enterPath, HOME, READ, writeSite } from './site.ts';
import { printTable, type Cell } from './table.ts';
import { judge, offBy, type Moment } from './verdict.ts';
import { beginVisit, EXITS, type Exit } from './visit.ts';

/** Between the first tick and the second: away from both, so that the last word and the last tick can't be taken for each other. */
const READING_MS = [6_500, 8_500] as const;
const PATIENCE_MS = 90_000;
/** A record that hasn't changed for so long is taken as it is, unless it is not even that of the last tick. */
const SETTLED_MS = 5_000;
/** So long a page, its worker and a request may take on a machine with other work. */
const DELIVERY_MS = 30_000;
/** What isn't there by then was not told at the exit itself. */
const AT_ONCE_MS = 5_000;
const DOWN_MS = 1_000;
const POLL_MS = 250;

const list = (value: string): readonly string[] => value.split(',').filter(Boolean);
const { values } = parseArgs({
  options: {
    engine: { type: 'string', default: 'chromium,firefox,webkit' },
    exit: { type: 'string', default: Object.keys(EXITS).join() },
    times: { type: 'string', default: '10' },
    'at-once': { type: 'string', default: '4' },
  },
});
const times = Number(values.times);
const server = await StillhereServer.start({ SITE_DIR: await writeSite(), PROTECT: READ, LOG_LEVEL: 'warn' });
const cells = list(values.engine).flatMap((engine) =>
  list(values.exit).flatMap((exit) =>
    [true, false].map((isUp): Cell => ({
      engine: engine as Engine,
      exit: exit as Exit,
      isUp,
      atOnce: [],
      later: [],
      failures: 0,
    })),
  ),
);
const waiting = cells.flatMap((cell) => Array.from({ length: times }, (_, nth) => ({ cell, nth })));
const total = waiting.length;
const beganAt = performance.now();
await Promise.all(
  Array.from({ length: Number(values['at-once']) }, async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) await measure(next.cell, next.nth);
  }),
);
await server.stop();
process.exitCode = printTable(cells, times) ? 0 : 1;

/** One visit; one that breaks off is counted and doesn't keep the others from being made. */
async function measure(cell: Cell, nth: number): Promise<void> {
  const { engine, exit, isUp } = cell;
  const name = `${engine}-${exit}-${isUp ? 'up' : 'down'}-${nth}`;
  let told = '';
  try {
    const network = await Network.open(server.url);
    const next = exit === 'same-site' ? network.url + HOME : server.url.replace('localhost', '127.0.0.1') + AWAY;
    const email = `${name}@example.com`;
    const visit = await beginVisit(engine, exit, network.url + enterPath(email), next);
    try {
      const began = await until(() => firstStart(email), PATIENCE_MS);
      const readMs = READING_MS[0] + ((READING_MS[1] - READING_MS[0]) * (nth + 0.5)) / times;
      await delay(Math.max(0, began + readMs - Date.now()));
      if (!isUp) await network.close();
      const left = await visit.leave();
      if (isUp) cell.atOnce.push(judge(await settledOff(email, left, AT_ONCE_MS)));
      else await delay(DOWN_MS).then(() => network.reopen());
      const goneAt = Date.now();
      await visit.comeHome(network.url + HOME);
      await until(() => (network.givenOutAt(HOME) ?? 0) > goneAt, PATIENCE_MS);
      const offMs = await settledOff(email, left, DELIVERY_MS);
      cell.later.push({ verdict: judge(offMs), offMs });
      told = `${isUp ? `${cell.atOnce.at(-1)}, ` : ''}${judge(offMs)} (${(offMs / 1_000).toFixed(2)} s)`;
    } finally {
      await visit.end();
      await network.close();
    }
  } catch (error) {
    cell.failures++;
    told = `broke off: ${String(error)}`;
  }
  const done = total - waiting.length;
  console.info(`${done}/${total} ${Math.round((performance.now() - beganAt) / 1_000)} s ${name}: ${told}`);
}

/** How far off the end is when it is exact, or will hardly become it any more. */
async function settledOff(email: string, left: Moment, withinMs: number): Promise<number> {
  const deadline = Date.now() + withinMs;
  for (let last = NaN, sinceMs = Date.now(); ; await delay(POLL_MS)) {
    const offMs = offBy(Math.max(-Infinity, ...(await readTimes(email)).map(({ end }) => end)), left);
    const now = Date.now();
    if (offMs !== last) sinceMs = now;
    last = offMs;
    const verdict = judge(offMs);
    const isSettled = verdict === 'exact' || (verdict === 'ticked' && now - sinceMs > SETTLED_MS);
    if (isSettled || now > deadline) return offMs;
  }
}

async function firstStart(email: string): Promise<number | undefined> {
  return (await readTimes(email))[0]?.start;
}

/** The spans of the page that is read, epoch milliseconds. */
async function readTimes(email: string): Promise<readonly { readonly start: number; readonly end: number }[]> {
  const { sessions } = (await server.ask(`/api/sessions?email=${email}`)) as { sessions: { id: string }[] };
  const [session] = sessions;
  if (!session) return [];
  const { spans } = await server.session(session.id);
  return spans
    .filter(({ page }) => page === READ)
    .map(({ start, end }) => ({ start: Date.parse(start), end: Date.parse(end) }));
}
