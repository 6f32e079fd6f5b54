// What the owner waits for, with a million sessions and five million spans beside a thousand sessions; what an export costs; and what
// deliveries lose meanwhile. Ratios in one run count.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { askForAccess } from '../../helpers/cookies.ts';
import { until } from '../../helpers/until.ts';
import { exportUntil, loadWithBeats } from '../load.ts';
import { median, printTable, type Row } from '../table.ts';
import { ask, askLive, exportAll, OWNER_TOKEN, residentMb, start, startServer } from './contender.ts';
import { FILTERS, toQuery } from './filters.ts';
import { coverPairs } from './pairwise.ts';
import { measureScreens } from './screens.ts';

const { values: flags } = parseArgs({
  options: {
    sessions: { type: 'string', default: '1000000' },
    rounds: { type: 'string', default: '40' },
    exports: { type: 'string', default: '3' },
  },
});
const FEW = 1_000;
const MANY = Number(flags.sessions);
const ROUNDS = Number(flags.rounds);
/** Each combination of filters is asked so often; its median counts. */
const ROUNDS_OF_FILTERS = 5;
const ROUNDS_OF_BEATS = 5;
const BEATS = { beats: 'growing span', connections: 64, seconds: 3 } as const;

const beganMs = performance.now();
const say = (what: string): void => {
  console.info(`${Math.round((performance.now() - beganMs) / 1_000)} s, load ${loadavg()[0]?.toFixed(1)}: ${what}`);
};
const folder = await mkdtemp(join(tmpdir(), 'stillhere-bench-'));
await mkdir(join(folder, 'site'));
await writeFile(join(folder, 'site/index.html'), '<!doctype html><title>x</title>');
const few = await startServer(folder, FEW);
const many = await startServer(folder, MANY);
const bare = await start([join(import.meta.dirname, 'bare-export.ts')], many.file);
const rows: Row[] = [];
say('the stores are filled');

const p95 = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length * 0.95)] ?? Number.NaN;

/** How long both take, alternating, in milliseconds. */
async function compare(
  path: string,
  rounds: number,
  askOne = ask,
): Promise<{ readonly few: number[]; readonly many: number[] }> {
  const times = { few: [] as number[], many: [] as number[] };
  for (let round = -1; round < rounds; round++) {
    const pair = { few: await askOne(few, path), many: await askOne(many, path) };
    if (round < 0) continue;
    times.few.push(pair.few);
    times.many.push(pair.many);
  }
  return times;
}

// What the dashboard asks for when it opens, and one session.
for (const path of [
  '/api/owner/login',
  '/api/sessions?pageSize=100',
  '/api/live',
  '/api/sessions?sort=end&state=reading',
  '/api/sessions/:id',
]) {
  const times = await compare(path, ROUNDS, path === '/api/live' ? askLive : ask);
  const medians = `medians ${median(times.few).toPrecision(3)} and ${median(times.many).toPrecision(3)} ms`;
  rows.push(
    { what: `${path}, 95th percentile, ms`, measured: p95(times.many), required: { most: 50 }, how: `of ${ROUNDS}` },
    {
      what: `${path}, ${MANY} sessions ÷ ${FEW}`,
      measured: median(times.many) / median(times.few),
      required: { most: 3 },
      how: medians,
    },
  );
  say(path);
}

const combinations = coverPairs(FILTERS).map(toQuery);
let worst = { ratio: 0, query: '', ms: 0 };
for (const [nth, query] of combinations.entries()) {
  const times = await compare(`/api/sessions?${query}`, ROUNDS_OF_FILTERS);
  const ratio = median(times.many) / median(times.few);
  if (ratio > worst.ratio) worst = { ratio, query, ms: median(times.many) };
  say(`${nth + 1} of ${combinations.length} combinations of filters: ${ratio.toPrecision(2)} × with ?${query}`);
}
rows.push({
  what: `the worst of ${combinations.length} combinations of filters, ${MANY} sessions ÷ ${FEW}`,
  measured: worst.ratio,
  required: { most: 10 },
  how: `?${worst.query}, ${worst.ms.toPrecision(3)} ms`,
});

const month = new Date(Date.now() - 30 * 86_400_000).toISOString();
for (const path of ['/api/readers', '/api/pages', `/api/days?from=${month}`]) {
  rows.push({
    what: `${path.replace(/\?.*/, ' of a month')}, 95th percentile, ms`,
    measured: p95((await compare(path, ROUNDS)).many),
    required: { most: 100 },
    how: `of ${ROUNDS}`,
  });
  say(path);
}

await until(async () => (await fetch(bare.url, { method: 'HEAD' })).ok, 60_000);
const rates = { ours: [] as number[], bare: [] as number[] };
let mostMb = 0;
let beforeMb = Number.NaN;
for (let round = 0; round < Number(flags.exports); round++) {
  rates.bare.push(await exportAll(bare.url, MANY));
  // The first export warms up what stays.
  if (round === 1) beforeMb = await residentMb(many);
  const watch = setInterval(
    () => void residentMb(many).then((mb) => (mostMb = round > 0 ? Math.max(mostMb, mb) : 0)),
    100,
  );
  rates.ours.push(await exportAll(`${many.url}/api/sessions.ndjson`, MANY));
  clearInterval(watch);
  say(`export, round ${round + 1} of ${flags.exports}`);
}
rows.push(
  {
    what: `export of ${MANY} sessions ÷ what the bare driver streams`,
    measured: median(rates.ours.map((rate, nth) => rate / (rates.bare[nth] ?? Number.NaN))),
    required: { least: 0.5 },
    how: `${Math.round(median(rates.ours))} and ${Math.round(median(rates.bare))} a second`,
  },
  {
    what: 'memory that another export adds, MB',
    measured: mostMb - beforeMb,
    required: { most: 50 },
    how: `${Math.round(beforeMb)} MB before`,
  },
);

const sessions: string[] = [];
while (sessions.length < BEATS.connections)
  sessions.push(/session_record_id=([^;]+)/.exec(await askForAccess(many.url))?.[1] ?? '');
const beside: number[] = [];
for (let round = 0; round < ROUNDS_OF_BEATS; round++) {
  const alone = await loadWithBeats({ ...BEATS, url: many.url, sessions });
  const abort = new AbortController();
  const exporting = exportUntil(many.url, OWNER_TOKEN, abort.signal).catch(() => {});
  const exported = await loadWithBeats({ ...BEATS, url: many.url, sessions });
  abort.abort();
  await exporting;
  beside.push(exported.rate / alone.rate);
  say(
    `acknowledgements during an export, round ${round + 1} of ${ROUNDS_OF_BEATS}: ${Math.round(exported.rate)} a second`,
  );
}
rows.push({
  what: `acknowledgements while ${MANY} sessions are exported ÷ without`,
  measured: median(beside),
  required: { least: 0.8 },
  how: `median of ${ROUNDS_OF_BEATS} alternating pairs`,
});

// Last, since it adds sessions.
rows.push(...(await measureScreens(many)));
say('the pages in Chromium');

for (const { child } of [few, many, bare]) child.kill();
await rm(folder, { recursive: true });
say('done');
printTable(rows);
