// Type, encoding, validators and caching depend on a file's content, not on its name.
import { utimes } from 'node:fs/promises';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isHashedName } from '../../server/site/hashed-name.ts';
import { startTestSite, type TestSite } from '../helpers/test-app-site.ts';

const latin1 = (text: string): Buffer => Buffer.from(text, 'latin1');
const utf16 = (text: string): Buffer => Buffer.from(text, 'utf16le');
const XHTML = '<html xmlns="http://www.w3.org/1999/xhtml"><head><title>x</title></head><body><p>x</p></body></html>';
const LARGE = 1024 * 1024 + 1;

let site: TestSite;
let cookie: string;
beforeAll(async () => {
  site = await startTestSite({
    'site/index.html': 'home',
    'site/utf8.html': '<p>ü',
    'site/named-utf8.html': '<meta charset=UTF8><p>ü',
    'site/named.html': latin1('<!-- <meta charset=utf-8> --><meta charset="iso-8859-1"><p>\xfc'),
    'site/equiv.html': latin1('<meta http-equiv=Content-Type content="text/html; charset=shift_jis"><p>\x83\x41'),
    'site/ascii-but-named.html': '<meta charset=euc-kr><p>x',
    'site/unnamed.html': latin1('<p>\xfc'),
    'site/marked.html': utf16('\uFEFF<p>ü'),
    'site/marked-utf8.html': '\uFEFF<p>ü',
    'site/unmarked.html': utf16('<p>ü'),
    'site/japanese.html': latin1('<p>\x1b$B\x46\x7c\x1b(B'),
    'site/xml.xhtml': XHTML,
    'site/xml-latin.xhtml': latin1(`<?xml version="1.0" encoding="iso-8859-1"?>${XHTML}`),
    'site/latin.css': latin1('@charset "iso-8859-1"; /* \xfc */'),
    'site/latin.txt': latin1('\xfc'),
    'site/utf8.txt': 'ü',
    'site/late.txt': Buffer.concat([Buffer.alloc(LARGE, 'ü'), latin1('x')]),
    'site/C#/index.html': 'C sharp',
    'site/What?/index.html': 'what',
    'site/100%/index.html': 'percent',
    'site/ü 1;a&b+c/index.html': 'others',
    'site/v1.2/LICENSE': 'MIT',
    'site/v1.0-文書/LICENSE': 'MIT',
    'site/Ж.v/data': Buffer.from([0, 1, 2, 255]),
    'site/a.b c/notes': 'ü',
    'site/a.strange': 'text',
    'site/b.strange': Buffer.from([0, 1, 2]),
    'site/plain-page': '<!doctype html><p>ü',
    'site/confidential/INDEX.HTML': '<body>x</body>',
    'site/confidential/A.HTM': '<body>x</body>',
    'site/confidential/b.htm': '<body>x</body>',
    'site/confidential/plain': '<!DOCTYPE html><body>x</body>',
    'site/confidential/c.xhtml': XHTML,
    'site/confidential/d.XHT': XHTML,
    'site/confidential/latin.html': latin1('<meta charset=iso-8859-1><body>\xfc</body>'),
    'site/confidential/large.html': `<body>${'<p>text</p>'.repeat(150_000)}</body>`,
    'site/confidential/large-own.html': `<body>${'<p>text</p>'.repeat(150_000)}<session-heartbeat></session-heartbeat></body>`,
    'site/confidential/notes.txt': '<body>x</body>',
  });
  cookie = await site.passGate();
});
afterAll(() => site.close());

describe('the type', () => {
  it.for([
    ['/utf8.html', 'text/html; charset=utf-8'],
    ['/named-utf8.html', 'text/html; charset=utf-8'],
    ['/named.html', 'text/html'],
    ['/equiv.html', 'text/html'],
    ['/ascii-but-named.html', 'text/html'],
    ['/unnamed.html', 'text/html'],
    ['/marked.html', 'text/html'],
    ['/marked-utf8.html', 'text/html; charset=utf-8'],
    ['/unmarked.html', 'text/html; charset=utf-16le'],
    ['/japanese.html', 'text/html'],
    ['/xml-latin.xhtml', 'application/xhtml+xml'],
    ['/latin.css', 'text/css'],
    ['/latin.txt', 'text/plain'],
    ['/late.txt', 'text/plain; charset=utf-8'],
    ['/utf8.txt', 'text/plain; charset=utf-8'],
    ['/v1.2/LICENSE', 'text/plain; charset=utf-8'],
    ['/v1.0-文書/LICENSE', 'text/plain; charset=utf-8'],
    ['/Ж.v/data', 'application/octet-stream'],
    ['/a.b c/notes', 'text/plain; charset=utf-8'],
    ['/a.strange', 'text/plain; charset=utf-8'],
    ['/b.strange', 'application/octet-stream'],
    ['/plain-page', 'text/html; charset=utf-8'],
  ] as const)('of %s is %s', async ([path, type]) => {
    const { status, headers } = await site.get(encodeURI(path));
    expect([status, headers['content-type']]).toEqual([200, type]);
    const part = await site.get(encodeURI(path), { range: 'bytes=0-0' });
    expect([part.status, part.headers['content-type']]).toEqual([206, type]);
  });
});

describe('a page', () => {
  it.for(['INDEX.HTML', 'A.HTM', 'b.htm', 'plain', 'c.xhtml', 'd.XHT', 'latin.html', 'large.html'])(
    '%s is counted',
    async (name) => {
      const { body, headers } = await site.get(`/confidential/${name}`, { cookie });
      expect(body).toMatch(
        / data-stillhere-start.*<session-heartbeat(?: xmlns="[^"]*")?><\/session-heartbeat><\/body>/s,
      );
      const again = { cookie, 'if-none-match': headers.etag };
      expect(await site.get(`/confidential/${name}`, again)).toMatchObject({ status: 304, body: '' });
    },
  );

  it('in another encoding keeps it behind the gate, too', async () => {
    const { headers } = await site.get('/confidential/latin.html', { cookie });
    expect(headers['content-type']).toBe('text/html');
  });

  it('of more than 1 MB keeps its own heartbeat near its end', async () => {
    const { body } = await site.get('/confidential/large-own.html', { cookie });
    expect(body.match(/session-heartbeat>|stillhere/g)).toEqual(['session-heartbeat>', 'session-heartbeat>']);
  });

  it('is not recognized by its appearance alone', async () => {
    expect(await site.get('/confidential/notes.txt', { cookie })).toMatchObject({ body: '<body>x</body>' });
  });
});

it.for(['C#', 'What?', '100%', 'ü 1;a&b+c'])('a folder %s leads to its page', async (name) => {
  const { status, headers } = await site.get(`/${encodeURIComponent(name)}?x=1`);
  expect([status, headers.location]).toEqual([301, `/${encodeURIComponent(name)}/?x=1`]);
  expect(await site.get(headers.location ?? '')).toMatchObject({ status: 200 });
});

describe('a file with the same length and time as before', () => {
  const write = async (file: string, text: string): Promise<void> => {
    await site.write(`site/${file}`, text);
    await utimes(site.at(`site/${file}`), 1, 1);
  };

  it.for(['same.txt', 'confidential/same.html'])('is sent again: %s', async (file) => {
    for (const padding of ['', 'x'.repeat(LARGE)]) {
      await write(file, `version 1${padding}`);
      const before = await site.get(`/${file}`, { cookie });
      await write(file, `version 2${padding}`);
      for (const condition of [
        {},
        { 'if-none-match': before.headers.etag },
        { 'if-modified-since': before.headers['last-modified'] ?? new Date(1_000).toUTCString() },
        { 'if-modified-since': before.headers.date },
      ]) {
        const { status, body, headers } = await site.get(`/${file}`, { cookie, ...condition });
        expect([status, body.includes('version 2'), body.includes('version 1')]).toEqual([200, true, false]);
        expect(headers.etag).not.toBe(before.headers.etag);
      }
    }
  });

  it('has the same validator on another server only if it is the same file', async () => {
    await write('etag.txt', 'version 1');
    const one = await startTestSite({ 'site/etag.txt': 'version 1' });
    const other = await startTestSite({ 'site/etag.txt': 'version 2' });
    const { etag } = (await site.get('/etag.txt')).headers;
    expect((await one.get('/etag.txt')).headers.etag).toBe(etag);
    expect((await other.get('/etag.txt', { 'if-none-match': etag })).status).toBe(200);
    await Promise.all([one.close(), other.close()]);
  });
});

describe('a compressed copy', () => {
  const text = 'the same text '.repeat(100);
  const compressed = { br: brotliCompressSync(text), gzip: gzipSync(text) };
  const endings = { br: 'br', gzip: 'gz' };
  const age = async (file: string, seconds: number): Promise<void> =>
    utimes(site.at(`site/${file}`), Date.now() / 1000 - seconds, Date.now() / 1000 - seconds);

  it.for(['br', 'gzip'] as const)('is sent if its content is the same: %s', async (encoding) => {
    const name = `packed-${encoding}.js`;
    await site.write(`site/${name}`, text);
    await site.write(`site/${name}.${endings[encoding]}`, compressed[encoding]);
    await age(name, 10);
    const ask = { 'accept-encoding': encoding };
    const { headers } = await site.get(`/${name}`, ask);
    expect([headers['content-encoding'], headers['content-length']]).toEqual([
      encoding,
      String(compressed[encoding].length),
    ]);

    // Corrected manually, with file times in any order.
    await site.write(`site/${name}`, `${text.slice(0, -1)}!`);
    for (const seconds of [0, 10, 100_000]) {
      await age(name, seconds);
      const answer = await site.get(`/${name}`, ask);
      expect([answer.headers['content-encoding'], answer.body.at(-1)]).toEqual([undefined, '!']);
    }
    expect((await site.get(`/${name}`, { ...ask, 'if-none-match': headers.etag })).status).toBe(200);
  });

  it.for([
    ['is cut off', compressed.gzip.subarray(0, 40)],
    ['is none', Buffer.from('not compressed')],
    ['holds far more', gzipSync(Buffer.alloc(5_000_000))],
    ['is empty', Buffer.alloc(0)],
  ] as const)('is not sent if it %s', async ([, bytes]) => {
    await site.write('site/broken.js', text);
    await site.write('site/broken.js.gz', bytes);
    const { headers, body } = await site.get('/broken.js', { 'accept-encoding': 'gzip' });
    expect([headers['content-encoding'], body]).toEqual([undefined, text]);
  });
});

describe('a name', () => {
  it.for([
    '/assets/index-B2k9fQ1c.js',
    '/_astro/hoisted.DkX9a2bQ.js',
    '/assets/style.4f2a9c1e.css',
    '/app.4f2a9c1e.js.map',
    '/_astro/index.BkCdEfGh.css',
    '/static/main.55e7cbb9ba48.js',
    '/_next/static/chunks/a-x1B_-c9D.js',
  ])('that contains a hash is cached for a year: %s', (path) => {
    expect(isHashedName(path)).toBe(true);
  });

  it.for([
    '/assets/main.css',
    '/assets/js/app.js',
    '/assets/logo.png',
    '/jquery-3.7.1.min.js',
    '/bootstrap-datepicker.js',
    '/assets/icon-Mp4Video.svg',
    '/lib-Base64Js.js',
    '/photo-20240101.jpg',
    '/report-2024-Q1a.pdf',
    '/s-deadbeef.js',
    '/assets/screen-iPhone15.png',
    '/IMG_20240101.jpg',
    '/B2k9fQ1c.js/main.css',
    '/v1.2/index-4f2a9c1e',
    '/_astro/main.css',
  ])('that consists of words is not: %s', (path) => {
    expect(isHashedName(path)).toBe(false);
  });
});
