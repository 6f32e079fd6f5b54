// Acknowledged means durable: no response before the commit, one commit for simultaneous requests, none after a
// failure.
import { afterEach, expect, it } from 'vitest';
import { createReceiver } from '../../server/deliveries/receive-spans.ts';
import type { Recorded, SessionStore, Sighting } from '../../server/store/session-store.ts';
import { HEARTBEAT_PATH, type Receipt } from '../../sw/protocol/delivery.ts';
import { makeSpan, NOW, startTestAppWithThreads, type Answer, type TestApp } from '../helpers/test-app.ts';
import { until } from '../helpers/until.ts';

let app: TestApp;
afterEach(() => app.close());

/** The real store, with a `record` that a test can delay or make fail. */
function withRecord(store: SessionStore, record: SessionStore['record']): SessionStore {
  return new Proxy(store, {
    get(target, name) {
      if (name === 'record') return record;
      const value: unknown = Reflect.get(target, name);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
}

function post(spans: readonly unknown[]): Promise<Answer> {
  return app.send('POST', HEARTBEAT_PATH, {}, JSON.stringify({ sentAt: app.clock.now, spans }));
}

it('answers no request before the commit', async () => {
  let commit = (): void => {};
  const isCommitted = new Promise<void>((resolve) => (commit = resolve));
  let asked = 0;
  app = await startTestAppWithThreads({}, (store) =>
    withRecord(store, async (sightings): Promise<readonly Recorded[]> => {
      asked++;
      await isCommitted;
      return store.record(sightings);
    }),
  );
  await app.makeSession();
  let answers = 0;
  const count = (answer: Answer): Answer => {
    answers++;
    return answer;
  };
  const delivery = post([makeSpan()]).then(count);
  const beat = app.send('POST', HEARTBEAT_PATH, { cookie: 'session_record_id=ann-session' }).then(count);
  await until(() => asked > 0);
  // Complete round trips to the same server: a response that doesn't wait would have arrived before them.
  for (let nth = 0; nth < 20; nth++) await app.send('GET', '/healthz');
  expect(answers).toBe(0);
  expect((await app.session('ann-session')).sessionEndTime).toBeNull();
  commit();
  expect([(await delivery).status, (await beat).status]).toEqual([200, 200]);
  expect((await app.session('ann-session')).spans).toHaveLength(1);
});

it('commits once for all requests in one turn of the event loop, and acknowledges to each only its own spans', async () => {
  app = await startTestAppWithThreads();
  const batches: number[] = [];
  const receive = createReceiver({
    record: (sightings) => {
      batches.push(sightings.length);
      return app.store.record(sightings);
    },
  });
  for (const nth of [0, 1, 2]) await app.makeSession(`reader-${nth}`);
  const seen = (session: string): Sighting => ({ session, receivedMs: NOW });
  const answers = await Promise.all([
    receive([seen('reader-0'), seen('nobody')]),
    receive([]),
    receive([seen('nobody'), seen('reader-1'), seen('reader-2')]),
  ]);
  expect(answers).toEqual([['stored', 'unknown-session'], [], ['unknown-session', 'stored', 'stored']]);
  expect(batches).toEqual([5]);
  expect(await receive([seen('reader-0')])).toEqual(['stored']);
  expect(batches).toEqual([5, 1]);
});

it('answers all of them when more come in one turn than a commit takes, and those who come later', async () => {
  app = await startTestAppWithThreads();
  const batches: number[] = [];
  const receive = createReceiver({
    record: (sightings) => {
      batches.push(sightings.length);
      return app.store.record(sightings);
    },
  });
  await app.makeSession();
  const seen = (count: number): Sighting[] =>
    Array.from({ length: count }, () => ({ session: 'ann-session', receivedMs: NOW }));
  const answers = await Promise.all([
    receive(seen(3_000)),
    receive(seen(3_000)),
    receive(seen(3_000)),
    receive(seen(1)),
  ]);
  expect(answers.map(({ length }) => length)).toEqual([3_000, 3_000, 3_000, 1]);
  expect(batches.every((count) => count <= 5_000)).toBe(true);
  expect(batches.length).toBeGreaterThan(1);
  expect(await receive(seen(1))).toEqual(['stored']);
});

it('acknowledges nothing while the store fails, stores the same spans when they are sent again, and recovers by itself', async () => {
  let isBroken = true;
  app = await startTestAppWithThreads({}, (store) =>
    withRecord(store, (sightings) =>
      isBroken ? Promise.reject(new Error('disk I/O error')) : store.record(sightings),
    ),
  );
  await app.makeSession();
  const failed = await Promise.all([post([makeSpan()]), post([makeSpan({ id: 'other' })])]);
  for (const { status, headers, body } of failed) {
    expect([status, headers['retry-after']]).toEqual([503, '5']);
    expect(JSON.parse(body)).not.toHaveProperty('stored');
  }
  expect(await app.session('ann-session')).toMatchObject({ sessionEndTime: null, spans: [] });
  isBroken = false;
  expect((JSON.parse((await post([makeSpan()])).body) as Receipt).stored).toEqual(['s']);
  expect((await app.session('ann-session')).spans).toHaveLength(1);
});
