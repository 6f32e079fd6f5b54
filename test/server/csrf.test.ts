// Which requests may act for a reader: those from the site itself or from no page. Tested at the gate and the
// heartbeat.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { HEARTBEAT_PATH } from '../../sw/protocol/delivery.ts';
import { startTestApp, type TestApp } from '../helpers/test-app.ts';

const SUBMIT_PATH = '/api/verify-temp-access';

let app: TestApp;
let session: string;
let count = 0;
beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app.close());
beforeEach(async () => {
  session = await app.makeSession(`session-${count++}`);
});

type Headers = Readonly<Record<string, string>>;

async function sendBoth(headers: Headers): Promise<{ statuses: number[]; sessionsMade: number; end: string | null }> {
  const before = (await app.store.listSessions({ pageSize: 500 })).length;
  const gate = await app.send(
    'POST',
    SUBMIT_PATH,
    { ...headers, accept: 'text/html', 'content-type': 'application/x-www-form-urlencoded' },
    'email=ann%40example.com',
  );
  const beat = await app.send('POST', HEARTBEAT_PATH, { ...headers, cookie: `session_record_id=${session}` });
  return {
    statuses: [gate.status, beat.status],
    sessionsMade: (await app.store.listSessions({ pageSize: 500 })).length - before,
    end: (await app.session(session)).sessionEndTime,
  };
}

describe('a post', () => {
  it.for<[string, (own: URL) => Headers]>([
    ['cross-site', () => ({ 'sec-fetch-site': 'cross-site' })],
    ['from a sister site', () => ({ 'sec-fetch-site': 'same-site' })],
    ['cross-site, with our origin', ({ origin }) => ({ 'sec-fetch-site': 'cross-site', origin })],
    ['with a word that Fetch Metadata does not know', () => ({ 'sec-fetch-site': 'maybe' })],
    ['from a foreign origin', () => ({ origin: 'https://elsewhere.example' })],
    ['from an origin that hides (a sandboxed frame, a file)', () => ({ origin: 'null' })],
    ['from our host by another protocol', ({ host }) => ({ origin: `https://${host}` })],
    ['from another port of our host', ({ hostname }) => ({ origin: `http://${hostname}:1` })],
    ['from a host that begins like ours', ({ hostname, port }) => ({ origin: `http://${hostname}.example:${port}` })],
  ])('%s is refused, and stores nothing', async ([, headers]) => {
    expect(await sendBoth(headers(new URL(app.url)))).toEqual({ statuses: [403, 403], sessionsMade: 0, end: null });
  });

  it.for<[string, (own: URL) => Headers]>([
    ['of our own page', ({ origin }) => ({ 'sec-fetch-site': 'same-origin', origin })],
    ['of our own page, in a browser without Fetch Metadata', ({ origin }) => ({ origin })],
    ['that the reader made', () => ({ 'sec-fetch-site': 'none' })],
    ['of no browser', () => ({})],
  ])('%s is accepted', async ([, headers]) => {
    expect(await sendBoth(headers(new URL(app.url)))).toEqual({
      statuses: [303, 200],
      sessionsMade: 1,
      end: new Date(app.clock.now).toISOString(),
    });
  });
});

it('a link from another site opens the form', async () => {
  const { status } = await app.send('GET', '/access', { 'sec-fetch-site': 'cross-site' });
  expect(status).toBe(200);
});
