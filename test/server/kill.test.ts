// Kills the server under load repeatedly: everything acknowledged must be stored. A real process, real requests.
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HEARTBEAT_PATH, type Receipt, type Span } from '../../sw/protocol/delivery.ts';
import { StillhereServer } from '../helpers/stillhere-server.ts';
import { until } from '../helpers/until.ts';

/** CI's machine is shared: a long run sets it to 100. */
const KILLS = Number(process.env['KILLS'] ?? 20);
const READERS = 8;
const SPANS_EACH = 20;

let server: StillhereServer;
beforeEach(async () => {
  server = await StillhereServer.start({ LOG_LEVEL: 'silent' });
});
afterEach(() => server.stop());

/** Readers who deliver as fast as the server answers, each in a separate session. */
class Load {
  readonly #sessions: string[] = [];
  /** The largest end that the server acknowledged, by span. */
  readonly acknowledged = new Map<string, number>();
  answers = 0;
  #startMs: number | undefined;
  #isRunning = false;
  #readers: Promise<void>[] = [];

  async makeSessions(): Promise<void> {
    for (let nth = 0; nth < READERS; nth++) {
      const response = await fetch(`${server.url}/api/verify-temp-access`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ email: `reader${nth}@example.com` }),
      });
      const cookie = response.headers.getSetCookie()[0] ?? '';
      this.#sessions.push(/session_record_id=([^;]+)/.exec(cookie)?.[1] ?? '');
    }
  }

  run(): void {
    this.#isRunning = true;
    this.#readers = this.#sessions.map((session) => this.#read(session));
  }

  async stop(): Promise<void> {
    this.#isRunning = false;
    await Promise.all(this.#readers);
  }

  async #read(session: string): Promise<void> {
    const start = (this.#startMs ??= Date.now());
    while (this.#isRunning) {
      const now = Date.now();
      const spans = Array.from({ length: SPANS_EACH }, (_, nth): Span => ({
        id: `s${nth}`,
        session,
        page: '/a/',
        // Like a device's: a jump of more than half a minute would count as a clock change.
        start,
        end: now,
      }));
      try {
        const response = await fetch(server.url + HEARTBEAT_PATH, {
          method: 'POST',
          body: JSON.stringify({ sentAt: now, spans }),
        });
        const receipt = (await response.json()) as Receipt;
        this.answers++;
        for (const id of receipt.stored) this.acknowledged.set(`${session}/${id}`, now);
      } catch {
        await delay(5);
      }
    }
  }

  /** Acknowledged spans that are missing or have an earlier end. */
  async findLost(): Promise<string[]> {
    const lost: string[] = [];
    for (const session of this.#sessions) {
      const { spans } = await server.session(session);
      const ends = new Map(spans.map(({ id, end }) => [`${session}/${id}`, Date.parse(end)]));
      for (const [span, end] of this.acknowledged)
        if (span.startsWith(session) && (ends.get(span) ?? 0) < end)
          lost.push(`${span}: ${end} acknowledged, ${ends.get(span)} stored`);
    }
    return lost;
  }
}

describe('a server under load', () => {
  it(`killed ${KILLS} times has stored every acknowledged end`, { timeout: KILLS * 30_000 }, async () => {
    const load = new Load();
    await load.makeSessions();
    for (let kill = 1; kill <= KILLS; kill++) {
      load.run();
      await delay(100 + Math.random() * 500);
      await server.stop('SIGKILL');
      await load.stop();
      await server.start();
      expect(await load.findLost()).toEqual([]);
      console.info(`kill ${kill} of ${KILLS}: ${load.answers} receipts so far, nothing lost`);
    }
    expect(load.answers).toBeGreaterThan(KILLS * READERS);
    expect(load.acknowledged.size).toBe(READERS * SPANS_EACH);
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

  it.for(['SIGTERM', 'SIGINT'] as const)(
    'told to end by %s finishes what it received, and ends well',
    async (signal) => {
      const load = new Load();
      await load.makeSessions();
      load.run();
      await delay(500);
      expect(await server.stop(signal)).toBe(0);
      await load.stop();
      await server.start();
      expect(await load.findLost()).toEqual([]);
      expect(load.answers).toBeGreaterThan(0);
    },
  );
});
