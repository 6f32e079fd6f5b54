// Kills the server under load repeatedly: everything acknowledged must be stored. A real process, real requests.
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HEARTBEAT_PATH } from '../../sw/protocol/delivery.ts';
import { Load, SPANS } from '../helpers/load.ts';
import { SlowClients } from '../helpers/slow-clients.ts';
import { OWNER_TOKEN, StillhereServer } from '../helpers/stillhere-server.ts';
import { until } from '../helpers/until.ts';

/** CI's machine is shared: a long run sets it to 100. */
const KILLS = Number(process.env['KILLS'] ?? 20);
const RECEIPTS_A_KILL = 8;

let server: StillhereServer;
beforeEach(async () => {
  server = await StillhereServer.start({ LOG_LEVEL: 'silent' });
});
afterEach(() => server.stop());

describe('a server under load', () => {
  it(`killed ${KILLS} times has stored every acknowledged end`, { timeout: KILLS * 30_000 }, async () => {
    const load = new Load(server);
    await load.makeSessions();
    for (let kill = 1; kill <= KILLS; kill++) {
      const least = load.receipts + RECEIPTS_A_KILL;
      load.run();
      await delay(100 + Math.random() * 500);
      // On a machine that is busy, the first one can take longer.
      await until(() => load.receipts >= least);
      await server.stop('SIGKILL');
      await load.stop();
      await server.start();
      expect(await load.findLost()).toEqual([]);
      console.info(`kill ${kill} of ${KILLS}: ${load.receipts} receipts so far, nothing lost`);
    }
    expect(load.acknowledged.size).toBe(SPANS);
  });

  it('exits immediately on a second signal, even during a request', async () => {
    const socket = connect(server.port, '127.0.0.1');
    socket.on('error', () => {});
    socket.write(`POST ${HEARTBEAT_PATH} HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhalf`);
    await until(() => socket.bytesWritten > 0 && !socket.connecting);
    const ended = server.stop('SIGTERM');
    await until(async () =>
      fetch(`${server.url}/healthz`).then(
        () => false,
        () => true,
      ),
    );
    void server.stop('SIGTERM');
    expect(await ended).toBe(1);
    socket.destroy();
  });

  it('told to end while clients keep slow and idle connections open is gone within 5 s, with all it acknowledged', async () => {
    const first = `POST ${HEARTBEAT_PATH} HTTP/1.1\r\nHost: h\r\n`;
    const plan = { port: server.port, count: 100, addresses: ['127.0.0.1'], eachSecond: 'a' };
    const slow = [
      new SlowClients({ ...plan, first: '', eachSecond: '' }),
      new SlowClients({ ...plan, first: `${first}Slow: ` }),
      new SlowClients({ ...plan, first: `${first}Content-Length: 5000\r\n\r\n{` }),
    ];
    const owner = await fetch(`${server.url}/api/live`, { headers: { authorization: `Bearer ${OWNER_TOKEN}` } });
    const load = new Load(server);
    await load.makeSessions();
    load.run();
    try {
      await until(() => slow.every(({ state }) => state.open === 100) && load.receipts > 100);
      const beganMs = performance.now();
      expect(await server.stop('SIGTERM')).toBe(0);
      expect(performance.now() - beganMs).toBeLessThan(5_000);
      await load.stop();
      await owner.text();
      await server.start();
      expect(await load.findLost()).toEqual([]);
    } finally {
      await load.stop();
      await Promise.all(slow.map((clients) => clients.stop()));
    }
  });

  it.for(['SIGTERM', 'SIGINT'] as const)(
    'told to end by %s finishes what it received, and ends well',
    async (signal) => {
      const load = new Load(server);
      await load.makeSessions();
      load.run();
      await delay(500);
      expect(await server.stop(signal)).toBe(0);
      await load.stop();
      await server.start();
      expect(await load.findLost()).toEqual([]);
      expect(load.receipts).toBeGreaterThan(0);
    },
  );
});
