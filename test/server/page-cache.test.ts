// The file cache is bounded, whatever requests contain, and follows changes of the files.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createFileCache, versionOf } from '../../server/site/file-cache.ts';
import { startTestSite, type TestSite } from '../helpers/test-app-site.ts';

const BASE = '<head><base href="https://final.example/"></head><body>Text</body>';

let site: TestSite;
let cookie: string;
beforeAll(async () => {
  site = await startTestSite({
    'site/confidential/plain.html': '<body>Text</body>',
    'site/confidential/base.html': BASE,
  });
  cookie = await site.passGate();
});
afterAll(() => site.close());

describe('a page', () => {
  const get = async (path: string, host: string) => site.get(path, { cookie, host });

  it('is the same for every Host header', async () => {
    const one = await get('/confidential/plain.html', 'one.example');
    const other = await get('/confidential/plain.html', 'other.example');
    expect([other.body, other.headers.etag]).toEqual([one.body, one.headers.etag]);
  });

  it("with a base loads its script from the reader's host", async () => {
    const one = await get('/confidential/base.html', 'one.example');
    const other = await get('/confidential/base.html', 'other.example:8080');
    expect(one.body).toContain('src="http://one.example/stillhere.js"');
    expect(other.body).toContain('src="http://other.example:8080/stillhere.js"');
    expect(other.headers.etag).not.toBe(one.headers.etag);
    expect(
      await site.get('/confidential/base.html', { cookie, host: 'one.example', 'if-none-match': one.headers.etag }),
    ).toMatchObject({ status: 304 });
  });

  it.for(['"><script>alert(1)</script>', "x'y", 'a b', ''])(
    'can not be written to by the name of a host: %s',
    async (host) => {
      const { body } = await get('/confidential/base.html', host);
      expect(body).not.toMatch(/alert|x'y"|a b/);
      expect(body).toContain('/stillhere.js" data-stillhere-start');
    },
  );
});

describe('the cache', () => {
  it('includes the keys in its size', async () => {
    const cache = createFileCache();
    let made = 0;
    const make = async (): Promise<number> => ++made;
    const long = 'x'.repeat(8_000);
    for (let nth = 0; nth < 10_000; nth++) await cache(`${nth}${long}`, 'v', make);
    expect(await cache(`9999${long}`, 'v', make)).toBe(10_000);
    expect(await cache(`0${long}`, 'v', make)).toBe(10_001);
  });

  it('computes a value once for concurrent requests, and again after a failure', async () => {
    const cache = createFileCache();
    const { promise, resolve } = Promise.withResolvers<string>();
    const waiting = [1, 2, 3].map(() => cache('key', 'v', () => promise));
    resolve('made');
    expect(new Set(await Promise.all(waiting))).toEqual(new Set(['made']));
    await expect(cache('other', 'v', () => Promise.reject(new Error('not now')))).rejects.toThrow('not now');
    expect(await cache('other', 'v', async () => 'now')).toBe('now');
  });

  it('trusts no timestamp that two changes may share', () => {
    const stats = { dev: 1, ino: 1, size: 1, mtimeMs: 1 };
    const [young, old] = [Date.now(), Date.now() - 10_000].map((ctimeMs) => ({ ...stats, ctimeMs }) as never);
    expect(versionOf(young as never)).not.toBe(versionOf(young as never));
    expect(versionOf(old as never)).toBe(versionOf(old as never));
  });
});
