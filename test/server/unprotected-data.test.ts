// Protected text that is also in unprotected files.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findUnprotectedData } from '../../server/site/unprotected-data.ts';
import { listSite } from '../../server/site/list-site.ts';

const PROSE = [
  'The night train left Harnum at eleven, an hour late.',
  'Nobody on the platform knew why, and nobody asked.',
  'Für die Reisenden gab es Tee, Decken und keine Auskunft.',
  'At four in the morning the conductor told the truth.',
];
const page = (...prose: readonly string[]): string =>
  `<head><title>T</title></head><body>${prose.map((one) => `<p>${one}</p>`).join('\n')}</body>`;

let site: string;
beforeEach(async () => {
  site = await mkdtemp(join(tmpdir(), 'stillhere-leaks-'));
});
afterEach(() => rm(site, { recursive: true }));

async function leaksOf(files: Readonly<Record<string, string>>, protect = ['/report/']): Promise<unknown> {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(site, path)), { recursive: true });
    await writeFile(join(site, path), text);
  }
  return findUnprotectedData(site, await listSite(site), protect);
}

describe('the text of a protected page', () => {
  it.for([
    ['a script, as HTML in a string', 'assets/report.js', `const a=e("${page(...PROSE).replaceAll('\n', '\\n')}")`],
    ['a script, as arguments', 'assets/report.js', PROSE.map((one) => `h("p",null,"${one}")`).join()],
    ['a script that is all ASCII', 'a.mjs', `f("${PROSE.join('","').replace('ü', String.raw`\u00fc`)}")`],
    ['an index for searching', 'search.json', JSON.stringify(PROSE.map((text, id) => ({ id, text })))],
    ['a feed', 'feed.xml', PROSE.map((one) => `<p>${one}</p>`).join('')],
    ['a source map', 'assets/a.js.map', JSON.stringify({ sourcesContent: [page(...PROSE)] })],
  ] as const)('is found in %s', async ([, file, text]) => {
    expect(await leaksOf({ 'report/index.html': page(...PROSE), [file]: text })).toEqual([
      { page: '/report/index.html', file: `/${file}` },
    ]);
  });

  it('is not reported if that file is protected, too', async () => {
    const files = { 'report/plan.html': page(...PROSE), 'report/report.js': JSON.stringify(PROSE) };
    expect(await leaksOf(files)).toEqual([]);
    expect(await leaksOf(files, ['/report/plan'])).toEqual([{ page: '/report/plan.html', file: '/report/report.js' }]);
    expect(await leaksOf(files, ['/'])).toEqual([]);
  });

  it('is not reported for text shared with other pages, or for a title and a summary', async () => {
    const data = { 'theme.js': JSON.stringify(PROSE) };
    expect(await leaksOf({ 'report/index.html': page(...PROSE), 'index.html': page(...PROSE), ...data })).toEqual([]);
    expect(await leaksOf({ 'index.html': '', 'report/two.html': page(...PROSE), ...data })).toEqual([]);
    const files = { 'report/two.html': page('Two'), 'theme.js': JSON.stringify(PROSE.slice(0, 2)) };
    expect(await leaksOf(files)).toEqual([]);
    expect(await leaksOf({ 'theme.js': JSON.stringify(PROSE.slice(0, 3)) })).toMatchObject([{ file: '/theme.js' }]);
  });
});

it('finding the text of a page with unclosed tags takes linear time', async () => {
  // In quadratic time it took minutes.
  const found = await leaksOf({
    'report/index.html': `${PROSE.map((one) => `<p>${one}</p>`).join('')}${'<script'.repeat(300_000)}`,
    'index.txt': PROSE.join('\n"'),
  });
  expect(found).toEqual([{ page: '/report/index.html', file: '/index.txt' }]);
});
