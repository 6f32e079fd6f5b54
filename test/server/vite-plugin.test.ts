// The plugin in a real Vite: build, preview and development.
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build, createServer, preview, type InlineConfig } from 'vite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stillhere } from '../../server/vite-plugin.ts';
import { askForAccess } from '../helpers/cookies.ts';

const TAGS =
  /<script type="module" async src="\/stillhere\.js" data-stillhere-start data-worker="none"><\/script><\/head>[^]*<session-heartbeat worker="none"><\/session-heartbeat><\/body>/;

let root: string;
let config: InlineConfig;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'stillhere-vite-'));
  await mkdir(join(root, 'secret'));
  const page = (body: string): string => `<!doctype html><html><head></head><body>${body}</body></html>`;
  await writeFile(join(root, 'index.html'), page('Home'));
  await mkdir(join(root, 'public'));
  await writeFile(join(root, 'public/sw.js'), "// the site's own");
  await writeFile(join(root, 'secret/index.html'), page('Secret'));
  await writeFile(join(root, 'secret/own.html'), page('<session-heartbeat tick="9000"></session-heartbeat>'));
  await writeFile(join(root, 'secret/prose.html'), page('<!-- <session-heartbeat> --><p>"/stillhere.js"</p>'));
  await writeFile(join(root, '.env.local'), 'PRIVATE=1');
  config = {
    configFile: false,
    root,
    logLevel: 'error',
    appType: 'mpa',
    server: { host: '127.0.0.1', port: 0 },
    preview: { host: '127.0.0.1', port: 0 },
    build: {
      rolldownOptions: {
        input: ['index.html', 'secret/index.html', 'secret/own.html', 'secret/prose.html'].map((file) =>
          join(root, file),
        ),
      },
    },
    plugins: [
      stillhere({
        protect: ['/secret/'],
        worker: 'none',
        storeUrl: `file:${join(root, 'data/s.db')}`,
        logLevel: 'silent',
      }),
    ],
  };
  await build(config);
  for (const folder of ['public', 'dist'])
    await symlink(join(root, 'data/s.db.secrets.json'), join(root, folder, 'link.json'));
});
afterAll(() => rm(root, { recursive: true }));

it('adds the heartbeat to protected pages without one, and to no other', async () => {
  const read = (file: string): Promise<string> => readFile(join(root, 'dist', file), 'utf8');
  expect(await read('secret/index.html')).toMatch(TAGS);
  expect(await read('secret/own.html')).not.toContain('stillhere.js');
  expect(await read('secret/prose.html')).toMatch(TAGS);
  expect(await read('index.html')).not.toContain('stillhere');
});

describe.each([
  ['in development', async () => (await createServer(config)).listen()],
  ['in preview', async () => preview(config)],
] as const)('%s', (_, start) => {
  let server: Awaited<ReturnType<typeof start>>;
  let url: string;
  beforeAll(async () => {
    server = await start();
    const address = server.httpServer?.address() as AddressInfo | undefined;
    url = `http://127.0.0.1:${address?.port}`;
  });
  afterAll(() => server.close());

  it('the gate protects the pages, admits readers who passed, and the API answers', async () => {
    expect((await fetch(`${url}/secret/`, { redirect: 'manual' })).status).toBe(303);
    const cookie = await askForAccess(url);
    expect(await (await fetch(`${url}/secret/`, { headers: { cookie, accept: 'text/html' } })).text()).toMatch(TAGS);
    expect(await (await fetch(`${url}/healthz`)).json()).toEqual({ status: 'ok' });
    expect(await (await fetch(`${url}/`, { headers: { accept: 'text/html' } })).text()).toContain('Home');
    expect(await (await fetch(`${url}/sw.js`)).text()).toBe("// the site's own");
    expect(await (await fetch(`${url}/stillhere-sw.js`)).text()).toContain('stillhere');
  });

  it.for([
    '/data/s.db',
    '/data/s.db-wal',
    '/data/s.db.secrets.json',
    '/data/s.db.secrets.json?import',
    '/data/s.db.secrets.json?raw',
    '/data/%73.db',
    '/x/..%2fdata/s.db',
    '/link.json',
    '/.env.local',
    '/.env.local?raw',
    '/@fsROOT/data/s.db',
    '/@fs/ROOT/data/s.db.secrets.json?url',
    '/@fsROOT/.env.local',
    '/@id/ROOT/data/s.db.secrets.json',
    '/@id//@fsROOT/data/s.db.secrets.json',
    '/@id/file://ROOT/data/s.db.secrets.json',
    '/@id/file://localhostROOT/data/s.db.secrets.json',
    '/@id/file://ROOT/public/link.json',
    '/@id//@id//@fsROOT/public/link.json',
    '/@id/./anything/s.db.secrets.json',
  ])('%s is never served', async (path) => {
    await fetch(`${url}/healthz`);
    const answer = await fetch(url + path.replace('ROOT', root));
    expect(answer.status).toBe(404);
    expect(await answer.text()).not.toMatch(/SQLite|PRIVATE|ownerToken/);
  });
});
