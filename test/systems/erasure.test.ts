// Erasing a reader with a real NocoDB, while it is down and while the server is killed: nothing of the reader comes back, and nothing of
// the others goes.
import { describe, expect, it } from 'vitest';
import {
  catchUp,
  describeNocoDB,
  expectEqual,
  file,
  makeSessions,
  mirror,
  noco,
  read,
  rows,
  store,
} from '../helpers/nocodb/mirrored-store.ts';
import { OWNER_TOKEN, StillhereServer } from '../helpers/stillhere-server.ts';
import { until } from '../helpers/until.ts';

const ANN = 'ann@example.com';
const SESSIONS = 40;

/** Ann's sessions with reading, and others, all of them in NocoDB. Resolves with the server, which goes on with the mirror. */
async function startMirrored(): Promise<StillhereServer> {
  await makeSessions(10);
  for (let nth = 0; nth < SESSIONS; nth++) {
    await store.createSession({ id: `ann_-${nth}`, email: ANN, startMs: Date.parse('2026-11-24T08:00:00Z') + nth });
    await read(`ann_-${nth}`, 5);
  }
  await catchUp();
  await mirror.stop();
  const { url, token, baseId, table } = noco.config;
  return StillhereServer.start({
    STORE_URL: `file:${file}`,
    NOCODB_URL: url,
    NOCODB_TOKEN: token,
    NOCODB_BASE_ID: baseId,
    NOCODB_TABLE: table,
    NOCODB_REQUESTS_PER_SECOND: '50',
    NOCODB_FRESHNESS_MS: '50',
  });
}

const erase = (server: StillhereServer): Promise<Response> =>
  fetch(`${server.url}/api/readers/${ANN}`, { method: 'DELETE', headers: { authorization: `Bearer ${OWNER_TOKEN}` } });

const rowsOfAnn = async (): Promise<number> =>
  (await rows()).filter(({ fields }) => fields['emailOfAccessor'] === ANN).length;

/** What a device that was offline delivers for a session. */
async function deliverLate(server: StillhereServer, session: string): Promise<unknown> {
  const now = Date.now();
  const span = { id: 'late', session, page: '/a/', start: now - 60_000, end: now - 30_000 };
  const response = await fetch(`${server.url}/api/session-heartbeat`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ sentAt: now, spans: [span] }),
  });
  return response.json();
}

async function expectErased(server: StillhereServer): Promise<void> {
  await until(async () => (await rowsOfAnn()) === 0, 60_000);
  expect(await deliverLate(server, 'ann_-3')).toMatchObject({ stored: [], refused: [{ id: 'late' }] });
  expect((await server.sessions()).map(({ emailOfAccessor }) => emailOfAccessor)).not.toContain(ANN);
  await expectEqual();
  expect(await rows()).toHaveLength(10);
}

describeNocoDB(() => {
  describe('an erasure', () => {
    it('goes on by itself where the server was killed between the receipt and the last row', async () => {
      const server = await startMirrored();
      const { sessions, outstanding } = (await (await erase(server)).json()) as {
        sessions: number;
        outstanding: readonly { sessions: number }[];
      };
      await server.stop('SIGKILL');
      expect(sessions).toBe(SESSIONS);
      expect(outstanding[0]?.sessions).toBeGreaterThan(0);
      await server.start();
      await expectErased(server);
      await server.stop();
    });

    it('waits for a NocoDB that is down, without the address, and ends when it is back', async () => {
      const server = await startMirrored();
      await noco.stop();
      const receipt = await (await erase(server)).text();
      expect(JSON.parse(receipt)).toMatchObject({ sessions: SESSIONS, outstanding: [{ sessions: SESSIONS }] });
      await server.stop('SIGKILL');
      await server.start();
      expect(await server.ask('/api/erasures')).toMatchObject({ outstanding: [{ sessions: SESSIONS }] });
      expect(JSON.stringify(await server.ask('/api/erasures'))).not.toContain('ann');
      await noco.start();
      await expectErased(server);
      expect(await server.ask('/api/erasures')).toEqual({ outstanding: [] });
      await server.stop();
    });
  });
});
