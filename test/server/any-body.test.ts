// Any request body, sent in any way, gets a 200 or a 4xx in JSON and changes only sessions that it names exactly.
import { connect } from 'node:net';
import { once } from 'node:events';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HEARTBEAT_PATH } from '../../sw/protocol/delivery.ts';
import { MAX_BODY_BYTES } from '../../sw/protocol/limits.ts';
import { makeSpan, NOW, startTestAppWithThreads, type Answer, type TestApp } from '../helpers/test-app.ts';

let app: TestApp;
beforeAll(async () => {
  app = await startTestAppWithThreads();
  for (const id of ['ann-session', 'bob-session']) await app.makeSession(id);
  app.clock.now = NOW + 600_000;
  await app.deliver([makeSpan(), makeSpan({ session: 'bob-session' })]);
});
afterAll(() => app.close());

const post = (body: string | Uint8Array, headers: Record<string, string> = {}): Promise<Answer> =>
  app.send('POST', HEARTBEAT_PATH, headers, body);

function expectAWord({ status, body }: Answer): void {
  expect(status === 200 || (status >= 400 && status < 500)).toBe(true);
  expect((JSON.parse(body) as { success: unknown }).success).toBe(status === 200);
}

const now = NOW + 600_000;
/** Looks like a session's id, but is not one. */
const almost = fc.constantFrom(
  'ANN-SESSION',
  'ann-session ',
  'ann_session',
  'ann-sessio',
  'ann-session\0',
  '%',
  '*',
  '',
);
const anyTime = fc.oneof(fc.maxSafeInteger(), fc.double(), fc.constantFrom(now, 0, -1, 8.64e15), fc.string());
const anySpan = fc.record(
  {
    id: fc.oneof(fc.constantFrom('s', 't'), fc.jsonValue()),
    session: fc.oneof(almost, fc.jsonValue()),
    page: fc.oneof(fc.constantFrom('/a/', 'a', '/\0', '/\ud800'), fc.jsonValue()),
    start: anyTime,
    end: anyTime,
  },
  { requiredKeys: [] },
);

describe('any JSON', () => {
  it('changes no session that it does not name exactly', async () => {
    const before = [await app.session('ann-session'), await app.session('bob-session')];
    const delivery = fc.record({ sentAt: fc.oneof(fc.constant(now), anyTime), spans: fc.array(anySpan) });
    await fc.assert(
      fc.asyncProperty(fc.oneof(delivery, fc.jsonValue()), async (json) =>
        expectAWord(await post(JSON.stringify(json))),
      ),
      { numRuns: 200 },
    );
    expect([await app.session('ann-session'), await app.session('bob-session')]).toEqual(before);
  });

  it('changes only the named session, whose times stay possible', async () => {
    const bob = await app.session('bob-session');
    const spans = fc.array(fc.record({ ...anySpanFields(), session: fc.constant('ann-session') }), { maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.constant(now), anyTime), spans, async (sentAt, some) => {
        const before = await app.session('ann-session');
        expectAWord(await post(JSON.stringify({ sentAt, spans: some })));
        const after = await app.session('ann-session');
        const [end, endBefore] = [after.sessionEndTime ?? '', before.sessionEndTime ?? ''];
        expect(end >= endBefore && end <= new Date(now).toISOString()).toBe(true);
        expect(after.readingTimeMs).toBeGreaterThanOrEqual(before.readingTimeMs ?? 0);
        expect(after.readingTimeMs).toBeLessThanOrEqual(after.durationMs);
      }),
      { numRuns: 200 },
    );
    expect(await app.session('bob-session')).toEqual(bob);
  });

  it('and neither do bytes that are not text', async () => {
    const before = await app.session('bob-session');
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 300 }), async (bytes) =>
        expectAWord(await post(bytes)),
      ),
      { numRuns: 100 },
    );
    expect(await app.session('bob-session')).toEqual(before);
  });
});

function anySpanFields() {
  return { id: fc.constantFrom('s', 't', 'u'), page: fc.constantFrom('/a/', '/b/'), start: anyTime, end: anyTime };
}

describe('a request body', () => {
  const good = JSON.stringify(makeSpan({ id: 'good', session: 'bob-session' }));
  const around = (spans: string): string => `{"sentAt":${now},"spans":[${spans}]}`;

  it.for([
    ['[', ']'],
    ['{"a":', '}'],
  ] as const)('with a span nested 8 000 deep (%s): the good one beside it is stored', async ([open, close]) => {
    const { status, body } = await post(around(`${open.repeat(8_000)}1${close.repeat(8_000)},${good}`));
    expect([status, JSON.parse(body)]).toMatchObject([200, { stored: ['good'], refused: [{ id: '#0' }] }]);
  });

  it.for<[string, BodyInit]>([
    ['5 MB at once', 'x'.repeat(5_000_000)],
    ['5 MB in chunks that do not say how many', new Blob(['x'.repeat(5_000_000)]).stream()],
  ])('of %s is 413, and the client receives the response', async ([, body]) => {
    const request = { method: 'POST', body, duplex: 'half' } as RequestInit;
    const response = await fetch(app.url + HEARTBEAT_PATH, request);
    expect([response.status, await response.json()]).toEqual([
      413,
      { success: false, error: `The body must not be larger than ${MAX_BODY_BYTES} bytes` },
    ]);
  });

  it('that is compressed is not JSON, whatever its header claims', async () => {
    const { status } = await post(gzipSync(around(good)), { 'content-encoding': 'gzip' });
    expect(status).toBe(400);
  });

  it('that is aborted stores nothing, and the server keeps working', async () => {
    await app.makeSession('half-session');
    const whole = around(JSON.stringify(makeSpan({ session: 'half-session' })));
    const socket = connect(Number(new URL(app.url).port), '127.0.0.1');
    socket.on('error', () => {});
    socket.end(`POST ${HEARTBEAT_PATH} HTTP/1.1\r\nHost: x\r\nContent-Length: ${whole.length + 1}\r\n\r\n${whole}`);
    socket.resume();
    await once(socket, 'close');
    expect((await app.session('half-session')).spans).toEqual([]);
    expect((await post(whole)).status).toBe(200);
  });
});
