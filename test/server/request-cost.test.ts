// The cost of one request for the server's thread, whatever its URL and headers contain: a parser that takes quadratic
// time would let one reader block all others. CPU time, the least of several runs, including the test's own.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { HEARTBEAT_PATH } from '../../sw/protocol/delivery.ts';
import { MAX_BODY_BYTES, MAX_SPANS } from '../../sw/protocol/limits.ts';
import { makeSpan, NOW, startTestAppWithThreads, type TestApp } from '../helpers/test-app.ts';

const MOST_CPU_MS = 10;
/** One that is cheap suffices: a busy machine and code that is not compiled yet make the others dearer. */
const MOST_TRIES = 200;
/** Nearly the maximum size of URL and headers in Node. */
const MOST = 15_000;
const fill = (text: string): string => text.repeat(Math.floor(MOST / text.length));

let app: TestApp;
beforeAll(async () => {
  app = await startTestAppWithThreads({ LIMIT_GATE: '0', PROTECT: '/confidential/,/über/' });
});
afterAll(() => app.close());

async function costOf(method: string, path: string, headers: Record<string, string>, body?: string): Promise<number> {
  let least = Infinity;
  for (let time = 0; time < MOST_TRIES && least >= MOST_CPU_MS; time++) {
    const before = process.threadCpuUsage();
    await app.send(method, path, headers, body);
    const { user, system } = process.threadCpuUsage(before);
    least = Math.min(least, (user + system) / 1_000);
  }
  return least;
}

/** A delivery of nearly the maximum size. */
function deliveryOf(page: string): string {
  const span = makeSpan({ page });
  const count = Math.min(MAX_SPANS, Math.floor((MAX_BODY_BYTES - 100) / Buffer.byteLength(JSON.stringify(span)) - 1));
  return JSON.stringify({ sentAt: NOW, spans: Array.from({ length: count }, () => span) });
}

const FORM = { 'content-type': 'application/x-www-form-urlencoded' };

it.for<[string, string, Record<string, string>, string?]>([
  ['a query of many names', `/access?${fill('a&')}`, {}],
  ['a query that says one name often', `/access?${fill('next=/&')}`, {}],
  ['dots', `/${fill('.')}x`, {}],
  ['dots and spaces', `/${fill('.%20')}x`, {}],
  ['spaces', `/${fill('%20')}x`, {}],
  ['accents on one letter', `/u${fill('%CC%88%CC%A3')}`, {}],
  ['accents that are encoded twice', `/u${'%25CC%2588%25CC%25A3'.repeat(350)}`, {}],
  ['many folders', `/${fill('a/')}`, {}],
  ['slashes', fill('/'), {}],
  ['escaped escapes', `/${fill('%25')}`, {}],
  ['an address before an address', `/${fill('a@')}`, {}],
  ['languages', '/access', { 'accept-language': fill('a,') }],
  ['languages by quality', '/access', { 'accept-language': fill('en-a;q=0.1,') }],
  ['encodings', '/', { 'accept-encoding': fill('a,') }],
  ['cookies', '/confidential/', { cookie: fill('a=b; ') }],
  ['an access cookie of dots', '/confidential/', { cookie: `stillhere_access=${fill('a.')}` }],
  ['validators', '/', { 'if-none-match': fill('"a",') }],
  ['ranges', '/assets/site-B2k9fQ1c.css', { range: `bytes=${fill('0-1,')}` }],
  ['types of answers', '/access', { ...FORM, accept: fill('a/b,') }, 'email=x'],
  ['quoted types of answers', '/access', { ...FORM, accept: fill('a/b;"') }, 'email=x'],
  ['parameters of a type', '/access', { 'content-type': `multipart/form-data;${fill('a="b";')}boundary=x` }, '--x'],
  ['fields', '/access', FORM, fill('a&')],
  ['an address of e-mail', '/access', FORM, `email=${fill('a.')}@b.c`],
  ['page names of escapes that are no text', HEARTBEAT_PATH, {}, deliveryOf(`/${'%ff'.repeat(5_000)}`)],
  ['many page names of half characters', HEARTBEAT_PATH, {}, deliveryOf(`/${'%c3%28'.repeat(30)}`)],
  ['page names of accents', HEARTBEAT_PATH, {}, deliveryOf(`/u${'\u0308\u0323'.repeat(900)}`)],
])('%s are cheap', async ([, path, headers, body]) => {
  expect(await costOf(body === undefined ? 'GET' : 'POST', path, headers, body)).toBeLessThan(MOST_CPU_MS);
});
