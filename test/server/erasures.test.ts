// Erasing a reader: what goes, what stays, and what the receipt says.
import { readFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, expect, it } from 'vitest';
import { eraseReader } from '../../server/sessions/erase-reader.ts';
import { NOCODB } from '../../server/store/outbox.ts';
import type { ErasureReceipt, ReaderExport } from '../../sw/protocol/owner-api.ts';
import { makeSpan, NOW, OWNER_TOKEN, startTestAppWithThreads, type TestApp } from '../helpers/test-app.ts';

const AUTHORIZATION = { authorization: `Bearer ${OWNER_TOKEN}` };
const MINUTE = 60_000;
/** In no path and no other address. */
const ANN = 'ann.of.the.test@example.com';
const BOB = 'bob@example.com';

let app: TestApp;
afterEach(() => app.close());

/** Two sessions of Ann, one of them told to NocoDB, and one of Bob, each with three spans. */
async function startRead(): Promise<void> {
  app = await startTestAppWithThreads();
  app.clock.now = NOW + 10 * MINUTE;
  const outbox = app.store.outboxOf(NOCODB);
  await outbox.countUntold();
  // Nothing that it has told can be deleted.
  await app.store.outboxOf('webhook').countUntold();
  for (const [id, email] of [
    ['ann-1', ANN],
    ['ann-2', ANN],
    ['bob-1', BOB],
  ] as const) {
    await app.store.createSession({ id, email, startMs: NOW });
    await app.deliver(
      [0, 1, 2].map((nth) =>
        makeSpan({
          id: `${nth}`,
          session: id,
          page: `/confidential/${nth}/`,
          start: NOW + nth * 90_000,
          end: NOW + nth * 90_000 + 30_000,
        }),
      ),
    );
  }
  await outbox.setRecords([{ id: 'ann-1', recordId: '7' }]);
  await app.store.totals.setReaderExcluded(ANN, true);
  for (const [id, email] of [
    ['to-ann', ANN],
    ['to-bob', BOB],
  ] as const) {
    const invitation = { id, hash: `hash-${id}`, email, pages: null, createdMs: NOW, untilMs: NOW + 60 * MINUTE };
    await app.store.invitations.add(invitation);
  }
  const asked = { next: '/confidential/', isMeasured: true, codeHmac: 'hmac', sentMs: NOW, untilMs: NOW + MINUTE };
  for (const [hash, email] of [
    ['one', ANN],
    ['two', ANN],
    ['three', BOB],
  ] as const)
    await app.store.codes.add({ hash, email, ...asked }, 0);
  const tried = { firstMs: NOW, lastMs: NOW + MINUTE };
  await app.store.refusals.add(
    new Map(),
    [
      { ...tried, email: ANN, tries: 3 },
      { ...tried, email: BOB, tries: 1 },
    ],
    NOW,
  );
  await app.store.blockedReaders.block(ANN, NOW + MINUTE);
  await app.store.totals.counting.count(['ann-1', 'ann-2', 'bob-1']);
}

async function ask<Answer>(method: string, path: string): Promise<Answer> {
  const { status, body } = await app.send(method, path, AUTHORIZATION);
  expect(status).toBe(200);
  return JSON.parse(body) as Answer;
}

/** Whether any file of the store has the address in it. */
async function isInFiles(address: string): Promise<boolean> {
  const files = ['', '-wal'].map((end) => app.storeFile + end).filter((file) => existsSync(file));
  const contents = await Promise.all(files.map((file) => readFile(file)));
  return contents.some((bytes) => bytes.toString('latin1').toLowerCase().includes(address));
}

it('deletes all that names the reader, from the files, too, and nothing of others', async () => {
  await startRead();
  expect(await isInFiles(ANN)).toBe(true);
  const preview = await ask<{ reader: string }>('GET', `/api/readers/${ANN}/erasure`);
  expect(preview).toEqual({
    reader: await app.store.totals.readerIdOf(ANN),
    sessions: 2,
    spans: 6,
    invitations: 1,
    codes: 2,
    refusals: 3,
    blocked: true,
    excluded: true,
  });
  const receipt = await ask<ErasureReceipt>('DELETE', `/api/readers/${ANN}`);

  expect(receipt).toEqual({
    ...preview,
    erasedAt: new Date(app.clock.now).toISOString(),
    scrubbed: true,
    outstanding: [{ consumer: NOCODB, sessions: 2 }],
  });
  expect(await isInFiles(ANN)).toBe(false);
  expect(await ask('GET', '/api/erasures')).toEqual({ outstanding: receipt.outstanding });
  expect((await ask<{ sessions: { id: string }[] }>('GET', '/api/sessions')).sessions.map(({ id }) => id)).toEqual([
    'bob-1',
  ]);
  expect((await app.session('bob-1')).spans).toHaveLength(3);
  const ofBob = { sessions: 1, spans: 3, invitations: 1, codes: 1, refusals: 1, blocked: false, excluded: false };
  expect(await ask('GET', `/api/readers/${BOB}/erasure`)).toMatchObject(ofBob);
  expect(await app.store.totals.findReader({ email: ANN })).toBeUndefined();
  expect(await app.store.totals.listExcludedReaders()).toEqual([]);
});

it('what a device delivers later is refused, and brings nothing back', async () => {
  await startRead();
  await ask('DELETE', `/api/readers/${ANN}`);
  const late = makeSpan({ id: 'late', session: 'ann-1', start: NOW + MINUTE, end: NOW + 2 * MINUTE });
  expect(await app.deliver([late])).toMatchObject({ stored: [], refused: [{ id: 'late', reason: 'unknown-session' }] });
  expect(await app.store.findSession('ann-1')).toBeUndefined();
});

it('again, it finds nothing, and tells what is still to be deleted outside until that is done', async () => {
  await startRead();
  await ask('DELETE', `/api/readers/${ANN}`);
  const again = await ask<ErasureReceipt>('DELETE', `/api/readers/${ANN}`);
  const nothing = { sessions: 0, spans: 0, invitations: 0, codes: 0, refusals: 0, blocked: false, excluded: false };
  expect(again).toMatchObject({ ...nothing, outstanding: [{ consumer: NOCODB, sessions: 2 }] });
  await app.store.outboxOf(NOCODB).deletions.finish(['ann-1', 'ann-2']);
  expect(await ask('GET', '/api/erasures')).toEqual({ outstanding: [] });
});

it('a session that begins afterwards is a new one, and stays', async () => {
  await startRead();
  await app.store.createSession({ id: 'ann-3', email: ANN, startMs: app.clock.now + 1 });
  await ask('DELETE', `/api/readers/${ANN}`);
  expect(await app.store.findSession('ann-3')).toBeDefined();
});

it('says that the log can not be overwritten while it is read, and does so afterwards', async () => {
  await startRead();
  const other = new DatabaseSync(app.storeFile, { readOnly: true });
  other.exec('BEGIN');
  other.prepare('SELECT count(*) FROM sessions').get();
  expect(await ask('DELETE', `/api/readers/${ANN}`)).toMatchObject({ sessions: 2, scrubbed: false });
  // Deliveries go on meanwhile.
  expect(await app.deliver([makeSpan({ id: 'more', session: 'bob-1' })])).toMatchObject({ stored: ['more'] });
  other.exec('COMMIT');
  other.close();
  expect(await ask('DELETE', `/api/readers/${ANN}`)).toMatchObject({ sessions: 0, scrubbed: true });
  expect(await isInFiles(ANN)).toBe(false);
});

it('names a reader by id, too, and there is none with an id that nobody has', async () => {
  await startRead();
  const id = await app.store.totals.readerIdOf(BOB);
  expect(await ask('DELETE', `/api/readers/${id}`)).toMatchObject({ reader: id, sessions: 1, spans: 3 });
  const { status, body } = await app.send('DELETE', `/api/readers/${id}`, AUTHORIZATION);
  expect([status, body]).toEqual([404, expect.stringContaining('There is no reader with this address or id')]);
});

it('names rows in NocoDB that Stillhere did not write, or says that it could not look', async () => {
  await startRead();
  const { store } = app;
  const asked: string[] = [];
  const findOtherRows = async (email: string): Promise<readonly string[]> => {
    asked.push(email);
    return ['12', '15'];
  };
  expect(await eraseReader({ store, findOtherRows }, ANN, app.clock.now)).toMatchObject({ otherRows: ['12', '15'] });
  expect(asked).toEqual([ANN]);
  const fail = (): Promise<never> => Promise.reject(new Error('down'));
  expect(await eraseReader({ store, findOtherRows: fail }, BOB, app.clock.now)).toMatchObject({
    sessions: 1,
    otherRows: null,
  });
});

it('an export has what is kept of the reader besides sessions, and nothing that lets somebody in', async () => {
  await startRead();
  await app.store.invitations.revoke('to-ann', NOW + MINUTE);
  const time = (ms: number): string => new Date(ms).toISOString();
  const { body } = await app.send('GET', `/api/readers/${ANN}/export`, AUTHORIZATION);
  const { sessions, ...rest } = JSON.parse(body) as ReaderExport;
  const code = { page: '/confidential/', sent: time(NOW), expires: time(NOW + MINUTE) };
  expect(sessions).toHaveLength(2);
  expect(rest).toEqual({
    emailOfAccessor: ANN,
    excluded: true,
    blockedSince: time(NOW + MINUTE),
    refused: { tries: 3, firstTry: time(NOW), lastTry: time(NOW + MINUTE) },
    invitations: [
      { pages: null, created: time(NOW), expires: time(NOW + 60 * MINUTE), revoked: time(NOW + MINUTE), opened: null },
    ],
    codes: [code, code],
  });
  expect(body).not.toMatch(/hash|hmac|"id":"to-ann"/);
  const other = await app.send('GET', '/api/readers/nobody@example.com/export', AUTHORIZATION);
  expect(JSON.parse(other.body)).toEqual({
    emailOfAccessor: 'nobody@example.com',
    excluded: false,
    blockedSince: null,
    refused: null,
    invitations: [],
    codes: [],
    sessions: [],
  });
});

it('an export has all sessions of the reader with their spans, and no id that lets one write to them', async () => {
  await startRead();
  const { headers, body } = await app.send('GET', `/api/readers/${ANN}/export`, AUTHORIZATION);
  expect(headers).toMatchObject({
    'content-disposition': 'attachment; filename="reader.json"',
    'content-type': 'application/json; charset=utf-8',
  });
  const exported = JSON.parse(body) as { emailOfAccessor: string; sessions: { spans: unknown[]; visits: unknown[] }[] };
  expect(exported.emailOfAccessor).toBe(ANN);
  expect(exported.sessions.map(({ spans, visits }) => [spans.length, visits.length])).toEqual([
    [3, 1],
    [3, 1],
  ]);
  expect(body).not.toContain('ann-1');
});
