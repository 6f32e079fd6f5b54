// The server is told to stop while its database is away, or doesn't answer: it ends soon, without an error, and goes on at the next start.
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { Load } from '../helpers/load.ts';
import { Postgres } from '../helpers/postgres.ts';
import { StillhereServer } from '../helpers/stillhere-server.ts';
import { until } from '../helpers/until.ts';
import { WEBHOOK_SECRET, WebhookReceiver } from '../helpers/webhook-receiver.ts';

const LONGEST_STOP_MS = 5_000;

let postgres: Postgres;
let receiver: WebhookReceiver;
let server: StillhereServer;
beforeAll(async () => {
  postgres = await Postgres.startOwn();
  receiver = await WebhookReceiver.start();
});
beforeEach(async () => {
  server = await StillhereServer.start({
    STORE_URL: await postgres.createDatabase(),
    WEBHOOK_URL: receiver.url,
    WEBHOOK_SECRET,
    LOG_LEVEL: 'warn',
  });
});
afterEach(() => server.stop('SIGKILL'));
afterAll(async () => {
  try {
    await receiver.stop();
  } finally {
    await postgres.remove();
  }
});

it.for([
  ['was killed', () => postgres.kill(), () => postgres.restart(), /^$/],
  ['does not answer', () => postgres.freeze(), () => postgres.thaw(), /ends without waiting/],
] as const)('ends within 5 s when the database %s', async ([, leave, comeBack, said]) => {
  const load = new Load(server);
  await load.makeSessions();
  load.run();
  // The webhook is told of them, so there is a lease to give back.
  const told = receiver.events.length;
  await until(() => load.receipts > load.sessions.length && receiver.events.length > told);
  await leave();
  const beganMs = performance.now();
  try {
    expect(await server.stop('SIGTERM')).toBe(0);
    expect(performance.now() - beganMs).toBeLessThan(LONGEST_STOP_MS);
  } finally {
    await comeBack();
    await load.stop();
  }
  expect(
    server.output
      .split('\n')
      .filter((line) => line.includes('"level":40'))
      .join(''),
  ).toMatch(said);
  await server.start();
  expect(await load.findLost()).toEqual([]);
});
