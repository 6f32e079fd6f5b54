// Files that only pages behind the gate refer to, and that anyone can load.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { findUnprotectedMedia } from '../../server/site/unprotected-media.ts';
import { listSite } from '../../server/site/list-site.ts';

let site: string;
beforeEach(async () => {
  site = await mkdtemp(join(tmpdir(), 'stillhere-media-'));
});
afterEach(() => rm(site, { recursive: true }));

async function openMedia(files: Readonly<Record<string, string>>, protect = ['/report/']): Promise<readonly string[]> {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(site, path)), { recursive: true });
    await writeFile(join(site, path), text);
  }
  return findUnprotectedMedia(site, await listSite(site), protect);
}

const PICTURE = '_astro/plan.DfR3x_1.webp';

it.for([
  ['a picture', 'report/index.html', `<img src="/${PICTURE}" alt="">`],
  ['a picture of several sizes', 'report/index.html', `<img srcset="/_astro/a.jpg 1x,/${PICTURE} 2x">`],
  ['a background', 'report/style.css', `main{background:url(../${PICTURE})}`],
  ['a picture in a script', 'report/view.js', `e("img",{src:"/${PICTURE}"})`],
  ['an address with a query', 'report/index.html', `<a href=/${PICTURE}?v=1#top>Plan</a>`],
  ['an address in other letters', 'report/index.html', '<img src="/_astro/PLAN.DfR3x%5F1.webp">'],
] as const)('are found by %s', async ([, page, text]) => {
  expect(await openMedia({ [page]: text, [PICTURE]: '', 'index.html': '<h1>Home</h1>' })).toEqual([`/${PICTURE}`]);
});

it.for([
  ['a page', 'index.html', `<img src="/${PICTURE}">`],
  ['a style sheet', '_astro/site.css', `main{background:url(plan.DfR3x_1.webp)}`],
  ['a script', 'app.js', `const a="/${PICTURE}"`],
  ['a feed', 'feed.xml', `<enclosure url="https://example.com/${PICTURE}"/>`],
] as const)('are not reported if %s names them that anyone can load', async ([, file, text]) => {
  expect(await openMedia({ 'report/index.html': `<img src="/${PICTURE}">`, [PICTURE]: '', [file]: text })).toEqual([]);
});

it('are not reported if nothing refers to them, if they are protected, or if nothing is', async () => {
  const files = { 'report/index.html': '<img src="plan.png">', 'report/plan.png': '', 'other.png': '' };
  expect(await openMedia(files)).toEqual([]);
  expect(await openMedia({ [PICTURE]: '', 'report/two.html': PICTURE }, ['/'])).toEqual([]);
  expect(await openMedia({}, ['/elsewhere/'])).toEqual([]);
});

it('are found in linear time', async () => {
  // In quadratic time it took minutes.
  const long = 'a'.repeat(6_000_000);
  expect(await openMedia({ 'report/index.html': `${long} <img src="/${PICTURE}">`, [PICTURE]: '' })).toEqual([
    `/${PICTURE}`,
  ]);
});
