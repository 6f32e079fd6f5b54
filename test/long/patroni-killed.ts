// Patroni's primary is lost under load, and comes back as a standby: what was acknowledged is on the next primary.
import { deepEqual, equal, ok } from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { sql } from 'kysely';
import { kyselyOnPool } from '../../server/store/postgres/dialect.ts';
import { openPool } from '../../server/store/postgres/pool.ts';
import { Load } from '../helpers/load.ts';
import { PatroniCluster } from '../helpers/patroni-cluster.ts';
import { StillhereServer } from '../helpers/stillhere-server.ts';
import { until } from '../helpers/until.ts';
import { checkLoad, checkPostgres, sayUnanswered } from './check-store.ts';
import { describeTimes, type LongRunOptions, type Outcome } from './long-run.ts';

const MOST_LOAD_MS = 2_000;
/** By ttl 20, loop_wait 5 and HAProxy's checks. */
const LONGEST_PAUSE_MS = 45_000;
const PATIENCE_MS = 120_000;
const ALL_SPANS = 'SELECT count(*) AS count, sum(end_ms) AS ends FROM spans';

export async function killPrimary(options: LongRunOptions): Promise<Outcome> {
  const missing = PatroniCluster.missing();
  if (missing.length > 0) return { text: `skipped: ${missing.join(', ')} are not installed`, isSkipped: true };
  const cluster = await PatroniCluster.start();
  options.say('three nodes run');
  try {
    const server = await StillhereServer.start({ STORE_URL: cluster.url, LOG_LEVEL: 'silent' });
    try {
      return await killAgain(cluster, server, options);
    } finally {
      await server.stop();
    }
  } finally {
    await cluster.remove();
  }
}

async function killAgain(cluster: PatroniCluster, server: StillhereServer, options: LongRunOptions): Promise<Outcome> {
  const { kills, random, say } = options;
  const pausesMs: number[] = [];
  const backsMs: number[] = [];
  const load = new Load(server);
  await load.makeSessions();
  for (let kill = 1; kill <= kills; kill++) {
    const before = load.receipts;
    load.run();
    try {
      await until(() => load.receipts > before);
      await delay(random(MOST_LOAD_MS));
      backsMs.push(await loseOne(cluster, load));
    } finally {
      await load.stop();
    }
    pausesMs.push(load.longestPauseMs);
    await checkLoad(load);
    sayUnanswered(load, say);
    await checkAlike(cluster);
    equal((await fetch(`${server.url}/readyz`)).status, 200);
    const seconds = (load.longestPauseMs / 1_000).toFixed(1);
    say(
      `kill ${kill}: ${load.receipts} receipts so far, ${seconds} s without one, ${load.refused} refused, nothing lost`,
    );
    ok(load.longestPauseMs <= LONGEST_PAUSE_MS, `${seconds} s without a receipt`);
  }
  const primary = await cluster.primary();
  await checkPostgres(cluster.urlOf(primary));
  for (const node of cluster.nodes) if (node !== primary) await checkPostgres(cluster.urlOf(node), true);
  const times = `without a receipt: ${describeTimes(pausesMs)}; whole again: ${describeTimes(backsMs)}`;
  return { text: `${load.receipts} receipts, nothing lost; ${times}` };
}

/** @returns how long after its start the lost node was a standby, in milliseconds. */
async function loseOne(cluster: PatroniCluster, load: Load): Promise<number> {
  const { refused } = load;
  const lost = await cluster.primary();
  await lost.kill();
  await until(() => load.refused > refused);
  await until(async () => (await cluster.primary()) !== lost, PATIENCE_MS);
  const away = load.receipts;
  await until(() => load.receipts > away + 2 * load.sessions.length, PATIENCE_MS);
  const beganMs = performance.now();
  lost.start();
  await cluster.untilWhole();
  return performance.now() - beganMs;
}

/** All nodes have the same spans, as soon as the standbys have replayed what they have. */
async function checkAlike(cluster: PatroniCluster): Promise<void> {
  let found: readonly unknown[] = [];
  const areAlike = async (): Promise<boolean> => {
    found = await Promise.all(cluster.nodes.map((node) => readRow(cluster.urlOf(node))));
    return found.every((row) => JSON.stringify(row) === JSON.stringify(found[0]));
  };
  await until(areAlike).catch(() => deepEqual(found.slice(1), found.slice(0, -1)));
}

async function readRow(url: string): Promise<unknown> {
  const database = kyselyOnPool(openPool(url, 1));
  try {
    return (await sql.raw(ALL_SPANS).execute(database)).rows[0];
  } finally {
    await database.destroy();
  }
}
