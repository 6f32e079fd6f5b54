// The rows that the mirror didn't write, in a table whose columns people have renamed.
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createMirror } from '../../server/nocodb/mirror.ts';
import { listOlderRows } from '../../server/nocodb/older-rows.ts';
import { openStore } from '../../server/store/open-store.ts';
import { NOCODB } from '../../server/store/outbox.ts';
import type { SessionStore } from '../../server/store/session-store.ts';
import { NocoStandIn } from '../helpers/nocodb/stand-in.ts';
import { until } from '../helpers/until.ts';

const START = '2025-01-01 10:00:00+00:00';
let noco: NocoStandIn;
let store: SessionStore;

beforeEach(async () => {
  noco = await NocoStandIn.start();
  store = await openStore(`file:${join(await mkdtemp(join(tmpdir(), 'stillhere-store-')), 'test.db')}`);
});
afterEach(async () => {
  await store.close();
  await noco.stop();
});

it('are those without a key, under the names that the columns have now', async () => {
  await store.createSession({ id: 'ours', email: 'ours@example.com', startMs: Date.parse('2026-11-27T08:00:00Z') });
  const mirror = createMirror(noco.config, store, pino({ level: 'silent' }));
  await until(async () => {
    await mirror.round();
    return (await store.outboxOf(NOCODB).countUntold()) === 0;
  });
  await mirror.stop();
  noco.rows.set(50, { emailOfAccessor: 'old@example.com', sessionStartTime: START, sessionEndTime: null });
  noco.rows.set(51, { emailOfAccessor: 'nobody@example.com', sessionStartTime: 'soon' });
  for (const [title, to] of [
    ['sessionId', 'Key'],
    ['emailOfAccessor', 'Who'],
    ['sessionStartTime', 'From'],
  ] as const)
    noco.renameField(title, to);

  expect(await listOlderRows(noco.config, store.notes)).toEqual([
    { id: '50', email: 'old@example.com', startMs: Date.parse('2025-01-01T10:00:00Z'), endMs: null },
  ]);
});
