// The mirror against a real NocoDB: whatever happens to it or to us, the table is the store again.
import { describe, expect, it } from 'vitest';
import { createMirror } from '../../server/nocodb/mirror.ts';
import { StillhereServer } from '../helpers/stillhere-server.ts';
import { until } from '../helpers/until.ts';
import {
  catchUp,
  describeNocoDB,
  expectEqual,
  file,
  log,
  makeSessions,
  mirror,
  noco,
  read,
  restartMirror,
  rows,
  store,
} from '../helpers/nocodb/mirrored-store.ts';
import { NOCODB } from '../../server/store/outbox.ts';

describeNocoDB(() => {
  describe('the mirror', () => {
    it('shows a session, and its end follows', async () => {
      await makeSessions(1);
      await catchUp();
      await expectEqual();
      expect((await rows())[0]?.fields).toMatchObject({ emailOfAccessor: 'reader0@example.com', sessionEndTime: null });
      await read('session_-0', 55);
      await catchUp();
      await expectEqual();
      expect((await rows())[0]?.fields).toMatchObject({ readingTime: 3_300, durationMinutes: 55, currentPage: '/a/' });
    });

    it('writes many sessions in few requests: ten a request, and each once however often it changed', async () => {
      await makeSessions(95);
      for (let minutes = 1; minutes < 5; minutes++) await read('session_-7', minutes);
      await catchUp();
      await expectEqual();
      for (let nth = 0; nth < 20; nth++) await read(`session_-${nth}`, 30);
      await catchUp();
      await expectEqual();
      // The table: the list, made, its order (2), the count. How many records it takes: 1. Then 10 creates and 2 updates.
      expect(mirror.status().requests).toBeLessThanOrEqual(5 + 1 + 10 + 2);
    });

    it('goes on after NocoDB was down, without a row twice', async () => {
      mirror.start();
      await makeSessions(30);
      await noco.stop();
      await makeSessions(30, 'later');
      for (let nth = 0; nth < 30; nth++) await read(`session_-${nth}`, 10);
      await until(() => mirror.status().trouble);
      await noco.start();
      await expectEqual();
    });

    it('finds again what a killed NocoDB had made, without a row twice', async () => {
      mirror.start();
      await makeSessions(200);
      await until(async () => (await store.outboxOf(NOCODB).countUntold()) < 200);
      await noco.kill();
      await noco.start();
      await expectEqual();
    });

    it('finds again what a stopped mirror had made, without a row twice', async () => {
      await makeSessions(60);
      mirror.start();
      await until(async () => (await store.outboxOf(NOCODB).countUntold()) < 60);
      await restartMirror();
      await expectEqual();
    });

    it('finds again what a killed server had made, without a row twice', async () => {
      await makeSessions(300);
      const { url, token, baseId, table } = noco.config;
      const server = await StillhereServer.start({
        STORE_URL: `file:${file}`,
        NOCODB_URL: url,
        NOCODB_TOKEN: token,
        NOCODB_BASE_ID: baseId,
        NOCODB_TABLE: table,
        NOCODB_REQUESTS_PER_SECOND: '50',
        NOCODB_FRESHNESS_MS: '50',
      });
      await until(async () => (await store.outboxOf(NOCODB).countUntold()) < 300);
      await server.stop('SIGKILL');
      expect(await store.outboxOf(NOCODB).countUntold()).toBeGreaterThan(0);
      for (let nth = 0; nth < 40; nth++) await read(`session_-${nth}`, 10);
      await server.start();
      await expectEqual();
      await server.stop();
    });

    it('waits while its token is revoked, says so, and goes on with another one', async () => {
      await makeSessions(12);
      await catchUp();
      const before = noco.config;
      await noco.replaceToken();
      for (let nth = 0; nth < 12; nth++) await read(`session_-${nth}`, 10);
      mirror.start();
      await until(() => mirror.status().trouble?.includes('HTTP 401'));
      expect(await store.outboxOf(NOCODB).countUntold()).toBe(12);
      noco.config = { ...noco.config, table: before.table };
      await restartMirror();
      await expectEqual();
    });

    it('waits with a wrong token, says so, and loses nothing', async () => {
      await makeSessions(3);
      const refused = createMirror({ ...noco.config, token: 'wrong' }, store, log);
      await refused.round();
      expect(refused.status().trouble).toMatch(/HTTP 401/);
      await refused.stop();
      expect(await store.outboxOf(NOCODB).countUntold()).toBe(3);
      await catchUp();
      await expectEqual();
    });
  });
});
