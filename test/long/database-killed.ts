// PostgreSQL is killed under load: all of its processes at once, or one that serves a client, after which PostgreSQL ends the others
// itself and recovers.
import { ok } from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { killProcess } from '../helpers/kill-process.ts';
import { Load } from '../helpers/load.ts';
import { Postgres } from '../helpers/postgres.ts';
import { StillhereServer } from '../helpers/stillhere-server.ts';
import { until } from '../helpers/until.ts';
import { checkLoad, checkPostgres, sayUnanswered } from './check-store.ts';
import { describeTimes, type LongRunOptions, type Outcome } from './long-run.ts';

const MOST_LOAD_MS = 500;
const CLIENTS =
  "SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid() ORDER BY pid";

export async function killDatabase(options: LongRunOptions): Promise<Outcome> {
  const postgres = await Postgres.startOwn();
  try {
    const url = await postgres.createDatabase();
    const server = await StillhereServer.start({ STORE_URL: url, LOG_LEVEL: 'silent' });
    try {
      const outcome = await killAgain(postgres, server, options);
      await checkPostgres(url);
      return outcome;
    } finally {
      await server.stop();
    }
  } finally {
    await postgres.remove();
  }
}

async function killAgain(postgres: Postgres, server: StillhereServer, options: LongRunOptions): Promise<Outcome> {
  const { kills, random, say } = options;
  const pausesMs: number[] = [];
  const load = new Load(server);
  await load.makeSessions();
  for (let kill = 1; kill <= kills; kill++) {
    const before = load.receipts;
    load.run();
    try {
      await until(() => load.receipts > before);
      await delay(random(MOST_LOAD_MS));
      const { refused } = load;
      const isWhole = kill % 2 === 1;
      if (isWhole) await postgres.kill();
      else await killClient(postgres, random);
      await until(() => load.refused > refused);
      if (isWhole) await postgres.restart();
      const away = load.receipts;
      // From each reader, so that each session was recorded after the restart, too.
      await until(() => load.receipts > away + 2 * load.sessions.length);
    } finally {
      await load.stop();
    }
    pausesMs.push(load.longestPauseMs);
    await checkLoad(load);
    sayUnanswered(load, say);
    say(
      `kill ${kill}: ${load.receipts} receipts so far, ${Math.round(load.longestPauseMs)} ms without one, nothing lost`,
    );
  }
  return { text: `${load.receipts} receipts, nothing lost; without a receipt: ${describeTimes(pausesMs)}` };
}

async function killClient(postgres: Postgres, random: LongRunOptions['random']): Promise<void> {
  const clients = await postgres.query(CLIENTS);
  ok(clients.length > 0, 'The server has no connection');
  killProcess(Number(clients[random(clients.length)]?.['pid']), 'SIGKILL');
}
