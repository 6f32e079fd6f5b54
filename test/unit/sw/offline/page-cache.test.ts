// Whose pages are kept, until when, and what goes when there is no room.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  openPageCache,
  findCachedPage,
  findGrant,
  deletePageCaches,
  grantOf,
  cachePage,
  listPages,
  type Grant,
} from '../../../../sw/offline/page-cache.ts';
import { FakeCaches } from '../../../helpers/fake-caches.ts';

const NOW = Date.parse('2026-11-24T08:00:00Z');
const HOUR_MS = 3_600_000;
const MEGABYTE = 1024 * 1024;

let caches: FakeCaches;
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: NOW });
  vi.stubGlobal('caches', (caches = new FakeCaches()));
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

/** What the server answers to a reader with access, on a server whose clock is an hour behind the device's. */
function page(bytes = 1, leftMs = HOUR_MS): Response {
  const serverNow = NOW - HOUR_MS;
  return new Response('x'.repeat(bytes), {
    headers: {
      'content-type': 'text/html; charset=utf-8',
      date: new Date(serverNow).toUTCString(),
      'stillhere-access': new Date(serverNow + leftMs).toUTCString(),
    },
  });
}

async function begun(session = 'ann'): Promise<Grant> {
  const grant = grantOf(page(), session);
  if (!grant || grant === 'none') throw new Error('There is access');
  await openPageCache(grant);
  return grant;
}

const at = (name: string): string => `http://site.test/${name}`;
const kept = async (grant: Grant): Promise<string[]> =>
  (await listPages(grant)).map(({ url }) => new URL(url).pathname);

describe('a grant', () => {
  it('lasts as long as the server says, whatever the device clock', () => {
    const untilMs = NOW + 2 * HOUR_MS;
    // Pages and workers of other versions know the name, too.
    const cacheName = `stillhere-pages ann ${untilMs}`;
    expect(grantOf(page(1, 2 * HOUR_MS), 'ann')).toEqual({ cacheName, session: 'ann', untilMs });
  });

  it('is none if the server says so, and undefined without the header, like from a captive portal', () => {
    expect(grantOf(new Response('', { headers: { 'stillhere-access': 'none' } }), 'ann')).toBe('none');
    expect(grantOf(new Response('<h1>Hotel</h1>'), 'ann')).toBeUndefined();
  });

  it("loses its pages when it expires, and another reader's pages are deleted at once", async () => {
    const grant = await begun();
    await cachePage(grant, at('a'), page());
    expect(await findGrant((session) => session === 'ann')).toEqual(grant);
    expect(await findGrant((session) => session === 'bob')).toBeUndefined();
    expect(await caches.keys()).toEqual([]);

    await begun();
    vi.setSystemTime(NOW + HOUR_MS);
    expect(await findGrant((session) => session === 'ann')).toBeUndefined();
    expect(await caches.keys()).toEqual([]);
  });

  it("leaves the site's own caches alone, whoever reads", async () => {
    const own = ['images', 'stillhere', 'stillhere-pages-of-the-site ann 9', 'workbox-precache-v2'];
    for (const name of own) await caches.open(name);
    await begun();
    await deletePageCaches();
    expect(await findGrant(() => true)).toBeUndefined();
    expect(await caches.keys()).toEqual(own);
  });

  it('stays taken away when an answer comes late', async () => {
    const grant = await begun();
    await cachePage(grant, at('a'), page());
    await deletePageCaches();
    await cachePage(grant, at('b'), page());
    expect(await caches.keys()).toEqual([]);
  });
});

describe('a cached page', () => {
  it('is not a failed response', async () => {
    const grant = await begun();
    await cachePage(grant, at('a'), new Response('no', { status: 502, headers: { 'content-type': 'text/html' } }));
    expect(await kept(grant)).toEqual([]);
  });

  it('is not the answer of another address, to which a redirect has led', async () => {
    const grant = await begun();
    await cachePage(grant, at('a'), Object.defineProperty(page(), 'redirected', { value: true }));
    expect(await kept(grant)).toEqual([]);
  });

  it('is found as it came, whatever the query, and its size is known', async () => {
    const grant = await begun();
    await cachePage(grant, at('a'), page(7));
    const found = await findCachedPage(grant, at('a'));
    expect(await found?.text()).toBe('x'.repeat(7));
    expect(Object.fromEntries(found?.headers ?? [])).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'stillhere-bytes': '7',
    });
    const match = vi.spyOn(await caches.open(grant.cacheName), 'match');
    await findCachedPage(grant, at('a?b'));
    expect(match).toHaveBeenCalledWith(at('a?b'), { ignoreSearch: true, ignoreVary: true });
  });

  it('is listed only if it is a page, not a picture', async () => {
    const grant = await begun();
    await cachePage(grant, at('a'), page());
    await cachePage(grant, at('b'), new Response('x', { headers: { 'content-type': 'image/svg+xml' } }));
    await cachePage(grant, at('c'), new Response(new Uint8Array([1])));
    expect(await kept(grant)).toEqual(['/a']);
  });

  it('is listed by the last opening, latest first', async () => {
    const grant = await begun();
    for (const name of ['a', 'b', 'c', 'a']) await cachePage(grant, at(name), page());
    expect(await kept(grant)).toEqual(['/a', '/c', '/b']);
  });

  it('is deleted beyond 50 MB in total, least recently opened first', async () => {
    const grant = await begun();
    for (const name of ['a', 'b', 'c']) await cachePage(grant, at(name), page(20 * MEGABYTE));
    expect(await kept(grant)).toEqual(['/c', '/b']);
    // As much as fits, and not a byte more.
    await cachePage(grant, at('d'), page(10 * MEGABYTE));
    expect(await kept(grant)).toEqual(['/d', '/c', '/b']);
    await cachePage(grant, at('e'), page(1));
    expect(await kept(grant)).toEqual(['/e', '/d', '/c']);
  });

  it('is missing where there is no room even for it alone, and harms nobody', async () => {
    const grant = await begun();
    await cachePage(grant, at('a'), page(100));
    (await caches.open(grant.cacheName)).room = 0;
    await cachePage(grant, at('b'), page(100));
    expect(await kept(grant)).toEqual([]);
  });

  it('is missing where keeping it is broken off, as when its page is left, and the others stay', async () => {
    const grant = await begun();
    for (const name of ['a', 'b']) await cachePage(grant, at(name), page(100));
    const cache = await caches.open(grant.cacheName);
    vi.spyOn(cache, 'put').mockRejectedValueOnce(new DOMException('left', 'AbortError'));
    await cachePage(grant, at('c'), page(100));
    expect(await kept(grant)).toEqual(['/b', '/a']);
  });

  it('replaces others if the device is full', async () => {
    const grant = await begun();
    for (const name of ['a', 'b']) await cachePage(grant, at(name), page(100));
    const cache = await caches.open(grant.cacheName);
    cache.room = 0;
    const put = cache.put.bind(cache);
    // There is room again when something has gone.
    vi.spyOn(cache, 'put').mockImplementation(async (url, answer) => {
      if ((await cache.matchAll()).length < 2) cache.room = 1;
      await put(url, answer);
    });
    await cachePage(grant, at('c'), page(100));
    expect(await kept(grant)).toEqual(['/c', '/b']);
  });
});
