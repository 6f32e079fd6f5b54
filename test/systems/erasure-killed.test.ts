// Erasing a reader while the server is killed, at each step of it, with a real NocoDB: what is said to be outstanding is true at each moment,
// and in the end nothing of the reader is left, and all of the others.
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it, type TestContext } from 'vitest';
import { createMirror } from '../../server/nocodb/mirror.ts';
import { openStore } from '../../server/store/open-store.ts';
import { NOCODB } from '../../server/store/outbox.ts';
import type { OutstandingErasure } from '../../server/store/erasures.ts';
import type { ErasurePreview, ErasureReceipt } from '../../sw/protocol/owner-api.ts';
import { holdStore } from '../helpers/held-store.ts';
import { rowsOf } from '../helpers/nocodb/mirrored-store.ts';
import { NocoServer } from '../helpers/nocodb/nocodb-server.ts';
import { NocoProxy, writesRows } from '../helpers/noco-proxy.ts';
import { OWNER_TOKEN, StillhereServer } from '../helpers/stillhere-server.ts';
import { until } from '../helpers/until.ts';

const CLI = new URL('../../server/cli.ts', import.meta.url).pathname;
const ANN = 'ann.of.the.test@example.com';
const ANNS = 40;
const OTHERS = 5;
/** Each session is a transaction of its own. */
const SPANS = 600;
const NOW = Date.parse('2026-11-24T08:00:00Z');
const MINUTE = 60_000;
/** A lease of 30 s that nobody gave back, and a minute for a row that may be under way, on a busy machine. */
const PATIENCE_MS = 200_000;
const COUNT_ANNS = `SELECT count(*) AS count FROM sessions WHERE email = '${ANN}'`;
/** The rows without a key, among which the erasure looks for those that hold the address. */
const readsOtherRows = (method: string, path: string): boolean =>
  method === 'GET' && decodeURIComponent(path).includes(',blank)');

let noco: NocoServer;
let tables = 0;
beforeAll(async () => {
  noco = await NocoServer.start();
});
afterAll(() => noco.remove());

/** A server on a store with Ann's sessions and others', all of them in a table of their own in NocoDB. */
class Mirrored {
  readonly server: StillhereServer;
  readonly proxy: NocoProxy;
  readonly #file: string;
  readonly #table: string;

  private constructor(server: StillhereServer, proxy: NocoProxy, file: string, table: string) {
    this.server = server;
    this.proxy = proxy;
    this.#file = file;
    this.#table = table;
  }

  /** @param onTestFinished of the test's context: what ends it, even if the test fails. */
  static async start({ onTestFinished }: Pick<TestContext, 'onTestFinished'>, spans = 1): Promise<Mirrored> {
    const table = `erasure${tables++}`;
    const file = join(await mkdtemp(join(tmpdir(), 'stillhere-store-')), 'test.db');
    const store = await openStore(`file:${file}`);
    const ids = Array.from({ length: ANNS + OTHERS }, (_, nth) => (nth < ANNS ? `ann_-${nth}` : `other_-${nth}`));
    for (const id of ids)
      await store.createSession({ id, email: id.startsWith('ann') ? ANN : `${id}@example.com`, startMs: NOW });
    await store.invitations.add({
      id: 'to-ann',
      hash: 'hash-to-ann',
      email: ANN,
      pages: null,
      createdMs: NOW,
      untilMs: NOW + MINUTE,
    });
    for (const session of ids)
      await store.record(
        Array.from({ length: session.startsWith('ann') ? spans : 1 }, (_, nth) => {
          const startMs = NOW + nth * MINUTE;
          const span = { id: `s${nth}`, page: '/a/', startMs, endMs: startMs + MINUTE / 2, offsetMs: 0 };
          return { session, receivedMs: startMs + MINUTE, span };
        }),
      );
    const mirror = createMirror({ ...noco.config, table }, store, pino({ level: 'silent' }));
    await until(async () => {
      await mirror.round();
      return (await store.outboxOf(NOCODB).countUntold()) === 0;
    }, PATIENCE_MS);
    await mirror.stop();
    await store.close();
    const proxy = await NocoProxy.start(noco.config.url);
    onTestFinished(() => proxy.stop());
    const server = await StillhereServer.start({
      STORE_URL: `file:${file}`,
      NOCODB_URL: proxy.url,
      NOCODB_TOKEN: noco.config.token,
      NOCODB_BASE_ID: noco.config.baseId,
      NOCODB_TABLE: table,
      NOCODB_REQUESTS_PER_SECOND: '50',
      NOCODB_FRESHNESS_MS: '50',
    });
    onTestFinished(async () => void (await server.stop()));
    const mirrored = new Mirrored(server, proxy, file, table);
    expect(await mirrored.countRows()).toEqual({ ofAnn: ANNS, ofOthers: OTHERS });
    return mirrored;
  }

  /** Undefined: the server was killed meanwhile. */
  async erase(): Promise<ErasureReceipt | undefined> {
    const headers = { authorization: `Bearer ${OWNER_TOKEN}` };
    const response = await fetch(`${this.server.url}/api/readers/${ANN}`, { method: 'DELETE', headers }).catch(
      () => undefined,
    );
    return response && ((await response.json()) as ErasureReceipt);
  }

  async preview(): Promise<ErasurePreview> {
    return (await this.server.ask(`/api/readers/${ANN}/erasure`)) as ErasurePreview;
  }

  holdStore(isIt: (anns: number) => boolean): ReturnType<typeof holdStore> {
    return holdStore(this.#file, COUNT_ANNS, isIt);
  }

  /** Lets the server delete rows until so many of Ann's are left, and holds the answer that tells it. */
  async holdDeletion(isIt: (anns: number) => boolean): Promise<void> {
    for (;;) {
      const { release } = await this.proxy.holdNextAnswer(writesRows('DELETE'));
      if (isIt((await this.countRows()).ofAnn)) return;
      await release();
    }
  }

  async countRows(): Promise<{ ofAnn: number; ofOthers: number }> {
    const all = await rowsOf(noco, this.#table);
    const ofAnn = all.filter(({ fields }) => fields['emailOfAccessor'] === ANN).length;
    return { ofAnn, ofOthers: all.length - ofAnn };
  }

  /** Of what is to be deleted in NocoDB, as the command line tells it while no server runs. */
  async countOutstanding(): Promise<number> {
    const env = { ...process.env, STORE_URL: `file:${this.#file}` };
    const { stdout } = await promisify(execFile)(process.execPath, [CLI, 'erasures', '--json'], { env });
    expect(stdout).not.toContain('ann');
    const { outstanding } = JSON.parse(stdout) as { outstanding: readonly OutstandingErasure[] };
    return outstanding.reduce((sum, { sessions }) => sum + sessions, 0);
  }

  /** Once everything outside is deleted, too. */
  async expectErased(): Promise<void> {
    await until(async () => {
      const { outstanding } = (await this.server.ask('/api/erasures')) as { outstanding: unknown[] };
      return outstanding.length === 0;
    }, PATIENCE_MS);
    expect(await this.countRows()).toEqual({ ofAnn: 0, ofOthers: OTHERS });
    const now = Date.now();
    const late = { id: 'late', session: 'ann_-3', page: '/a/', start: now - MINUTE, end: now };
    const response = await fetch(`${this.server.url}/api/session-heartbeat`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ sentAt: now, spans: [late] }),
    });
    expect(await response.json()).toMatchObject({ stored: [], refused: [{ id: 'late' }] });
    expect(await this.erase()).toMatchObject({ sessions: 0, invitations: 0, scrubbed: true, outstanding: [] });
    expect((await this.server.sessions()).length).toBe(OTHERS);
    for (const file of [this.#file, `${this.#file}-wal`].filter((one) => existsSync(one)))
      expect((await readFile(file)).includes(ANN)).toBe(false);
  }
}

describe.concurrent('an erasure', () => {
  it('deletes the row that NocoDB makes only after the server was killed', async (context) => {
    const mirrored = await Mirrored.start(context);
    const { server, proxy } = mirrored;
    const creation = proxy.holdNext(writesRows('POST'));
    await fetch(`${server.url}/api/verify-temp-access`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ email: ANN }),
    });
    const { release } = await creation;
    expect(await mirrored.erase()).toMatchObject({ sessions: ANNS + 1, outstanding: [{ sessions: ANNS + 1 }] });
    await server.stop('SIGKILL');
    expect(await release()).toBe(200);
    expect(await mirrored.countRows()).toEqual({ ofAnn: ANNS + 1, ofOthers: OTHERS });
    expect(await mirrored.countOutstanding()).toBe(ANNS + 1);
    await server.start();
    await mirrored.expectErased();
  });

  it('that was killed before its first transaction has erased nothing, and can be done again', async (context) => {
    const mirrored = await Mirrored.start(context);
    const { server } = mirrored;
    const before = await mirrored.preview();
    const held = await mirrored.holdStore((anns) => anns === ANNS);
    const receipt = mirrored.erase();
    // It has read the request when it answers one that came later.
    await fetch(`${server.url}/healthz`);
    await server.stop('SIGKILL');
    held.release();
    expect(await receipt).toBeUndefined();
    expect(await mirrored.countOutstanding()).toBe(0);
    await server.start();
    expect(before).toMatchObject({ sessions: ANNS, invitations: 1 });
    expect(await mirrored.preview()).toEqual(before);
    expect(await mirrored.countRows()).toEqual({ ofAnn: ANNS, ofOthers: OTHERS });
    expect(await mirrored.erase()).toMatchObject({ sessions: ANNS, invitations: 1, scrubbed: true });
    await mirrored.expectErased();
  });

  it('that was killed between two transactions says what it has deleted, and the next one deletes the rest', async (context) => {
    const mirrored = await Mirrored.start(context, SPANS);
    const { server } = mirrored;
    const receipt = mirrored.erase();
    const held = await mirrored.holdStore((anns) => anns > 0 && anns < ANNS);
    await server.stop('SIGKILL');
    held.release();
    expect(await receipt).toBeUndefined();
    expect(await mirrored.countOutstanding()).toBe(ANNS - held.count);
    await server.start();
    expect(await mirrored.preview()).toMatchObject({ sessions: held.count, spans: held.count * SPANS, invitations: 0 });
    expect(await mirrored.erase()).toMatchObject({ sessions: held.count, scrubbed: true });
    await mirrored.expectErased();
  });

  it('that was killed between the last transaction and the receipt is complete', async (context) => {
    const mirrored = await Mirrored.start(context);
    const { server, proxy } = mirrored;
    const deletion = proxy.holdNext(writesRows('DELETE'));
    const otherRows = proxy.holdNext(readsOtherRows);
    const receipt = mirrored.erase();
    await Promise.all([deletion, otherRows]);
    await server.stop('SIGKILL');
    expect(await receipt).toBeUndefined();
    expect(await mirrored.countOutstanding()).toBe(ANNS);
    expect(await mirrored.countRows()).toEqual({ ofAnn: ANNS, ofOthers: OTHERS });
    await server.start();
    expect(await mirrored.preview()).toMatchObject({ sessions: 0, spans: 0, invitations: 0 });
    await mirrored.expectErased();
  });

  it.for([
    { name: 'some rows were deleted', isIt: (left: number) => left > 0 && left < ANNS },
    { name: 'all were, but it had not heard so', isIt: (left: number) => left === 0 },
  ])('whose server was killed when $name, goes on by itself', async ({ isIt }, context) => {
    const mirrored = await Mirrored.start(context);
    const { server } = mirrored;
    const deletion = mirrored.holdDeletion(isIt);
    expect(await mirrored.erase()).toMatchObject({ sessions: ANNS, outstanding: [{ sessions: ANNS }] });
    await deletion;
    await server.stop('SIGKILL');
    expect(isIt((await mirrored.countRows()).ofAnn)).toBe(true);
    expect(await mirrored.countOutstanding()).toBe(ANNS);
    await server.start();
    await mirrored.expectErased();
  });
});
