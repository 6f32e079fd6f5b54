// The package in the hands of somebody who installs it.
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { build, type Rolldown } from 'vite';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { freePort } from '../helpers/free-port.ts';
import { installPacked, packedTarball } from '../helpers/packed.ts';
import { until } from '../helpers/until.ts';
import { readDoors } from './entries.ts';

const MAX_TARBALL_BYTES = 600_000;
/** Everything that runs in production is among them, so that `npm audit` sees it. */
const MAX_PACKAGES = 105;
const MAX_PAGE_BYTES = 5_500;

const run = promisify(execFile);
let folder = '';

// npm, and a bundler, on a machine that has much else to do.
vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

beforeAll(async () => {
  folder = await installPacked();
  // A project that uses Koa, Node and React with TypeScript has these.
  const types = join(import.meta.dirname, '../../node_modules/@types');
  const installed = join(folder, 'node_modules/@types');
  mkdirSync(installed, { recursive: true });
  for (const name of readdirSync(types).filter((one) => !existsSync(join(installed, one))))
    symlinkSync(join(types, name), join(installed, name));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('is small, and brings few packages with it', () => {
  const lock = JSON.parse(readFileSync(join(folder, 'package-lock.json'), 'utf8')) as { packages: object };
  // One of them is the folder itself.
  expect(Object.keys(lock.packages).length - 1).toBeLessThanOrEqual(MAX_PACKAGES);
  expect(statSync(packedTarball()).size).toBeLessThanOrEqual(MAX_TARBALL_BYTES);
});

test('can be imported in plain Node, the doors for pages and workers too, and says nothing', async () => {
  const doors = readDoors(join(folder, 'node_modules/stillhere'))
    .filter(([, target]) => typeof target !== 'string')
    .map(([door]) => door);
  expect(doors).toEqual(
    expect.arrayContaining([
      '.',
      './element',
      './react',
      './astro/integration',
      './sw',
      './server',
      './vite',
      './inspector',
    ]),
  );
  const code = `for (const door of ${JSON.stringify(doors)}) {
    const names = Object.keys(await import(door.replace('.', 'stillhere')));
    if (names.length === 0) throw new Error(door);
  }`;
  const { stdout, stderr } = await run(process.execPath, ['--input-type=module', '-e', code], { cwd: folder });
  expect(stdout + stderr).toBe('');
});

test('has types that a strict TypeScript takes, the declarations of others looked into', async () => {
  const lines = [
    "import { startHeartbeat, type Heartbeat } from 'stillhere';",
    "import { SessionHeartbeat } from 'stillhere/element';",
    "import { HeartbeatInspector } from 'stillhere/inspector';",
    "import { fetchEmailAccessSessions, openStore } from 'stillhere/server';",
    "import { heartbeat } from 'stillhere/sw';",
    "export const found: SessionHeartbeat | null = document.querySelector('session-heartbeat');",
    'export const running: Heartbeat = startHeartbeat({ interval: 60_000 });',
    'export const elements: HTMLElement[] = [new SessionHeartbeat(), new HeartbeatInspector()];',
    "export const records = fetchEmailAccessSessions({ store: await openStore('file:x.db') });",
    'heartbeat();',
    '// @ts-expect-error -- a number of milliseconds',
    "startHeartbeat({ interval: '60 s' });",
  ];
  expect(await compile('uses.ts', lines)).toBe('');
});

test('tells JSX of the element, for React with TypeScript', async () => {
  const lines = [
    "import { useRef } from 'react';",
    "import type { SessionHeartbeat } from 'stillhere/react';",
    'export function Report() {',
    '  const element = useRef<SessionHeartbeat>(null);',
    '  return <session-heartbeat ref={element} key="one" interval={60_000} idle-after={0} debug />;',
    '}',
    '// @ts-expect-error -- a number of milliseconds',
    'export const wrong = <session-heartbeat interval="60 s" />;',
  ];
  expect(await compile('report.tsx', lines)).toBe('');
  expect(await compile('report.tsx', ['export const unknown = <session-heartbeat />;'])).toContain('session-heartbeat');
});

/** Resolves with what a strict TypeScript says of it. */
async function compile(file: string, lines: readonly string[]): Promise<string> {
  writeFileSync(join(folder, file), lines.join('\n'));
  const options =
    '--noEmit --strict --skipLibCheck false --module nodenext --target es2024 --lib es2024,dom,dom.iterable --types node --jsx react-jsx';
  const { stdout } = await run('tsc', [...options.split(' '), file], { cwd: folder }).catch(
    (failed: { stdout: string }) => failed,
  );
  return stdout;
}

test("costs a page at most 5.5 kB, with all that it loads at once, by a site's own bundler", async () => {
  for (const line of ["import { startHeartbeat } from 'stillhere'; startHeartbeat();", "import 'stillhere/element';"]) {
    writeFileSync(join(folder, 'page.js'), line);
    const built = (await build({
      root: folder,
      configFile: false,
      logLevel: 'silent',
      build: {
        write: false,
        minify: 'terser',
        lib: { entry: join(folder, 'page.js'), formats: ['es'] },
        rolldownOptions: { preserveEntrySignatures: 'allow-extension' },
      },
    })) as Rolldown.RolldownOutput[];
    const chunks = built.flatMap(({ output }) => output).filter((file) => file.type === 'chunk');
    const entry = chunks.find((chunk) => chunk.isEntry);
    expect(entry?.code).toContain('session_record_id');
    expect(entry?.imports).toEqual([]);
    const bytes = gzipSync(entry?.code ?? '').length;
    expect(bytes, line).toBeLessThanOrEqual(MAX_PAGE_BYTES);
  }
});

test('keeps and lists a session where it is installed', async () => {
  const code = `
    import { fetchEmailAccessSessions, openStore } from 'stillhere/server';
    const store = await openStore('file:packed.db');
    await store.createSession({ id: 'one', email: 'ann@example.com', startMs: 0 });
    console.log(JSON.stringify(await fetchEmailAccessSessions({ store })));
    await store.close();`;
  const { stdout } = await run(process.execPath, ['--input-type=module', '-e', code], { cwd: folder });
  expect(JSON.parse(stdout)).toEqual([
    {
      id: 'one',
      recordId: null,
      fields: {
        emailOfAccessor: 'ann@example.com',
        sessionStartTime: '1970-01-01T00:00:00.000Z',
        sessionEndTime: '1970-01-01T00:00:00.000Z',
        readingTimeMs: 0,
        pages: [],
      },
    },
  ]);
});

test('serves a site with the gate and the scripts, and builds nothing', async () => {
  mkdirSync(join(folder, 'site/report'), { recursive: true });
  writeFileSync(join(folder, 'site/index.html'), '<!doctype html><title>open</title>');
  writeFileSync(join(folder, 'site/report/index.html'), '<!doctype html><title>behind</title>');
  const port = await freePort();
  const environment = { SITE_DIR: 'site', PROTECT: '/report/', PORT: String(port), STORE_URL: 'file:serve.db' };
  const server = execFile(join(folder, 'node_modules/.bin/stillhere'), ['serve'], {
    cwd: folder,
    env: { ...process.env, ...environment },
  });
  try {
    const get = (path: string): Promise<Response> => fetch(`http://localhost:${port}${path}`);
    await until(async () => (await get('/healthz')).ok, 60_000);
    expect(await (await get('/')).text()).toContain('open');
    expect(await (await get('/report/')).text()).toContain('name="email"');
    for (const script of ['/stillhere.js', '/stillhere-deliver.js', '/sw.js', '/stillhere-inspector.js']) {
      const answer = await get(script);
      expect([answer.status, answer.headers.get('content-type')]).toEqual([200, expect.stringMatching(/javascript/)]);
    }
    expect((await get('/stillhere.js')).headers.get('content-encoding')).toBe('gzip');
  } finally {
    server.kill();
    if (server.exitCode === null) await once(server, 'exit');
  }
});

test('has a command that says what it is, and what it lacks', async () => {
  const version = await run(join(folder, 'node_modules/.bin/stillhere'), ['--version'], { cwd: folder });
  expect(version.stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  await expect(run(join(folder, 'node_modules/.bin/stillhere'), ['serve'], { cwd: folder })).rejects.toMatchObject({
    code: 1,
    stderr: expect.stringContaining('pass the folder of a built site') as string,
  });
  const { NOCODB_URL: _url, NOCODB_TOKEN: _token, NOCODB_BASE_ID: _base, ...env } = process.env;
  const asked = run(join(folder, 'node_modules/.bin/stillhere'), ['nocodb', 'check'], { cwd: folder, env });
  await expect(asked).rejects.toMatchObject({ code: 1, stderr: expect.stringContaining('NOCODB_URL') as string });
});
