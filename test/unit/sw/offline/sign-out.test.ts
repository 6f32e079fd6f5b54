// "Forget this device": the pages go at once, and the server hears of it as soon as it can.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { finishSignOut, signOut } from '../../../../sw/offline/sign-out.ts';
import { FakeCaches } from '../../../helpers/fake-caches.ts';

const PAGES = 'stillhere-pages ann 9000000000000';
const MARK = 'stillhere-access-ends';

let caches: FakeCaches;
let asked: unknown[][];
let answer: () => Promise<Response>;
beforeEach(async () => {
  caches = new FakeCaches();
  for (const name of ['of-the-site', PAGES]) await caches.open(name);
  asked = [];
  answer = async () => Response.json({ success: true });
  vi.stubGlobal('caches', caches);
  vi.stubGlobal('origin', 'https://site.example');
  vi.stubGlobal('fetch', async (...given: unknown[]) => (asked.push([...given, await caches.keys()]), answer()));
});
afterEach(() => vi.unstubAllGlobals());

const REQUEST = ['https://site.example/api/end-access', { method: 'POST' }];

it('deletes the pages before it asks, and leaves no mark once the server has confirmed', async () => {
  expect(await signOut()).toBe(true);
  expect(asked).toEqual([[...REQUEST, ['of-the-site', MARK]]]);
  expect(await caches.keys()).toEqual(['of-the-site']);
  await finishSignOut();
  expect(asked).toHaveLength(1);
});

describe('without a word of the server', () => {
  it.for<[string, () => Promise<Response>]>([
    ['no network', () => Promise.reject(new TypeError('Failed to fetch'))],
    ['a captive portal', async () => new Response('<h1>Hotel</h1>')],
    ['an error', async () => Response.json({ success: false, error: 'no' }, { status: 500 })],
    ['success that is no truth', async () => Response.json({ success: 1 })],
  ])('(%s) the pages are gone, and it is asked again until it confirms', async ([, trouble]) => {
    answer = trouble;
    expect(await signOut()).toBe(false);
    await finishSignOut();
    expect(await caches.keys()).toEqual(['of-the-site', MARK]);
    answer = async () => Response.json({ success: true });
    await finishSignOut();
    expect(asked.map(([url, init]) => [url, init])).toEqual([REQUEST, REQUEST, REQUEST]);
    expect(await caches.keys()).toEqual(['of-the-site']);
    await finishSignOut();
    expect(asked).toHaveLength(3);
  });
});
