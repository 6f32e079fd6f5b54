// Which requests with access are a file that a reader opened, and what is recorded of it. With a real store and real files:
// test/server/opened-files.test.ts.
import type { Middleware } from 'koa';
import { pino } from 'pino';
import { beforeEach, describe, expect, it } from 'vitest';
import { createOpenedFiles } from '../../../../server/gate/opened-files.ts';
import type { Sighting } from '../../../../server/store/session-store.ts';
import { startKoa } from '../../../helpers/start-koa.ts';
import { until } from '../../../helpers/until.ts';

const MINUTE = 60_000;
/** Half hours are counted from the epoch, and this is where one begins. */
const NOW = Date.parse('2026-11-24T08:00:00Z');
const OPENED = { 'sec-fetch-dest': 'document' };

let now: number;
let session: string | undefined;
let recorded: Sighting[];
let record: () => Promise<unknown>;
let logged: string[];
beforeEach(() => {
  now = NOW;
  session = 'ann';
  recorded = [];
  record = async () => {};
  logged = [];
});

interface Served {
  readonly status?: number;
  readonly type?: string;
}

/** Starts a server of files, and returns how to ask it. `fetch` itself would say more of a request than a test wants. */
async function start(served: Served = {}): Promise<(path: string, headers?: object, method?: string) => Promise<void>> {
  const note = createOpenedFiles({
    record: (sightings) => (recorded.push(...sightings), record()),
    sessionOf: () => session,
    pageName: (path) => `name of ${path}`,
    log: pino({ level: 'trace' }, { write: (line) => logged.push(line) }),
    now: () => now,
  });
  const withHeaders: Middleware = (ctx, next) => {
    const wanted = JSON.parse(ctx.get('x-headers')) as object;
    for (const name of ['accept', 'sec-fetch-dest', 'sec-fetch-mode', 'range']) delete ctx.req.headers[name];
    Object.assign(ctx.req.headers, wanted);
    return next();
  };
  const noted: Middleware = (ctx, next) => (note(ctx), next());
  const answer: Middleware = (ctx) => {
    ctx.body = 'the file';
    ctx.status = served.status ?? 200;
    if (served.type === undefined) ctx.remove('Content-Type');
    else ctx.set('Content-Type', served.type);
  };
  const url = await startKoa(withHeaders, noted, answer);
  return async (path, headers = OPENED, method = 'GET') => {
    const response = await fetch(url + path, {
      method,
      headers: { 'x-headers': JSON.stringify(headers) },
      redirect: 'manual',
    });
    await response.arrayBuffer();
  };
}

const pages = (): unknown[] => recorded.map(({ span }) => span?.page);

describe('an opened file', () => {
  it('is a span of no length in the session of the reader, which the server has made', async () => {
    const open = await start({ type: 'application/pdf' });
    await open('/plan.pdf');
    expect(recorded).toEqual([
      {
        session: 'ann',
        receivedMs: NOW,
        span: {
          id: expect.stringMatching(/^opened:[\w-]{22}$/) as unknown,
          page: 'name of /plan.pdf',
          startMs: NOW,
          endMs: NOW,
          offsetMs: 0,
          isClosed: true,
          isByServer: true,
        },
      },
    ]);
    expect(logged).toEqual([]);
  });

  it('is recorded once in half an hour, for each file and each session', async () => {
    const open = await start({ type: 'application/pdf' });
    await open('/plan.pdf');
    now += 30 * MINUTE - 1;
    await open('/plan.pdf');
    expect(recorded).toHaveLength(1);
    await open('/other.pdf');
    session = 'bob';
    await open('/plan.pdf');
    expect(recorded.map(({ session: whose, span }) => [whose, span?.page])).toEqual([
      ['ann', 'name of /plan.pdf'],
      ['ann', 'name of /other.pdf'],
      ['bob', 'name of /plan.pdf'],
    ]);
    session = 'ann';
    now += 1;
    await open('/plan.pdf');
    const ids = recorded.filter(({ session: whose }) => whose === 'ann').map(({ span }) => span?.id);
    expect(new Set(ids).size).toBe(3);
    // Its id tells the visit, so that it is the same span, whichever process serves the next range.
    recorded = [];
    const other = await start({ type: 'application/pdf' });
    await other('/plan.pdf');
    expect(recorded[0]?.span?.id).toBe(ids[2]);
  });

  it('that could not be recorded is tried again with its next range, and the log says why', async () => {
    record = () => Promise.reject(new Error('disk is gone'));
    const open = await start({ type: 'application/pdf' });
    await open('/plan.pdf');
    await until(() => logged.length > 0);
    expect(logged.map((line) => JSON.parse(line) as object)).toMatchObject([
      { level: 40, msg: 'an opened file could not be recorded', err: { message: 'disk is gone' } },
    ]);
    record = async () => {};
    await open('/plan.pdf');
    await open('/plan.pdf');
    expect(recorded).toHaveLength(2);
  });
});

describe('what the answer says', () => {
  it.for<[number, boolean]>([
    [200, true],
    [206, true],
    [304, true],
    [403, false],
    [404, false],
    [416, false],
    [500, false],
  ])('a file that is answered with %i is opened: %s', async ([status, isOpened]) => {
    const open = await start({ status, type: 'application/pdf' });
    await open('/plan.pdf');
    expect(recorded).toHaveLength(isOpened ? 1 : 0);
  });

  it.for<[string | undefined, boolean]>([
    ['application/pdf', true],
    ['image/png', true],
    ['text/plain', true],
    ['text/css', true],
    ['application/json', true],
    [undefined, true],
    ['text/html; charset=utf-8', false],
    ['application/xhtml+xml', false],
  ])('%s that a reader opens is a file: %s', async ([type, isFile]) => {
    const open = await start({ ...(type !== undefined && { type }) });
    await open('/a');
    expect(recorded).toHaveLength(isFile ? 1 : 0);
  });

  it('a stylesheet that a reader opens is a file, too, where the browser only says what it accepts', async () => {
    const open = await start({ type: 'text/css' });
    await open('/a', { accept: 'text/html,*/*;q=0.8' });
    expect(recorded).toHaveLength(1);
  });

  it.for<[string, boolean]>([
    ['application/pdf', true],
    ['image/png', true],
    ['text/plain', true],
    ['text/css', false],
    ['text/javascript', false],
    ['text/html', false],
    ['application/javascript', false],
    ['application/json', false],
    ['application/manifest+json', false],
    ['application/wasm', false],
    ['application/xhtml+xml', false],
    ['font/woff2', false],
  ])('%s that is asked for without a word why is a file: %s', async ([type, isFile]) => {
    const open = await start({ type });
    await open('/a', {});
    expect(recorded).toHaveLength(isFile ? 1 : 0);
  });

  it('of a file that the browser has kept is only its name', async () => {
    const open = await start({ status: 304 });
    const FILES = [
      '/a.pdf',
      '/a.docx',
      '/a.doc',
      '/a.xls',
      '/a.pptx',
      '/a.odt',
      '/a.epub',
      '/a.zip',
      '/a.tgz',
      '/a.gz',
    ];
    const MEDIA = [
      '/a.mp4',
      '/a.m4v',
      '/a.mov',
      '/a.webm',
      '/a.ogg',
      '/a.jpg',
      '/a.JPEG',
      '/a.svg',
      '/a.tif',
      '/a.tiff',
    ];
    const PAGES = ['/', '/guide/v1.2', '/a.html', '/pdf', '/a.pdf/', '/a.pdfs', '/a.css', '/a.js', '/a.woff2'];
    for (const path of [...FILES, ...MEDIA, ...PAGES]) await open(path);
    expect(pages()).toEqual([...FILES, ...MEDIA].map((path) => `name of ${path}`));
  });
});

describe('what the request says', () => {
  it.for<[object, boolean]>([
    [{ 'sec-fetch-dest': 'document' }, true],
    [{ 'sec-fetch-dest': 'document', accept: '*/*', range: 'bytes=0-' }, true],
    [{ 'sec-fetch-dest': 'image' }, false],
    [{ 'sec-fetch-dest': 'empty', accept: 'text/html' }, false],
    [{ 'sec-fetch-dest': 'iframe', accept: 'text/html' }, false],
    [{ accept: 'text/html,application/xhtml+xml,*/*;q=0.8' }, true],
    [{ accept: 'text/html', range: 'bytes=0-' }, true],
    [{}, true],
    [{ accept: '*/*' }, true],
    [{ accept: '*/*', range: 'bytes=0-' }, false],
    [{ range: 'bytes=0-' }, false],
    [{ accept: 'image/*,*/*;q=0.8' }, false],
  ])('%j is that a reader opens it: %s', async ([headers, isOpened]) => {
    const open = await start({ type: 'application/pdf' });
    await open('/plan.pdf', headers);
    expect(recorded).toHaveLength(isOpened ? 1 : 0);
  });

  it('is not that it is opened, where only its headers are asked for, or it is sent', async () => {
    const open = await start({ type: 'application/pdf' });
    await open('/plan.pdf', OPENED, 'HEAD');
    await open('/plan.pdf', OPENED, 'POST');
    expect(recorded).toEqual([]);
  });

  it('is not who reads, where there is no session', async () => {
    session = undefined;
    const open = await start({ type: 'application/pdf' });
    await open('/plan.pdf');
    expect(recorded).toEqual([]);
  });
});
