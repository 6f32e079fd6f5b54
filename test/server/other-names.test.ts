// A protected file is protected under all its names. Private files and files outside the site are never served.
import { link, mkdir, rename, rm, symlink } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isProtectedFile } from '../../server/site/protected-file.ts';
import { startTestSite, type TestSite } from '../helpers/test-app-site.ts';

let site: TestSite;
let cookie: string;
beforeAll(async () => {
  site = await startTestSite(
    {
      'site/index.html': 'home',
      'site/404.html': 'not here',
      'site/deck.pdf': 'SECRET',
      ...Object.fromEntries(['gz', 'br', 'zst', 'gz.bak', 'old'].map((end) => [`site/deck.pdf.${end}`, 'SECRET'])),
      'site/app.js': 'SECRET',
      'site/app.js.map': 'SECRET',
      'site/report.html': '<body>SECRET</body>',
      ...Object.fromEntries(
        ['txt', 'json', 'md', 'txt.gz', 'html.zst', 'html~'].map((end) => [`site/report.${end}`, 'SECRET']),
      ),
      'site/report.css': 'open',
      'site/reports.txt': 'open',
      'site/conf/a.html': '<body>SECRET</body>',
      'site/conf/index.html': '<body>SECRET</body>',
      'site/ÜBER/a.txt': 'SECRET',
      'site/plain/a.txt': 'open',
      'site/data/store.db': 'PRIVATE',
      'site/data/store.db-wal': 'PRIVATE',
      'site/data/store.db-shm': 'PRIVATE',
      'site/data/store.db-journal': 'PRIVATE',
      'site/data/store.db.secrets.json': 'PRIVATE',
      'site/data/store.db.bak': 'PRIVATE',
      'site/data/store copy.db': 'PRIVATE',
      'site/data/store-2026-11.db': 'PRIVATE',
      'site/data/store (1).db': 'PRIVATE',
      'site/data/store.db (1)': 'PRIVATE',
      'site/data/stillhere.db': 'PRIVATE',
      'site/data/stillhere.db.secrets.json': 'PRIVATE',
      'site/data/DATA.json': 'open',
      'site/data/storey.db': 'open',
      'site/deep/.env': 'PRIVATE',
      'site/deep/.env.local': 'PRIVATE',
      'site/.git/config': 'PRIVATE',
      'outside/a.txt': 'PRIVATE',
    },
    { PROTECT: '/deck.pdf,/report,/conf/,/über/,/app.js' },
  );
  for (const [target, name] of [
    ['site/conf', 'site/public-link'],
    ['site/conf/a.html', 'site/page-link.html'],
    ['site/deck.pdf', 'site/plain/link.bin'],
    ['site/plain', 'site/plain-link'],
    ['outside', 'site/out'],
    ['outside/a.txt', 'site/out.txt'],
    ['site/data/store.db', 'site/link.txt'],
    ['site/deep/.env', 'site/deep/env.txt'],
    ['site/.git', 'site/git'],
    ['site', 'site/self'],
  ] as const)
    await symlink(site.at(target), site.at(name));
  await link(site.at('site/data/store.db.secrets.json'), site.at('site/hard.json'));
  await link(site.at('site/data/store.db'), site.at('site/hard.txt'));
  cookie = await site.passGate();
});
afterAll(() => site.close());

describe('without access', () => {
  it.for([
    '/deck.pdf',
    '/deck.pdf.gz',
    '/deck.pdf.br',
    '/deck.pdf.zst',
    '/deck.pdf.gz.bak',
    '/deck.pdf.old',
    '/report',
    '/report.html',
    '/report.txt',
    '/report.json',
    '/report.md',
    '/report.txt.gz',
    '/report.html.zst',
    '/report.html~',
    '/app.js',
    '/app.js.map',
    '/conf/a',
    '/public-link/a.html',
    '/public-link/a',
    '/public-link/',
    '/public-link',
    '/page-link',
    '/page-link.html',
    '/plain/link.bin',
    '/self/conf/a.html',
    '/self/deck.pdf',
    '/self/self/report.txt',
    encodeURI('/ÜBER/a.txt'),
  ])('%s redirects to the gate', async (path) => {
    for (const headers of [{}, { range: 'bytes=0-3' }, { 'accept-encoding': 'br, gzip' }]) {
      const { status, body } = await site.get(path, headers);
      expect([status, body.includes('SECRET')]).toEqual([303, false]);
    }
  });

  it.for([encodeURI('/ÜBER/a.txt'.normalize('NFD')), '/DECK.PDF.gz', '/Public-Link/a.html'])(
    '%s names nothing here, and shows nothing where a file system takes it for another name',
    async (path) => {
      const { status, body } = await site.get(path);
      expect([[303, 404].includes(status), body.includes('SECRET')]).toEqual([true, false]);
    },
  );

  it.for([
    '/',
    '/report.css',
    '/reports.txt',
    '/plain/a.txt',
    '/plain-link/a.txt',
    '/self/plain/a.txt',
    '/data/DATA.json',
  ])('%s opens', async (path) => {
    expect(await site.get(path)).toMatchObject({ status: 200 });
  });
});

it('a page that is protected under another name opens with access, is counted, and stays out of shared caches', async () => {
  for (const path of ['/public-link/a.html', '/page-link', '/public-link/']) {
    const { status, body, headers } = await site.get(path, { cookie });
    expect([status, headers['cache-control']]).toEqual([200, 'private, no-cache']);
    expect(body).toContain('SECRET<session-heartbeat>');
  }
  expect(await site.get('/plain/link.bin', { cookie })).toMatchObject({ status: 200, body: 'SECRET' });
});

describe('is never served', () => {
  it.for([
    '/data/store.db',
    '/data/store.db-wal',
    '/data/store.db-shm',
    '/data/store.db-journal',
    '/data/store.db.bak',
    '/data/store.db.secrets.json',
    '/data/store%20copy.db',
    '/data/store-2026-11.db',
    '/data/store%20(1).db',
    '/data/store.db%20(1)',
    '/data/stillhere.db',
    '/data/stillhere.db.secrets.json',
    '/hard.json',
    '/DATA/store.db',
    '/data/%73tore.db',
    '/link.txt',
    '/hard.txt',
    '/deep/.env',
    '/deep/.env.local',
    '/deep/env.txt',
    '/git/config',
    '/.git/config',
    '/self/data/store.db',
    '/out/a.txt',
    '/out.txt',
    '/out/a',
    '/self/out/a.txt',
  ])('%s', async (path) => {
    for (const headers of [{}, { cookie }, { cookie, range: 'bytes=0-3' }])
      expect(await site.get(path, headers)).toMatchObject({ status: 404, body: 'not here' });
  });
});

it('a file that is only named like the store is served', async () => {
  expect(await site.get('/data/storey.db')).toMatchObject({ status: 200, body: 'open' });
});

it('a link that changes to a protected file is resolved again', async () => {
  await mkdir(site.at('site/turn-a'));
  await site.write('site/turn-a/x.txt', 'open');
  await symlink(site.at('site/turn-a'), site.at('site/turning'));
  expect(await site.get('/turning/x.txt')).toMatchObject({ status: 200, body: 'open' });
  await rm(site.at('site/turning'));
  await rename(site.at('site/turn-a/x.txt'), site.at('site/conf/x.txt'));
  await symlink(site.at('site/conf'), site.at('site/turning'));
  await expect.poll(async () => (await site.get('/turning/x.txt')).status).toBe(303);
});

it('a missing file is protected by its path alone', async () => {
  const root = site.at('site');
  expect(await isProtectedFile(root, '/conf/nothing.html', ['/conf/'])).toBe(true);
  expect(await isProtectedFile(root, '/nothing.html', ['/conf/'])).toBe(false);
  expect(await isProtectedFile(root, '/public-link/a.html', ['/conf/'])).toBe(true);
  expect(await isProtectedFile(root, '/out.txt', ['/conf/'])).toBe(true);
});
