// A row, value or column that NocoDB rejects affects nothing else, and no response of NocoDB causes two records for one
// session. With a clock that the test controls.
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { check, setUp } from '../../server/nocodb/commands.ts';
import { createMirror, type Mirror } from '../../server/nocodb/mirror.ts';
import { NOCODB } from '../../server/store/outbox.ts';
import type { SessionStore } from '../../server/store/session-store.ts';
import { openInlineStore } from '../helpers/inline-store.ts';
import { makeMemoryFolder } from '../helpers/memory-folder.ts';
import { NocoStandIn, type NocoFault } from '../helpers/nocodb/stand-in.ts';

const NOW = Date.parse('2026-11-24T08:00:00.678Z');
const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const SESSIONS = 25;
const PAGE = '/report/';

let noco: NocoStandIn;
let folder: string;
let store: SessionStore;
let mirror: Mirror;
let logLines: string[];
let now: number;

beforeEach(async () => {
  noco = await NocoStandIn.start();
  folder = await makeMemoryFolder();
  store = await openInlineStore(join(folder, 'test.db'));
  logLines = [];
  now = NOW;
  const log = pino({ level: 'trace' }, { write: (line) => logLines.push(line) });
  mirror = createMirror({ ...noco.config, freshnessMs: SECOND }, store, log, {
    wall: () => now,
    monotonic: () => now - NOW,
  });
});
afterEach(async () => {
  await mirror.stop();
  await store.close();
  await noco.stop();
  await rm(folder, { recursive: true });
  // Logs never name a reader.
  expect(logLines.join('')).not.toMatch(/@|example\.com|session-\d/);
});

async function begin(many = SESSIONS, from = 0): Promise<void> {
  for (let nth = from; nth < from + many; nth++)
    await store.createSession({ id: `session-${nth}`, email: `reader${nth}@example.com`, startMs: now });
}

async function read(nth: number, page = PAGE, minutes = 10): Promise<void> {
  const span = { id: page, page, startMs: NOW, endMs: NOW + minutes * MINUTE, offsetMs: 0 };
  await store.record([{ session: `session-${nth}`, receivedMs: NOW + HOUR, span }]);
}

/** Runs rounds for this long, four a second by default. */
async function pass(ms: number, everyMs = SECOND / 4): Promise<void> {
  for (const end = now + ms; now < end; now += everyMs) await mirror.round();
}

const waiting = (): Promise<number> => store.outboxOf(NOCODB).countUntold();
const rowOf = (nth: number): Record<string, unknown> | undefined =>
  [...noco.rows.values()].find((row) => row['sessionId'] === `session-${nth}`);

/** Each session has one row with the store's values, except in the columns `but`. */
async function expectShown(but: readonly string[] = [], sessions = SESSIONS): Promise<void> {
  const shown = [...noco.rows.values()].map((row) => String(row['sessionId']));
  expect(shown.toSorted()).toEqual(Array.from({ length: sessions }, (_, nth) => `session-${nth}`).toSorted());
  for (const session of await store.listSessions({ pageSize: 1_000 })) {
    const row = [...noco.rows.values()].find(({ sessionId }) => sessionId === session.id) ?? {};
    const has = (title: string): unknown => row[title] ?? null;
    const wanted = {
      emailOfAccessor: session.email,
      currentPage: session.currentPage,
      readingTime: Math.floor(session.readingMs / 1_000),
    };
    for (const [title, value] of Object.entries(wanted))
      if (!but.includes(title)) expect(`${title} ${String(has(title))}`).toBe(`${title} ${String(value)}`);
  }
}

describe('a page name that NocoDB answers', () => {
  const PAGES = ['/bad/😀/', '/bad/"quoted"/', "/bad/it's/", `/bad/${'long/'.repeat(300)}`];
  const FAULTS: readonly NocoFault[] = ['error-500', 'html-502', 'refused', 'blocked', 'cut'];

  it.each(FAULTS)('with %s delays no other row, and its rows have everything but the page', async (fault) => {
    noco.fault = (method, body) => (method !== 'GET' && body.includes('/bad/') ? fault : 'none');
    await begin();
    for (let nth = 0; nth < SESSIONS; nth++) await read(nth, nth % 6 === 2 ? PAGES[nth % PAGES.length] : PAGE);
    await pass(2 * MINUTE);
    expect(await waiting()).toBe(4);
    for (let nth = 0; nth < SESSIONS; nth++) {
      const isBad = nth % 6 === 2;
      expect(rowOf(nth)).toMatchObject({ emailOfAccessor: `reader${nth}@example.com`, readingTime: 600 });
      expect(rowOf(nth)?.['currentPage'] ?? null).toBe(isBad ? null : PAGE);
    }
    expect(noco.rows.size).toBe(SESSIONS);
    expect(logLines.join('')).toMatch(/"columns":\["currentPage"\],"msg":"NocoDB: a row was written without values/);

    // Later sessions are written as usual, those on the bad page without it.
    const { requests } = noco;
    await begin(10, SESSIONS);
    await read(SESSIONS, PAGES[0]);
    await pass(5 * SECOND);
    // It began two minutes later, so its span is moved to its start.
    expect(rowOf(SESSIONS)).toMatchObject({ sessionEndTime: '2026-11-24T08:12:00.000Z' });
    expect(rowOf(SESSIONS + 9)).toBeDefined();
    expect(noco.requests - requests).toBeLessThan(40);
  });

  it.each(FAULTS)('with %s on a change delays no other change', async (fault) => {
    await begin();
    await pass(5 * SECOND);
    noco.fault = (method, body) => (method !== 'GET' && body.includes('/bad/') ? fault : 'none');
    for (let nth = 0; nth < SESSIONS; nth++) await read(nth, nth === 7 ? '/bad/' : PAGE);
    await pass(MINUTE);
    expect(await waiting()).toBe(1);
    expect(rowOf(7)).toMatchObject({ readingTime: 600, sessionEndTime: '2026-11-24T08:10:00.000Z' });
    await read(7, PAGE, 20);
    await pass(5 * SECOND);
    expect(await waiting()).toBe(0);
    await expectShown();
  });

  it('is retried later, less and less often', async () => {
    noco.fault = (method, body) => (method !== 'GET' && body.includes('/bad/') ? 'error-500' : 'none');
    await begin(3);
    await read(1, '/bad/');
    await pass(10 * MINUTE, SECOND);
    const { requests } = noco;
    for (const end = now + 24 * HOUR; now < end; now += 5 * MINUTE) await mirror.round();
    // The table is checked every ten minutes, with two requests.
    expect(noco.requests - requests).toBeLessThan(2 * 6 * 24 + 30);
    noco.fault = () => 'none';
    for (const end = now + 7 * HOUR; now < end; now += 5 * MINUTE) await mirror.round();
    expect(await waiting()).toBe(0);
    await expectShown([], 3);
  });
});

describe('a session of which nothing can be written', () => {
  it('delays no other one, and is reported', async () => {
    noco.fault = (method, body) => (method !== 'GET' && body.includes('session-7"') ? 'error-500' : 'none');
    await begin();
    await pass(2 * MINUTE);
    expect(await waiting()).toBe(1);
    expect(noco.rows.size).toBe(SESSIONS - 1);
    expect(logLines.join('')).toMatch(/"msg":"NocoDB: a row differs from what was sent"/);
    noco.fault = () => 'none';
    await pass(11 * MINUTE, 5 * SECOND);
    await expectShown();
  });
});

describe('a NocoDB that rejects every write', () => {
  it.each(['error-500', 'html-502', 'refused', 'cut', 'old-values'] as const)(
    'but answers %s is asked less and less, and all is written afterwards',
    async (fault) => {
      await begin();
      await pass(5 * SECOND);
      for (let nth = 0; nth < SESSIONS; nth++) await read(nth, `/page/${nth}/`, nth + 1);
      noco.fault = (method) => (method === 'GET' ? 'none' : fault);
      await pass(5 * MINUTE, SECOND);
      expect(mirror.status().trouble).toBeDefined();
      const { requests } = noco;
      await pass(10 * MINUTE, SECOND);
      expect(noco.requests - requests).toBeLessThan(10 * 20);
      noco.fault = () => 'none';
      await pass(15 * MINUTE, SECOND);
      expect(await waiting()).toBe(0);
      expect(mirror.status()).toMatchObject({ trouble: undefined, waiting: 0, leftOut: [] });
      await expectShown();
    },
  );
});

describe('a NocoDB that rejects every read', () => {
  it.each(['error-500', 'refused', 'denied'] as const)('%s gets fewer and fewer requests', async (fault) => {
    await begin();
    noco.fault = (method) => (method === 'POST' ? 'answer-lost' : 'none');
    await pass(SECOND);
    noco.fault = (method) => (method === 'GET' ? fault : 'none');
    await pass(5 * MINUTE, SECOND);
    const { requests } = noco;
    await pass(10 * MINUTE, SECOND);
    expect(noco.requests - requests).toBeLessThan(10 * 4);
    noco.fault = () => 'none';
    await pass(2 * MINUTE, SECOND);
    expect(await waiting()).toBe(0);
    await expectShown();
  });

  it('gets fewer and fewer requests, too, while nothing waits', async () => {
    await begin();
    await pass(5 * SECOND);
    noco.fault = () => 'denied';
    await pass(25 * MINUTE, SECOND);
    const { requests } = noco;
    await pass(10 * MINUTE, SECOND);
    expect(noco.requests - requests).toBeLessThan(10 * 4);
    expect(mirror.status().trouble).toMatch(/HTTP 401/);
  });
});

describe('rows that were written despite the response', () => {
  it.each(['refused-yet-written', 'answer-lost', 'answer-cut', 'fewer', 'reordered'] as const)(
    'are found, though every answer is %s',
    async (fault) => {
      noco.fault = (method) => (method === 'GET' ? 'none' : fault);
      await begin();
      await pass(MINUTE);
      expect(await waiting()).toBe(0);
      await expectShown();
      for (let nth = 0; nth < SESSIONS; nth++) await read(nth, PAGE, nth + 1);
      await pass(MINUTE);
      expect(await waiting()).toBe(0);
      await expectShown();
    },
  );
});

describe('a batch', () => {
  it('that is too large for a proxy is written in smaller ones', async () => {
    noco.fault = (method, body) => (method !== 'GET' && body.length > 700 ? 'too-large' : 'none');
    await begin();
    await pass(20 * SECOND);
    expect(await waiting()).toBe(0);
    await expectShown();
  });

  it('with one row that is too large by itself delays no other one', async () => {
    noco.fault = (_, body) => (body.includes('session-7"') ? 'too-large' : 'none');
    await begin();
    await pass(MINUTE);
    expect(await waiting()).toBe(1);
    expect(noco.rows.size).toBe(SESSIONS - 1);
  });

  it('with records that a person deleted is written, and these are created again', async () => {
    await begin();
    await pass(5 * SECOND);
    for (const id of [3, 4, 17]) noco.rows.delete(id);
    for (let nth = 0; nth < SESSIONS; nth++) await read(nth);
    await pass(10 * SECOND);
    expect(await waiting()).toBe(0);
    await expectShown();
  });
});

/** A more recent check of the table is trusted, unless a response disproves it. */
const AGES = [2 * SECOND, 15 * SECOND];

describe('a column', () => {
  it.each([
    ['emailOfAccessor', 'SingleLineText'],
    ['emailOfAccessor', 'LongText'],
    ['currentPage', 'LongText'],
    ['currentPage', 'URL'],
    ['currentPage', 'SomeTypeOfTomorrow'],
    ['readingTime', 'Number'],
    ['readingTime', 'Decimal'],
    ['readingTime', 'SingleLineText'],
    ['sessionStartTime', 'SingleLineText'],
    ['sessionEndTime', 'LongText'],
    ['sessionId', 'LongText'],
    ['durationMinutes', 'Number'],
  ])('%s of type %s is written, and check and setup report no problem', async (title, type) => {
    noco.setType(title, type);
    await begin();
    for (let nth = 0; nth < 12; nth++) await read(nth);
    await pass(10 * SECOND);
    expect(await waiting()).toBe(0);
    await expectShown();
    const { signal } = new AbortController();
    expect((await setUp(noco.config, store, signal)).isWell).toBe(true);
    expect((await check(noco.config, store, signal)).isWell).toBe(true);
    expect(mirror.status().leftOut).toEqual([]);
  });

  it.each([
    ['readingTime', 'Checkbox'],
    ['readingTime', 'Formula'],
    ['currentPage', 'SingleSelect'],
    ['currentPage', 'Number'],
    ['emailOfAccessor', 'Number'],
    ['emailOfAccessor', 'Lookup'],
    ['sessionEndTime', 'Number'],
    ['sessionStartTime', 'Date'],
  ])('%s of type %s is left out by name, the others are written, until it can hold its values', async (title, type) => {
    const before = noco.fields.find((field) => field.title === title)?.type ?? '';
    noco.setType(title, type);
    await begin();
    for (let nth = 0; nth < 12; nth++) await read(nth);
    await pass(10 * SECOND);
    expect(await waiting()).toBe(0);
    await expectShown([title]);
    expect(rowOf(0)?.[title]).toBeUndefined();
    expect(mirror.status().leftOut.join()).toMatch(new RegExp(`the column ${title} is of type ${type}`));

    const { signal } = new AbortController();
    const found = await check(noco.config, store, signal);
    expect([found.isWell, found.lines.join()]).toEqual([false, expect.stringContaining(`column ${title} is of type`)]);
    const prepared = await setUp(noco.config, store, signal);
    expect(prepared.isWell).toBe(false);
    expect(found.lines).toEqual(expect.arrayContaining(prepared.lines as string[]));

    noco.setType(title, before);
    await pass(11 * MINUTE, 5 * SECOND);
    expect(await waiting()).toBe(0);
    await expectShown();
    expect(mirror.status().leftOut).toEqual([]);
  });

  it('that gets another type while the mirror runs does not affect other columns', async () => {
    await begin();
    await pass(15 * SECOND);
    noco.setType('currentPage', 'Number');
    for (let nth = 0; nth < SESSIONS; nth++) await read(nth, `/page/${nth}/`);
    await pass(10 * SECOND);
    expect(await waiting()).toBe(0);
    await expectShown(['currentPage']);
    expect(mirror.status().leftOut).toHaveLength(1);
  });

  it('that ignores writes is left out by name, and filled when it accepts values again', async () => {
    noco.ignoring.add('currentPage');
    await begin();
    for (let nth = 0; nth < SESSIONS; nth++) await read(nth, `/page/${nth}/`);
    await pass(30 * SECOND);
    expect(mirror.status().leftOut).toEqual([expect.stringContaining('currentPage')]);
    await expectShown(['currentPage']);
    noco.ignoring.clear();
    await begin(1, SESSIONS);
    await read(SESSIONS);
    for (const end = now + 8 * HOUR; now < end; now += MINUTE) {
      await mirror.round();
      if (now % (30 * MINUTE) < MINUTE) await read(SESSIONS, PAGE, 10 + Math.floor((now - NOW) / HOUR));
    }
    await pass(10 * SECOND);
    expect(await waiting()).toBe(0);
    expect(mirror.status().leftOut).toEqual([]);
    await expectShown([], SESSIONS + 1);
  });

  it('that truncates long values does not affect the rest of the row', async () => {
    noco.longest.set('currentPage', 20);
    await begin();
    for (let nth = 0; nth < SESSIONS; nth++) await read(nth, nth === 4 ? `/a/${'long/'.repeat(20)}` : PAGE);
    await pass(20 * SECOND);
    expect(await waiting()).toBe(1);
    expect(rowOf(4)).toMatchObject({ readingTime: 600 });
    await expectShown(['currentPage']);
  });

  it.each(
    ['currentPage', 'readingTime', 'sessionEndTime', 'sessionId'].flatMap((title) =>
      AGES.map((age) => [title, age] as const),
    ),
  )(
    '%s that was deleted %i ms after a look at it is made again and filled, and no session gets a second row',
    async (title, age) => {
      await begin();
      for (let nth = 0; nth < SESSIONS; nth++) await read(nth);
      await pass(age);
      noco.removeField(title);
      await read(3, PAGE, 20);
      await begin(2, SESSIONS);
      await pass(30 * SECOND);
      expect(await waiting()).toBe(0);
      await expectShown([], SESSIONS + 2);
    },
  );

  it.each(AGES)('that was renamed %i ms after a check is written under its new name', async (age) => {
    await begin();
    await pass(age);
    noco.renameField('currentPage', 'Seite');
    for (let nth = 0; nth < SESSIONS; nth++) await read(nth, `/page/${nth}/`);
    await pass(20 * SECOND);
    expect(await waiting()).toBe(0);
    expect(rowOf(5)).toMatchObject({ Seite: '/page/5/' });
    expect(noco.fields.map(({ title }) => title)).not.toContain('currentPage');
  });

  it('for the key that can hold no value is reported, and nothing is written without it', async () => {
    noco.setType('sessionId', 'Number');
    await begin();
    await pass(10 * SECOND);
    expect(mirror.status().trouble).toMatch(/sessionId is of type Number/);
    expect(noco.rows.size).toBe(0);
    noco.setType('sessionId', 'LongText');
    await pass(2 * MINUTE);
    await expectShown();
  });
});
