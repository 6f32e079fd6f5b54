// Bad input gets an error message, never a 5xx, and valid spans beside it are stored.
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HEARTBEAT_PATH, type Receipt } from '../../sw/protocol/delivery.ts';
import { makeSpan, NOW, startTestAppWithThreads, type Answer, type TestApp } from '../helpers/test-app.ts';

let app: TestApp;
beforeAll(async () => {
  app = await startTestAppWithThreads();
  await app.makeSession();
  app.clock.now = NOW + 600_000;
});
afterAll(() => app.close());

const post = (body: string | Uint8Array): Promise<Answer> => app.send('POST', HEARTBEAT_PATH, {}, body);
const good = JSON.stringify(makeSpan());

describe('a body that is not a delivery', () => {
  const BODIES: Readonly<Record<string, string | Uint8Array>> = {
    'not JSON': '{"sentAt":1,',
    'nested 30 000 deep': '['.repeat(30_000) + ']'.repeat(30_000),
    'nested 30 000 deep, unclosed': '['.repeat(60_000),
    'no object': '[]',
    null: 'null',
    'an empty object': '{}',
    'spans that are none': '{"sentAt":1,"spans":{}}',
    'a clock that is no number': `{"sentAt":"1","spans":[${good}]}`,
    'a clock beyond all dates': `{"sentAt":8640000000000001,"spans":[${good}]}`,
    'an infinite clock': `{"sentAt":1e400,"spans":[${good}]}`,
    __proto__: `{"sentAt":1,"spans":[],"__proto__":{"isAdmin":true}}`,
    '__proto__ in a span': `{"sentAt":1,"spans":[{"__proto__":{}}]}`,
    'constructor.prototype': `{"sentAt":1,"spans":[],"constructor":{"prototype":{}}}`,
    '201 spans': JSON.stringify({ sentAt: 1, spans: Array(201).fill(1) }),
    'no UTF-8': new Uint8Array([0x7b, 0xff, 0xfe, 0x7d]),
    gzip: gzipSync(`{"sentAt":1,"spans":[${good}]}`),
    'a form': 'email=ann%40example.com',
  };

  it.for(Object.entries(BODIES))('%s', async ([, body]) => {
    const { status, body: answer } = await post(body);
    expect(status).toBe(400);
    expect(JSON.parse(answer)).toEqual({
      success: false,
      error: expect.stringMatching(/^The body must be .+/) as unknown,
    });
  });

  it('over 64 KiB is 413, and 64 KiB is read', async () => {
    const ofSize = (bytes: number): string => `{"sentAt":1,"spans":[],"x":"${'x'.repeat(bytes - 30)}"}`;
    expect(ofSize(65_536).length).toBe(65_536);
    expect((await post(ofSize(65_536))).status).toBe(200);
    const { status, body } = await post(ofSize(65_537));
    expect([status, JSON.parse(body)]).toEqual([
      413,
      { success: false, error: 'The body must not be larger than 65536 bytes' },
    ]);
  });

  it('that is shorter than its Content-Length is answered', async () => {
    const { status } = await app.send('POST', HEARTBEAT_PATH, { 'content-length': '70000' }, 'x'.repeat(70_000));
    expect(status).toBe(413);
  });
});

describe('a bad span', () => {
  const BAD: Readonly<Record<string, Record<string, unknown>>> = {
    'no id': { id: undefined },
    'an id that is a number': { id: 7 },
    'an id with odd characters': { id: 'a b' },
    'an id of 65 characters': { id: 'x'.repeat(65) },
    'no session': { session: undefined },
    'a session with odd characters': { session: "'; DROP TABLE" },
    'no page': { page: undefined },
    'a page that is no path': { page: 'https://elsewhere.example/' },
    'a page with control characters': { page: '/\u001b]0;title\u0007' },
    'a page whose text runs backwards': { page: '/bidi\u202eexe' },
    'a page with half of a surrogate pair': { page: '/lone\ud800' },
    'a start that is a string': { start: '1' },
    'an end beyond all dates': { end: 2 ** 53 },
    'an end that is null': { end: null },
  };

  it.for(Object.entries(BAD))('with %s is refused, and the valid one beside it is stored', async ([, wrong]) => {
    const bad = { ...makeSpan({ id: 'bad' }), ...wrong };
    const receipt = await app.deliver([bad, makeSpan({ id: 'good' })]);
    const id = typeof bad.id === 'string' && /^[\w-]{1,64}$/.test(bad.id) ? bad.id : '#0';
    expect(receipt).toMatchObject({ stored: ['good'], refused: [{ id, reason: 'malformed' }] });
    expect((await app.session('ann-session')).spans.map((span) => span.id)).toEqual(['good']);
  });

  it('with a name that is too long is cut, and one that is odd is still a name', async () => {
    const names: Readonly<Record<string, string>> = {
      [`/${'x'.repeat(2_500)}`]: `/${'x'.repeat(1_999)}`,
      [`/${encodeURI('資料と報告書').repeat(100)}`]: `/${'資料と報告書'.repeat(100)}`,
      // A surrogate pair at the cut.
      [`/${'x'.repeat(1_998)}${encodeURI('😀')}`]: `/${'x'.repeat(1_998)}`,
      '/%C3%BCber/': '/über/',
      '/u%CC%88ber/INDEX.HTML?q=u%CC%88': '/über/?q=u%CC%88',
      '//report///index.html': '/report/',
      '/report/index.HTM?slide=2#a%20b': '/report/?slide=2#a%20b',
      '/broken/%C3%28/%ff/%E4%BD/100%': '/broken/%C3(/%ff/%E4%BD/100%',
      '/a%2Fb%3Fc%23d%5Ce%25f': '/a%2Fb%3Fc%23d%5Ce%25f',
      '/%00%1b%7f%C2%9B%E2%80%AE': '/%00%1b%7f%C2%9B%E2%80%AE',
    };
    await app.makeSession('names');
    for (const [nth, page] of Object.keys(names).entries())
      expect(await app.deliver([makeSpan({ id: `name-${nth}`, session: 'names', page })])).toMatchObject({
        refused: [],
      });
    const { spans } = await app.session('names');
    expect(spans.map(({ page }) => page)).toEqual(Object.values(names));
  });

  it('with fractions of milliseconds is rounded', async () => {
    await app.makeSession('between');
    await app.deliver([makeSpan({ session: 'between', start: NOW + 0.4, end: NOW + 10.6 })]);
    expect((await app.session('between')).readingTimeMs).toBe(11);
  });

  it('that ends before it starts is refused for that reason', async () => {
    const bad = makeSpan({ id: 'bad', start: NOW + 2, end: NOW + 1 });
    expect(await app.deliver([bad, makeSpan({ id: 'good' })])).toMatchObject({
      stored: ['good'],
      refused: [{ id: 'bad', reason: 'start-after-end' }],
    });
  });

  it.for([1, null, 'x', [], {}])('that is %o is refused', async (bad) => {
    expect(await app.deliver([bad])).toMatchObject({ stored: [], refused: [{ id: '#0', reason: 'malformed' }] });
  });
});

it('any JSON gets a 200 or a 4xx with a message, and changes only sessions that it names', async () => {
  const before = await app.session('ann-session');
  const anything = fc.oneof(
    fc.jsonValue(),
    fc.record({ sentAt: fc.integer(), spans: fc.array(fc.jsonValue()) }),
    fc.record({
      sentAt: fc.maxSafeInteger(),
      spans: fc.array(
        fc.record({
          id: fc.string(),
          session: fc.string(),
          page: fc.string(),
          start: fc.maxSafeInteger(),
          end: fc.maxSafeInteger(),
        }),
      ),
    }),
  );
  await fc.assert(
    fc.asyncProperty(anything, async (json) => {
      const { status, body } = await post(JSON.stringify(json));
      expect(status === 200 || (status >= 400 && status < 500)).toBe(true);
      expect((JSON.parse(body) as Receipt).success).toBe(status === 200);
    }),
    { numRuns: 300 },
  );
  expect(await app.session('ann-session')).toEqual(before);
});

it('extreme clocks of a known session leave it usable', async () => {
  await app.makeSession('odd-session');
  for (const sentAt of [8.64e15, -8.64e15, 0])
    for (const [start, end] of [
      [-8.64e15, 8.64e15],
      [0, 0],
      [8.64e15, 8.64e15],
    ] as const)
      await app.deliver(
        [makeSpan({ id: `s${sentAt}`.replace(/\W/g, '_'), session: 'odd-session', start, end })],
        sentAt,
      );
  const { sessionStartTime, sessionEndTime, spans } = await app.session('odd-session');
  expect(spans.length).toBeGreaterThan(0);
  for (const { start, end } of spans) {
    expect(start >= sessionStartTime && start <= end).toBe(true);
    expect(end <= (sessionEndTime ?? '') && end <= new Date(app.clock.now).toISOString()).toBe(true);
  }
});
