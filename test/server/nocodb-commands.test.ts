// What `stillhere nocodb setup`, `check` and `resync` say. With a real NocoDB: test/systems/nocodb-commands.test.ts.
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { check, resync, setUp } from '../../server/nocodb/commands.ts';
import { createMirror } from '../../server/nocodb/mirror.ts';
import { NOCODB } from '../../server/store/outbox.ts';
import type { SessionStore } from '../../server/store/session-store.ts';
import { openInlineStore } from '../helpers/inline-store.ts';
import { makeMemoryFolder } from '../helpers/memory-folder.ts';
import { NocoStandIn } from '../helpers/nocodb/stand-in.ts';

const NOW = Date.parse('2026-11-24T08:00:00Z');
const { signal } = new AbortController();

let noco: NocoStandIn;
let store: SessionStore;
beforeEach(async () => {
  noco = await NocoStandIn.start();
  store = await openInlineStore(join(await makeMemoryFolder(), 'test.db'));
});
afterEach(async () => {
  vi.useRealTimers();
  await store.close();
  await noco.stop();
});

const begin = (id: string, startMs = NOW): Promise<void> =>
  store.createSession({ id, email: `${id}@example.com`, startMs });

async function writeAll(): Promise<void> {
  let now = NOW;
  const mirror = createMirror(noco.config, store, pino({ level: 'silent' }), {
    wall: () => now,
    monotonic: () => now,
  });
  for (let round = 0; round < 5; round++) {
    await mirror.round();
    now += 1_000;
  }
  await mirror.stop();
  expect(await store.outboxOf(NOCODB).countUntold()).toBe(0);
}

describe('a check of a table in order', () => {
  it('says so, and what waits', async () => {
    await setUp(noco.config, store, signal);
    await begin('bob', NOW + 60_000);
    await begin('ann');
    expect(await check(noco.config, store, signal)).toEqual({
      isWell: true,
      lines: [
        `ok       ${noco.config.url} accepts the token`,
        'ok       base base',
        'ok       table emailAccess',
        'ok       all fields, each of a type that can hold its values',
        "ok       NocoDB's clock agrees with this server's",
        'waiting  2 sessions to be written; the oldest since 2026-11-24T08:00:00.000Z',
      ],
    });
    await writeAll();
    expect((await check(noco.config, store, signal)).lines.at(-1)).toBe('waiting  0 sessions to be written');
  });

  it('changes nothing', async () => {
    noco.removeField('readingTime');
    await check(noco.config, store, signal);
    expect(noco.log.every((line) => line.startsWith('GET '))).toBe(true);
    expect(await store.notes.read('nocodb-table')).toBeUndefined();
  });

  it.for([
    [10.4, "ok       NocoDB's clock agrees with this server's"],
    [-10.4, "ok       NocoDB's clock agrees with this server's"],
    [-12, "note     NocoDB's clock is 12 s ahead of this server's, which sessions use. Set both by NTP."],
    [12, "note     NocoDB's clock is -12 s ahead of this server's, which sessions use. Set both by NTP."],
  ] as const)('names a clock that differs: this one is %d s ahead', async ([aheadS, line]) => {
    // NocoDB's clock is the one of the stand-in's answers, to the second.
    const date = new Date(NOW).toUTCString();
    vi.useFakeTimers({ now: NOW + aheadS * 1_000, toFake: ['Date'] });
    const real = globalThis.fetch;
    vi.stubGlobal('fetch', async (...given: Parameters<typeof fetch>) => {
      const response = await real(...given);
      return new Response(response.body, { status: response.status, headers: { date } });
    });
    expect((await check(noco.config, store, signal)).lines).toContain(line);
    vi.unstubAllGlobals();
  });
});

describe('a check of a table that is not in order', () => {
  it('names each column that is missing or can not hold its values', async () => {
    noco.removeField('readingTime');
    noco.setType('currentPage', 'Checkbox');
    const { lines, isWell } = await check(noco.config, store, signal);
    expect(isWell).toBe(false);
    expect(lines.filter((line) => line.startsWith('WRONG'))).toEqual([
      expect.stringMatching(/^WRONG {4}the column currentPage is of type Checkbox/),
      'WRONG    the field readingTime is missing. Run: nocodb setup',
    ]);
    expect(lines.join()).not.toContain('all fields');
  });

  it('names a column that refuses all values', async () => {
    await setUp(noco.config, store, signal);
    await store.notes.write('nocodb-rejected', '{}');
    noco.ignoring.add('currentPage');
    for (let nth = 0; nth < 12; nth++) {
      await begin(`s${nth}`);
      const span = { id: 's', page: `/${nth}/`, startMs: NOW, endMs: NOW + 60_000, offsetMs: 0 };
      await store.record([{ session: `s${nth}`, receivedMs: NOW + 60_000, span }]);
    }
    await writeAllAsFarAsPossible();
    const { lines, isWell } = await check(noco.config, store, signal);
    expect(lines).toContain('WRONG    the column currentPage accepts no value of currentPage and is left out');
    expect(isWell).toBe(false);
  });

  it('says that there is none, and what to run', async () => {
    const { lines, isWell } = await check({ ...noco.config, table: 'other' }, store, signal);
    expect([isWell, lines[2]]).toEqual([false, 'WRONG    there is no table other. Run: nocodb setup']);
  });

  it.for([
    ['denied', /^WRONG {4}HTTP 401: .*\. Create a token in NocoDB \(Account, Tokens\) and set NOCODB_TOKEN to it\.$/],
    ['html-502', /^WRONG {4}HTTP 502\. Check that NocoDB is running and that NOCODB_URL is its address\.$/],
    ['limited', /^WRONG {4}HTTP 429: .*\. NocoDB limits requests: wait, or lower NOCODB_REQUESTS_PER_SECOND\.$/],
    ['refused', /^WRONG {4}HTTP 422: .*\. Fix it in NocoDB, then run the command again\.$/],
  ] as const)('says what to do after %s', async ([fault, line]) => {
    noco.fault = () => fault;
    await begin('ann');
    const { lines, isWell } = await check(noco.config, store, signal);
    expect([isWell, lines.length]).toEqual([false, 2]);
    expect(lines[0]).toMatch(line);
    expect(lines[1]).toMatch(/^waiting {2}1 sessions to be written/);
    expect(await setUp(noco.config, store, signal)).toEqual({ lines: [lines[0]], isWell: false });
  });

  it("says when the month's requests are used up, and until when", async () => {
    const config = { ...noco.config, requestsPerMonth: 100 };
    vi.useFakeTimers({ now: NOW, toFake: ['Date'] });
    // Two requests each, of the fourteen that may come at once.
    for (let nth = 0; nth < 7; nth++) await check(config, store, signal);
    const { lines, isWell } = await check(config, store, signal);
    const waitMs = Math.ceil((31 * 86_400_000) / (100 - 14));
    expect([isWell, ...lines]).toEqual([
      false,
      'WRONG    the requests of NOCODB_REQUESTS_PER_MONTH are used up for now. Wait, or raise NOCODB_REQUESTS_PER_MONTH.',
      'waiting  0 sessions to be written',
      `waiting  the month's requests are used up; the next one can be sent at ${new Date(NOW + waitMs).toISOString()}`,
    ]);
  });
});

async function writeAllAsFarAsPossible(): Promise<void> {
  let now = NOW;
  const mirror = createMirror(noco.config, store, pino({ level: 'silent' }), {
    wall: () => now,
    monotonic: () => now,
  });
  for (let round = 0; round < 30; round++) {
    await mirror.round();
    now += 60_000;
  }
  await mirror.stop();
}

describe('setup', () => {
  it('adds what is missing once, and knows the table afterwards', async () => {
    noco.removeField('readingTime');
    expect(await setUp(noco.config, store, signal)).toEqual({ lines: ['added the field readingTime'], isWell: true });
    expect(await setUp(noco.config, store, signal)).toEqual({
      lines: ['The table emailAccess is complete.'],
      isWell: true,
    });
    // Found again by its id.
    noco.renameField('readingTime', 'Zeit');
    expect((await setUp(noco.config, store, signal)).lines).toEqual(['The table emailAccess is complete.']);
  });

  it('names what only a person can repair', async () => {
    noco.setType('currentPage', 'Checkbox');
    const { lines, isWell } = await setUp(noco.config, store, signal);
    expect([isWell, lines]).toEqual([false, [expect.stringMatching(/^WRONG {4}the column currentPage is of type/)]]);
  });
});

it('a resync has all sessions written again that began then or later', async () => {
  await begin('ann');
  await begin('bob', NOW + 60_000);
  await writeAll();
  expect(await resync(store, NOW + 1)).toEqual({
    lines: ['1 sessions are waiting to be written again.'],
    isWell: true,
  });
  expect((await resync(store, NOW)).lines).toEqual(['2 sessions are waiting to be written again.']);
});
