// `stillhere serve` and `stillhere sessions`, run as commands.
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { freePort } from '../helpers/free-port.ts';
import { until } from '../helpers/until.ts';

const BIN = join(import.meta.dirname, '../../server/bin.js');
const CLI = join(import.meta.dirname, '../../server/cli.ts');
const run = promisify(execFile);
vi.setConfig({ testTimeout: 60_000 });

let folder: string;
let started: ChildProcess[];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'stillhere-command-'));
  await mkdir(join(folder, 'site/report'), { recursive: true });
  await writeFile(join(folder, 'site/index.html'), '<body>Home</body>');
  await writeFile(join(folder, 'site/report/index.html'), '<body>Report</body>');
  started = [];
});
afterEach(async () => {
  for (const child of started) {
    child.kill();
    if (child.exitCode === null) await once(child, 'exit');
  }
  await rm(folder, { recursive: true });
});

/** Resolves when it serves, with its address and its output so far. */
async function serve(
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
): Promise<{ url: string; said: () => string }> {
  const child = spawn(process.execPath, [CLI, 'serve', 'site', ...args], {
    cwd: folder,
    env: { ...process.env, LOG_LEVEL: 'silent', ...env },
  });
  started.push(child);
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (said += String(chunk)));
  const url = await until(() => said.match(/on (http:\/\/localhost:\d+)\//)?.[1], 50_000);
  await until(() => /gate/.test(said));
  return { url, said: () => said };
}

async function ask(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const child = run(process.execPath, [CLI, ...args], { cwd: folder });
  return child.then(
    (answer) => ({ code: 0, ...answer }),
    (failed: { code: number; stdout: string; stderr: string }) => failed,
  );
}

describe('serve', () => {
  it('prints the protected paths, and warns of those without files', async () => {
    await mkdir(join(folder, 'site/Plans'));
    await writeFile(join(folder, 'site/Plans/one.html'), '<body>Plan</body>');
    const { url, said } = await serve(['--port', String(await freePort()), '--protect', '/report/,/reprot/,/Plans/']);
    expect(said()).toContain('Behind the gate: /report/, /plans/\n');
    expect(said()).toContain('There is nothing under /reprot/ in site. Check the spelling.');
    expect((await fetch(`${url}/report/`, { redirect: 'manual' })).status).toBe(303);
    expect(await (await fetch(url)).text()).toBe('<body>Home</body>');
  });

  it('prints a link for the owner, as "owner-link" does, and each logs in one browser', async () => {
    const port = await freePort();
    const { url, said } = await serve(['--protect', '/report/', '--port', String(port)]);
    const link = await until(() => said().match(/http:\S+#\S+/)?.[0]);
    const { stdout } = await ask('owner-link');
    const links = [link, stdout.trim()].map((one) => new URL(one));
    expect(links.map(({ pathname }) => pathname)).toEqual(['/owner', '/owner']);
    const logIn = async ({ hash }: URL): Promise<number> => {
      const headers = { 'content-type': 'application/json' };
      const body = JSON.stringify({ code: hash.slice(1) });
      return (await fetch(`${url}/api/owner/login`, { method: 'POST', headers, body })).status;
    };
    for (const one of links) expect([await logIn(one), await logIn(one)]).toEqual([200, 401]);

    const { stdout: unused } = await ask('owner-link');
    expect((await ask('owner-link', '--revoke-all')).stdout).toContain('All logins have ended');
    expect(await logIn(new URL(unused.trim()))).toBe(401);
  });

  it('prints that nothing is protected, and changes no page', async () => {
    const { url, said } = await serve(['--port', String(await freePort())]);
    expect(said()).toContain('Nothing is behind the gate');
    expect(await (await fetch(`${url}/report/`)).text()).toBe('<body>Report</body>');
  });

  it('warns of protected text in unprotected files', async () => {
    const prose = [
      'The first of three sentences, long enough.',
      'The second one is about as long.',
      'And a third, to end it here.',
    ];
    const text = prose.map((one) => `<p>${one} And so on and on.</p>`).join('');
    await writeFile(join(folder, 'site/report/index.html'), `<body>${text}</body>`);
    await writeFile(join(folder, 'site/app.js'), `document.body.innerHTML = '${text}';`);
    const { said } = await serve(['--port', String(await freePort()), '--protect', '/report/']);
    await until(() =>
      said().includes(
        'one page behind the gate is also in unprotected files: /app.js, which anyone can load, has text of /report/index.html',
      ),
    );
  });

  it('names public files that only protected pages use', async () => {
    await mkdir(join(folder, 'site/_astro'));
    for (const name of ['plan.a1.webp', 'logo.b2.webp']) await writeFile(join(folder, 'site/_astro', name), '');
    const pictures = '<img src="/_astro/plan.a1.webp"><img src="/_astro/logo.b2.webp">';
    await writeFile(join(folder, 'site/report/index.html'), `<body>${pictures}</body>`);
    await writeFile(join(folder, 'site/index.html'), '<body><img src="/_astro/logo.b2.webp"></body>');
    const { said } = await serve(['--protect', '/report/', '--port', '0']);
    await until(() => said().includes('can load files that only pages behind the gate use: /_astro/plan.a1.webp. '));
    expect(said()).not.toContain('logo');
  });

  it('warns of a service worker that keeps protected pages', async () => {
    await writeFile(join(folder, 'site/ngsw.js'), "addEventListener('install', () => {}); cache.addAll(['report/']);");
    const { said } = await serve(['--port', String(await freePort()), '--protect', '/report/']);
    await until(() => said().includes("The site's service worker /ngsw.js keeps pages behind the gate, like /report/"));
  });

  it('uses the next port if the default one is in use', async () => {
    const urls = [await serve([]), await serve([])].map(({ url }) => Number(new URL(url).port));
    expect(urls[1]).toBeGreaterThan(urls[0] ?? 0);
    const port = String(urls[0]);
    const { code, stderr } = await ask('serve', 'site', '--port', port);
    expect([code, stderr]).toEqual([
      1,
      `Can't listen on 127.0.0.1:${port}: another program uses this port. Set PORT or HOST.\n`,
    ]);
  });

  it('opens the browser', async () => {
    const opener = join(folder, 'browser.sh');
    await writeFile(opener, `#!/bin/sh\necho "$1" > '${join(folder, 'opened')}'\n`, { mode: 0o755 });
    const { url } = await serve(['--port', String(await freePort()), '--open'], { BROWSER: opener });
    const opened = await until(async () => (await run('cat', [join(folder, 'opened')])).stdout);
    expect(opened.trim()).toBe(`${url}/`);
  });

  it.for([
    [['serve', 'nowhere'], 1, 'There is no folder nowhere'],
    [
      ['serve', 'site', '--port', 'x', '--access-hours', '0'],
      1,
      '--port: must be a port number, 0 to 65535\n  --access-hours: must',
    ],
    [['serve', 'site', '--prot', '/x/'], 2, "unknown option '--prot'"],
    [['srve'], 2, 'Did you mean serve?'],
    [['sessions'], 1, 'There is no store data/stillhere.db'],
    [['sessions', '--limit', 'x'], 1, '--limit: must be a whole number'],
  ] as const)('%j ends with %i, and the cure', async ([args, code, says]) => {
    expect(await ask(...args)).toMatchObject({ code, stderr: expect.stringContaining(says) as unknown });
  });
});

it('says in one sentence that Node is too old', async () => {
  const older = `data:text/javascript,Object.defineProperty(process.versions, 'node', { value: '22.11.0' })`;
  const failing = run(process.execPath, ['--import', older, BIN, 'serve'], { cwd: folder });
  await expect(failing).rejects.toMatchObject({
    code: 1,
    stderr: 'Stillhere needs Node 24 or later, and this is 22.11.0: see https://nodejs.org.\n',
  });
});

describe('sessions', () => {
  it('prints sessions as a table and as JSON', async () => {
    const { url } = await serve(['--port', String(await freePort()), '--protect', '/report/']);
    const form = new URLSearchParams({ email: 'ann@example.com' });
    await fetch(`${url}/api/verify-temp-access`, { method: 'POST', body: form, redirect: 'manual' });
    const { stdout } = await ask('sessions');
    expect(stdout).toMatch(
      /^reader +from +until +read +page +id\nann@example\.com +\d{4}-\d\d-\d\d \d\d:\d\d:\d\d +– +00:00:00 +– +[0-9a-v]{36}\n$/,
    );
    const { sessions } = JSON.parse((await ask('sessions', '--json')).stdout) as { sessions: unknown[] };
    expect(sessions).toMatchObject([{ emailOfAccessor: 'ann@example.com', sessionEndTime: null }]);
    expect((await ask('sessions', '--email', 'bob@example.com')).stdout).toBe('No sessions yet.\n');
  });
});
