// What the mirror does with the records of deleted sessions: with a stand-in for NocoDB, and a clock that the test controls.
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { NocoConfig } from '../../server/nocodb/client.ts';
import { createMirror, type Mirror } from '../../server/nocodb/mirror.ts';
import { readTableIds, writeTableIds } from '../../server/nocodb/table-ids.ts';
import { CREATION_MS, NOCODB, type Outbox } from '../../server/store/outbox.ts';
import type { SessionStore } from '../../server/store/session-store.ts';
import { openInlineStore } from '../helpers/inline-store.ts';
import { makeMemoryFolder } from '../helpers/memory-folder.ts';
import { NocoStandIn } from '../helpers/nocodb/stand-in.ts';

const NOW = Date.parse('2026-11-24T08:00:00.678Z');
const MINUTE = 60_000;
const FRESHNESS = 2_000;
const SESSIONS = 25;

let noco: NocoStandIn;
let store: SessionStore;
let outbox: Outbox;
let mirror: Mirror;
let logLines: string[];
let now: number;

beforeEach(async () => {
  noco = await NocoStandIn.start();
  store = await openInlineStore(join(await makeMemoryFolder(), 'test.db'));
  outbox = store.outboxOf(NOCODB);
  now = NOW;
  logLines = [];
  mirror = start();
  for (let nth = 0; nth < SESSIONS; nth++)
    await store.createSession({ id: idOf(nth), email: `reader${nth}@example.com`, startMs: NOW });
});
afterEach(async () => {
  await store.close();
  await noco.stop();
});

function start(change: Partial<NocoConfig> = {}): Mirror {
  const log = pino({ level: 'trace' }, { write: (line) => logLines.push(line) });
  const clock = { wall: () => now, monotonic: () => now - NOW };
  return createMirror({ ...noco.config, freshnessMs: FRESHNESS, ...change }, store, log, clock);
}

async function pass(ms: number): Promise<void> {
  now += ms;
  await mirror.round();
}

/** Its record's id is one more than its number. */
function idOf(nth: number): string {
  return `s${String(nth).padStart(2, '0')}`;
}

/** Until all sessions are in NocoDB. */
async function catchUp(): Promise<void> {
  for (let rounds = 0; rounds < 4; rounds++) await pass(FRESHNESS);
  expect([noco.rows.size, await outbox.countUntold()]).toEqual([SESSIONS, 0]);
}

/** Deletes the sessions with these numbers, and with all between them. */
function remove(from: number, to = from): Promise<number> {
  return store.deleteSessions(
    Array.from({ length: to - from + 1 }, (_, nth) => idOf(from + nth)),
    now,
  );
}

function shown(): readonly string[] {
  return [...noco.rows.values()].map((row) => String(row['sessionId']));
}

const sessions = (from: number, to = SESSIONS - 1): readonly string[] =>
  Array.from({ length: to - from + 1 }, (_, nth) => idOf(from + nth));

describe('the records of deleted sessions', () => {
  it('are deleted, as many at a time as NocoDB takes, and no others', async () => {
    await catchUp();
    noco.most = 4;
    await remove(0, 9);
    await pass(FRESHNESS);
    expect(shown()).toEqual(sessions(10));
    expect(await outbox.countUntold()).toBe(0);
    const { requests } = noco;
    await pass(FRESHNESS);
    expect(noco.requests).toBe(requests);
  });

  it('are deleted when NocoDB is back, by the next mirror, too', async () => {
    await catchUp();
    noco.fault = () => 'html-502';
    await remove(0, 4);
    await pass(FRESHNESS);
    expect(mirror.status()).toMatchObject({ trouble: expect.stringMatching(/502/) as string, waiting: 5 });
    noco.fault = () => 'none';
    await mirror.stop();
    mirror = start();
    await pass(FRESHNESS);
    expect(shown()).toEqual(sessions(5));
    expect(await outbox.countUntold()).toBe(0);
  });

  it('end the trouble that they caused', async () => {
    await catchUp();
    noco.fault = (method) => (method === 'DELETE' ? 'html-502' : 'none');
    await remove(0);
    await remove(1);
    await outbox.setRecords([{ id: 's02', recordId: null }]);
    await remove(2);
    await pass(FRESHNESS);
    expect(mirror.status().trouble).toMatch(/502/);
    noco.fault = () => 'none';
    await pass(FRESHNESS);
    expect(mirror.status()).toMatchObject({ trouble: undefined, waiting: 1 });
  });

  it('count as deleted if they are gone already: somebody was quicker, or the answer was lost', async () => {
    await catchUp();
    for (const id of [1, 3, 4]) noco.rows.delete(id);
    await remove(0, 12);
    noco.fault = (method, body) => (method === 'DELETE' && body.includes('"id":12') ? 'answer-lost' : 'none');
    await pass(FRESHNESS);
    expect(await outbox.countUntold()).toBe(13);
    noco.fault = () => 'none';
    await pass(FRESHNESS);
    expect(shown()).toEqual(sessions(13));
    expect(await outbox.countUntold()).toBe(0);
  });

  it('are deleted with the copies that a person made, however many', async () => {
    await catchUp();
    for (let nth = 0; nth < 450; nth++) noco.rows.set(1_000 + nth, { sessionId: idOf(nth % 2) });
    await remove(0);
    await pass(FRESHNESS);
    expect(shown()).not.toContain('s00');
    expect(shown().filter((id) => id === 's01')).toHaveLength(226);
  });

  it('are deleted even where a person changed the key', async () => {
    await catchUp();
    noco.rows.set(1, { ...noco.rows.get(1), sessionId: 'changed' });
    await remove(0);
    await pass(FRESHNESS);
    expect(shown()).toEqual(sessions(1));
  });

  it('are tried again if NocoDB does not say that it deleted all of them', async () => {
    await catchUp();
    noco.fault = (method) => (method === 'DELETE' ? 'fewer' : 'none');
    await remove(0, 1);
    await pass(FRESHNESS);
    expect(await outbox.countUntold()).toBe(2);
    noco.fault = () => 'none';
    await pass(FRESHNESS);
    expect(await outbox.countUntold()).toBe(0);
  });

  it('that NocoDB refuses to delete are reported without a reader, and delay no writing', async () => {
    await catchUp();
    noco.fault = (method) => (method === 'DELETE' ? 'denied' : 'none');
    await remove(0);
    await store.createSession({ id: 'new', email: 'new@example.com', startMs: now });
    await pass(0);
    await pass(FRESHNESS);
    expect(shown()).toEqual([...sessions(0), 'new']);
    const log = logLines.join('');
    expect(log).toMatch(/"nocodb":"denied".*could not delete the records of deleted sessions/);
    expect(log).not.toMatch(/example\.com|"s\d+"/);
    noco.fault = () => 'none';
    await pass(MINUTE);
    expect(shown()).toEqual([...sessions(1), 'new']);
  });
});

describe('a record whose creation is in doubt when its session is deleted', () => {
  it('is looked for when the creation can no longer be under way', async () => {
    noco.most = 100;
    await pass(0);
    // Created, but neither the answer nor a look shows it.
    noco.fault = (method) => (method === 'POST' ? 'answer-lost' : 'html-502');
    await pass(FRESHNESS);
    expect(noco.rows.size).toBe(SESSIONS);
    noco.fault = () => 'none';
    await remove(0, 4);
    await pass(CREATION_MS - 1);
    expect(shown()).toHaveLength(SESSIONS);
    await pass(1);
    expect(shown()).toEqual(sessions(5));
    expect(await outbox.countUntold()).toBe(0);
  });

  it('is not created if its session was deleted before, while the others of its batch are', async () => {
    noco.most = 100;
    await pass(0);
    const setRecords = outbox.setRecords.bind(outbox);
    vi.spyOn(outbox, 'setRecords').mockImplementationOnce(async (records) => {
      await remove(3);
      return setRecords(records);
    });
    await pass(FRESHNESS);
    await pass(FRESHNESS);
    expect(shown().toSorted()).toEqual(
      sessions(0)
        .filter((id) => id !== 's03')
        .toSorted(),
    );
  });

  it('is deleted if it was created meanwhile', async () => {
    noco.most = 100;
    await pass(0);
    const setRecords = outbox.setRecords.bind(outbox);
    vi.spyOn(outbox, 'setRecords').mockImplementationOnce(async (records) => {
      const existing = await setRecords(records);
      await remove(3);
      return existing;
    });
    await pass(FRESHNESS);
    expect(shown()).toContain('s03');
    await pass(CREATION_MS);
    expect(shown().toSorted()).toEqual(
      sessions(0)
        .filter((id) => id !== 's03')
        .toSorted(),
    );
    expect(await outbox.countUntold()).toBe(0);
  });

  it('is not created if all sessions of its batch were deleted before', async () => {
    await pass(0);
    const setRecords = outbox.setRecords.bind(outbox);
    vi.spyOn(outbox, 'setRecords').mockImplementation(async (records) => {
      await remove(0, SESSIONS - 1);
      return setRecords(records);
    });
    await pass(FRESHNESS);
    expect(noco.log.filter((line) => line.startsWith('POST'))).toEqual([]);
    await pass(CREATION_MS);
    expect(await outbox.countUntold()).toBe(0);
  });
});

describe('the check for records that people deleted', () => {
  it('does not take deletions that wait for such records', async () => {
    await catchUp();
    await remove(0, 4);
    noco.fault = (method) => (method === 'DELETE' ? 'denied' : 'none');
    const { length } = noco.log;
    await pass(11 * MINUTE);
    noco.fault = () => 'none';
    await pass(11 * MINUTE);
    const log = noco.log.slice(length);
    // The ids would be listed if the number of records were not as expected.
    expect(log.filter((line) => line.startsWith('GET') && line.endsWith('/records'))).toHaveLength(2);
    expect(shown()).toEqual(sessions(5));
  });
});

describe('another table', () => {
  it('loses no record to a deletion that was meant for the one before', async () => {
    await catchUp();
    await remove(0);
    const table = await readTableIds(store.notes, 'emailAccess');
    if (!table) throw new Error('The mirror knows its table');
    const due = async (): Promise<unknown> => outbox.deletions.listDue(now, 10);
    const anotherKey = {
      ...table,
      columns: { ...table.columns, sessionId: { id: 'f9', title: 'x', type: 'SingleLineText' } },
    };
    await writeTableIds(store.notes, outbox, anotherKey, 'emailAccess');
    expect(await due()).toEqual([{ id: 's00', recordId: '1' }]);
    await writeTableIds(store.notes, outbox, { ...table, id: 'another' }, 'emailAccess');
    expect(await due()).toEqual([{ id: 's00', recordId: '' }]);
  });

  it('is looked for when the configuration names another one', async () => {
    await catchUp();
    expect(await readTableIds(store.notes, 'emailAccess')).toMatchObject({ id: 'table' });
    expect(await readTableIds(store.notes, 'readers')).toBeUndefined();
  });
});

describe('under a monthly limit', () => {
  it('deletions and writing take turns', async () => {
    await mirror.stop();
    mirror = start({ requestsPerMonth: 4_000 });
    for (let rounds = 0; rounds < 8; rounds++) await pass(FRESHNESS);
    expect(noco.rows.size).toBe(SESSIONS);
    await store.createSession({ id: 'new', email: 'new@example.com', startMs: now });
    await pass(0);
    await remove(0, 19);
    const { length } = noco.log;
    await pass(FRESHNESS);
    const methods = noco.log.slice(length).map((line) => line.split(' ')[0]);
    expect(methods).toEqual(['GET', 'DELETE', 'POST', 'GET', 'DELETE']);
    expect(shown().toSorted()).toEqual(['new', ...sessions(20)]);
  });
});
