// Retention with a real NocoDB that is down, and a server that is killed: the old rows go once both are back, and only those.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { holdStore } from '../helpers/held-store.ts';
import {
  catchUp,
  describeNocoDB,
  expectEqual,
  file,
  mirror,
  noco,
  rows,
  store,
} from '../helpers/nocodb/mirrored-store.ts';
import { StillhereServer } from '../helpers/stillhere-server.ts';
import { until } from '../helpers/until.ts';

const CLI = new URL('../../server/cli.ts', import.meta.url).pathname;
/** `stillhere serve`, whose retention begins at once. */
const SERVE = [new URL('../helpers/serve-without-patience.ts', import.meta.url).pathname];
const DAY = 86_400_000;
const MINUTE = 60_000;
const KEEP_DAYS = 30;
/** More than fit in one step of the job. */
const OLD = 50;
const KEPT = 8;
const PATIENCE_MS = 120_000;
const COUNT_SESSIONS = 'SELECT count(*) AS count FROM sessions';

/** Sessions that began long ago; of some of them the reader was here a short while ago. All are in NocoDB. */
async function makeMirrored(): Promise<void> {
  const nowMs = Date.now();
  for (let nth = 0; nth < OLD + KEPT; nth++) {
    const id = nth < OLD ? `old_-${nth}` : `kept_-${nth}`;
    const endMs = nowMs - (nth < OLD ? KEEP_DAYS + 1 : KEEP_DAYS - 1) * DAY;
    await store.createSession({ id, email: `${id}@example.com`, startMs: nowMs - 40 * DAY });
    const span = { id: 's', page: '/a/', startMs: endMs - MINUTE, endMs, offsetMs: 0 };
    await store.record([{ session: id, receivedMs: endMs, span }]);
  }
  await catchUp();
  await mirror.stop();
  expect(await rows()).toHaveLength(OLD + KEPT);
}

async function countOutstanding(): Promise<number> {
  const env = { ...process.env, STORE_URL: `file:${file}` };
  const { stdout } = await promisify(execFile)(process.execPath, [CLI, 'erasures', '--json'], { env });
  expect(stdout).not.toContain('@');
  const { outstanding } = JSON.parse(stdout) as { outstanding: readonly { sessions: number }[] };
  return outstanding.reduce((sum, { sessions }) => sum + sessions, 0);
}

describeNocoDB(() => {
  it('retention goes on where the server was killed, and deletes the rows when NocoDB is back', async ({
    onTestFinished,
  }) => {
    await makeMirrored();
    await noco.stop();
    const { url, token, baseId, table } = noco.config;
    const environment = {
      STORE_URL: `file:${file}`,
      RETENTION_DAYS: String(KEEP_DAYS),
      NOCODB_URL: url,
      NOCODB_TOKEN: token,
      NOCODB_BASE_ID: baseId,
      NOCODB_TABLE: table,
      NOCODB_REQUESTS_PER_SECOND: '50',
      NOCODB_FRESHNESS_MS: '50',
    };
    // Killed between two of its steps.
    const [server, held] = await Promise.all([
      StillhereServer.start(environment, SERVE),
      holdStore(file, COUNT_SESSIONS, (sessions) => sessions > KEPT && sessions < OLD + KEPT),
    ]);
    onTestFinished(async () => void (await server.stop()));
    await server.stop('SIGKILL');
    held.release();
    expect(await countOutstanding()).toBe(OLD + KEPT - held.count);

    // Killed when the store has none of them, and NocoDB has all.
    await server.start();
    await until(async () => (await server.sessions()).length === KEPT);
    await server.stop('SIGKILL');
    expect(await countOutstanding()).toBe(OLD);
    await noco.start();
    expect(await rows()).toHaveLength(OLD + KEPT);
    await server.start();
    await until(async () => (await rows()).length <= KEPT, PATIENCE_MS);
    await expectEqual();
    expect(await server.ask('/api/erasures')).toEqual({ outstanding: [] });
    const kept = (await rows()).map(({ fields }) => String(fields['sessionId']).split('_')[0]);
    expect(kept).toEqual(Array(KEPT).fill('kept'));
  });
});
