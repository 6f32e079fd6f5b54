// A protected file that a reader opens by itself, like a PDF, is known as opened, and claims no reading time.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cookiesOf } from '../helpers/cookies.ts';
import { makeSpan, NOW, OWNER_TOKEN, startTestApp, type TestApp } from '../helpers/test-app.ts';

const FILE = '/confidential/pictures/plan.svg';
const OPENED = { accept: 'text/html,*/*', 'sec-fetch-dest': 'document' };
const MINUTE = 60_000;

let app: TestApp;
let id: string;
let cookie: string;
beforeEach(async () => {
  app = await startTestApp({ BASE: '/work' });
  const granted = await fetch(`${app.url}/work/api/verify-temp-access`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json' },
    body: '{"email":"ann@example.com"}',
  });
  ({ session: id } = (await granted.json()) as { session: string });
  cookie = cookiesOf(granted);
});
afterEach(() => app.close());

const open = (headers: Readonly<Record<string, string>> = OPENED, path = FILE, method = 'GET') =>
  app.send(method, path, { cookie, ...headers });
/** Deliveries are stored in the order of their arrival, so this one comes after what was noted before. */
const settle = (): Promise<unknown> => app.deliver([makeSpan({ session: 'nobody' })]);

describe('a file opened by itself', () => {
  it('is a page of the session, opened and without reading time', async () => {
    app.clock.now = NOW + MINUTE;
    expect((await open()).status).toBe(200);
    await settle();
    const session = await app.session(id);
    expect(session).toMatchObject({ currentPage: `/work${FILE}`, readingTimeMs: 0, endKnownBy: 'goodbye' });
    expect(session.sessionEndTime).toBe(new Date(NOW + MINUTE).toISOString());
    expect(session.pages).toEqual([{ page: `/work${FILE}`, readingTimeMs: 0, opened: true }]);
    app.clock.now += 10 * MINUTE;
    const { body } = await app.send('GET', '/api/sessions.csv', { authorization: `Bearer ${OWNER_TOKEN}` });
    expect(body).toContain(`,0,0,goodbye,opened,/work${FILE},`);
  });

  it('is one sighting in a visit, however many ranges are requested, and one more in the next', async () => {
    for (let nth = 0; nth < 5; nth++) await open({ ...OPENED, range: `bytes=${nth}-` });
    await settle();
    expect((await app.session(id)).spans).toHaveLength(1);
    app.clock.now += 30 * MINUTE;
    await open();
    await settle();
    expect((await app.session(id)).spans).toHaveLength(2);
  });

  it('counts, too, when the browser has kept it; a page does not', async () => {
    const { headers } = await open();
    const isKept = { ...OPENED, 'if-none-match': String(headers['etag']) };
    app.clock.now += 30 * MINUTE;
    expect((await open(isKept)).status).toBe(304);
    const page = await open(OPENED, '/confidential/');
    expect((await open({ ...OPENED, 'if-none-match': String(page.headers['etag']) }, '/confidential/')).status).toBe(
      304,
    );
    await settle();
    expect((await app.session(id)).spans.map((span) => span.page)).toEqual([`/work${FILE}`, `/work${FILE}`]);
  });

  it.each<[string, Readonly<Record<string, string>>, string, string]>([
    ['HEAD', OPENED, FILE, 'HEAD'],
    ['a part of a page', { 'sec-fetch-dest': 'image' }, FILE, 'GET'],
    ['a film in a page', { 'sec-fetch-dest': 'video', range: 'bytes=0-' }, FILE, 'GET'],
    ['a picture, for a browser that does not say what for', { accept: 'image/*' }, FILE, 'GET'],
    ['a film, for such a browser', { accept: '*/*', range: 'bytes=0-' }, FILE, 'GET'],
    ['a page, which has a heartbeat', OPENED, '/confidential/', 'GET'],
    ['nothing there', OPENED, '/confidential/none.pdf', 'GET'],
    ['no access', { ...OPENED, cookie: 'session_record_id=ann' }, FILE, 'GET'],
    ['a public file', OPENED, '/assets/site-B2k9fQ1c.css', 'GET'],
  ])('%s is none', async (_, headers, path, method) => {
    await open(headers, path, method);
    await settle();
    const { body } = await app.send('GET', '/api/sessions', { authorization: `Bearer ${OWNER_TOKEN}` });
    expect(JSON.parse(body)).toMatchObject({ sessions: [{ id, sessionEndTime: null }] });
  });

  it("says nothing about the device's clock", async () => {
    const HOUR = 60 * MINUTE;
    app.clock.now = NOW + 10 * MINUTE;
    const span = { session: id, start: app.clock.now - HOUR - MINUTE, end: app.clock.now - HOUR };
    await app.deliver([makeSpan({ ...span, id: 'one' })], app.clock.now - HOUR);
    await open();
    await settle();
    app.clock.now += MINUTE;
    await app.deliver(
      [makeSpan({ ...span, id: 'two', start: span.end, end: span.end + MINUTE })],
      app.clock.now - HOUR,
    );
    const { spans, readingTimeMs } = await app.session(id);
    expect(spans.filter(({ clamped }) => clamped)).toEqual([]);
    expect(readingTimeMs).toBe(2 * MINUTE);
  });

  it('no device can claim it', async () => {
    expect(await app.deliver([makeSpan({ id: 'opened:x', session: id })])).toMatchObject({ stored: [] });
  });
});
