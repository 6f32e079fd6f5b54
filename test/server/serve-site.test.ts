// Serving a site's files, as users of `serve` or `vite preview` expect.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestSite, type TestSite } from '../helpers/test-app-site.ts';

const SCRIPT = '<script type="module" async src="/stillhere.js" data-stillhere-start></script>';
const ELEMENT = '<session-heartbeat></session-heartbeat>';

let site: TestSite;
let cookie: string;
beforeAll(async () => {
  site = await startTestSite(
    {
      'site/index.html': '<title>Home</title>',
      'site/about.html': '<body>About</body>',
      'site/docs/index.html': 'Docs',
      'site/data.json': '0123456789',
      'site/.env': 'KEY=1',
      'site/.well-known/security.txt': 'Contact',
      'site/confidential/index.html': '<body>Secret</body>',
      'site/confidential/app.js': 'code',
      'site/report.html': '<body>Report</body>',
      'site/report.html.br': 'compressed',
      'site/404.html': 'Not here',
      'build/stillhere.js': 'library',
    },
    { PROTECT: '/confidential/,/report/' },
  );
  cookie = await site.passGate();
});
afterAll(() => site.close());

describe('a path', () => {
  it.for([
    ['/', 200, '<title>Home</title>'],
    ['/about', 200, '<body>About</body>'],
    ['/about/', 200, '<body>About</body>'],
    ['/about.html', 200, '<body>About</body>'],
    ['/docs/', 200, 'Docs'],
    ['/.well-known/security.txt', 200, 'Contact'],
    ['/.env', 404, 'Not here'],
    ['/nothing', 404, 'Not here'],
    ['/stillhere.js', 200, 'library'],
  ] as const)('%s is %s', async ([path, status, body]) => {
    expect(await site.get(path)).toMatchObject({ status, body });
  });

  it('of a folder redirects to the URL with a slash, which relative links need', async () => {
    expect(await site.get('/docs?x=1')).toMatchObject({ status: 301, headers: { location: '/docs/?x=1' } });
  });
});

describe('a file', () => {
  it.for([
    ['bytes=2-4', '234', 'bytes 2-4/10'],
    ['bytes=-3', '789', 'bytes 7-9/10'],
    ['bytes=8-', '89', 'bytes 8-9/10'],
  ] as const)('is sent in part: %s', async ([range, body, said]) => {
    expect(await site.get('/data.json', { range })).toMatchObject({
      status: 206,
      body,
      headers: { 'content-range': said, 'content-type': 'application/json; charset=utf-8' },
    });
  });

  it('can be read to its end', async () => {
    expect(await site.get('/data.json', { range: 'bytes=10-' })).toMatchObject({ status: 416 });
  });

  it('that did not change is not sent again', async () => {
    const { headers } = await site.get('/data.json');
    expect(await site.get('/data.json', { 'if-none-match': headers.etag })).toMatchObject({ status: 304, body: '' });
  });
});

describe('behind the gate', () => {
  it.for(['/confidential/', '/report', '/report.html', '/report.html.br', '/confidential/app.js'])(
    '%s needs access',
    async (path) => {
      expect(await site.get(path)).toMatchObject({ status: 303 });
    },
  );

  it('a page contains the heartbeat, and is never sent in part', async () => {
    for (const [path, text] of [
      ['/confidential/', 'Secret'],
      ['/report', 'Report'],
    ] as const) {
      const { status, body, headers } = await site.get(path, { cookie, range: 'bytes=0-3', 'accept-encoding': 'br' });
      expect([status, body]).toEqual([200, `${SCRIPT}<body>${text}${ELEMENT}</body>`]);
      expect([headers['content-encoding'], headers['accept-ranges']]).toEqual([undefined, undefined]);
      expect(await site.get(path, { cookie, 'if-none-match': headers.etag })).toMatchObject({ status: 304, body: '' });
      expect(await site.get(path, { cookie }, 'HEAD')).toMatchObject({ status: 200, body: '' });
    }
  });

  it('other files stay unchanged', async () => {
    expect(await site.get('/confidential/app.js', { cookie })).toMatchObject({ status: 200, body: 'code' });
  });
});

it('in a single-page site, each path without a file shows its page', async () => {
  const single = await startTestSite(
    { 'site/index.html': '<body>App</body>' },
    { SINGLE: 'true', PROTECT: '/confidential/' },
  );
  expect(await single.get('/some/where')).toMatchObject({ status: 200, body: '<body>App</body>' });
  expect(await single.get('/assets/gone.js')).toMatchObject({ status: 404 });
  expect(await single.get('/confidential/x', { cookie: await single.passGate() })).toMatchObject({
    body: `${SCRIPT}<body>App${ELEMENT}</body>`,
  });
  await single.close();
});

it('a site with its own worker gets no other one', async () => {
  const own = await startTestSite({
    'site/service-worker.js': 'own worker',
    'site/confidential/index.html': '<body>Secret</body>',
  });
  const { body } = await own.get('/confidential/', { cookie: await own.passGate() });
  expect(body).toContain('data-stillhere-start data-worker="none"></script>');
  expect(body).toContain('<session-heartbeat worker="none"></session-heartbeat>');
  await own.close();
});
