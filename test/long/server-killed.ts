// The server is killed under load, on each store. Its database is not.
import { setTimeout as delay } from 'node:timers/promises';
import { Load } from '../helpers/load.ts';
import { Postgres } from '../helpers/postgres.ts';
import { StillhereServer } from '../helpers/stillhere-server.ts';
import { until } from '../helpers/until.ts';
import { checkLoad, checkPostgres, checkSqlite } from './check-store.ts';
import { describeTimes, type LongRunOptions, type Outcome } from './long-run.ts';

const MOST_LOAD_MS = 600;
const SAY_EVERY = 10;

export async function killServerOnSqlite(options: LongRunOptions): Promise<Outcome> {
  const server = await StillhereServer.start({ LOG_LEVEL: 'silent' });
  const outcome = await killServer(server, options);
  checkSqlite(server.storeUrl);
  return outcome;
}

export async function killServerOnPostgres(options: LongRunOptions): Promise<Outcome> {
  const postgres = await Postgres.startOwn();
  try {
    const url = await postgres.createDatabase();
    const outcome = await killServer(await StillhereServer.start({ STORE_URL: url, LOG_LEVEL: 'silent' }), options);
    await checkPostgres(url);
    return outcome;
  } finally {
    await postgres.remove();
  }
}

/** The server is stopped afterwards. */
async function killServer(server: StillhereServer, { kills, random, say }: LongRunOptions): Promise<Outcome> {
  const startsMs: number[] = [];
  const load = new Load(server);
  try {
    await load.makeSessions();
    for (let kill = 1; kill <= kills; kill++) {
      const before = load.receipts;
      load.run();
      await until(() => load.receipts > before);
      await delay(random(MOST_LOAD_MS));
      await server.stop('SIGKILL');
      await load.stop();
      const beganMs = performance.now();
      await server.start();
      startsMs.push(performance.now() - beganMs);
      await checkLoad(load);
      if (kill % SAY_EVERY === 0) say(`kill ${kill}: ${load.receipts} receipts so far, nothing lost`);
    }
  } finally {
    await load.stop();
    await server.stop();
  }
  return { text: `${load.receipts} receipts, nothing lost; from start to ready: ${describeTimes(startsMs)}` };
}
