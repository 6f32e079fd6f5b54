// The configurations of docs/deployment.md, with Debian's Caddy and systemd, and the steps of its container file as a script.
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { Agent, request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, expect, it } from 'vitest';
import { buildContainer } from '../helpers/container.ts';
import { askForAccess } from '../helpers/cookies.ts';
import { freePort } from '../helpers/free-port.ts';
import { replaceInSnippet, startProxyProcess } from '../helpers/proxy-process.ts';
import { readSnippet } from '../helpers/read-snippet.ts';
import { READ, readPage, startReadingSite } from '../helpers/reading-site.ts';
import { until } from '../helpers/until.ts';

const PAGE = 'docs/deployment.md';
const run = promisify(execFile);

const ends: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
});

async function makeFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'stillhere-deployed-'));
  ends.push(() => rm(folder, { recursive: true }));
  return folder;
}

interface Answer {
  readonly status: number | undefined;
  readonly cookies: readonly string[];
  readonly text: string;
}

/** Whatever the certificate. */
async function send(
  url: string,
  method: string,
  headers: Readonly<Record<string, string>>,
  body = '',
): Promise<Answer> {
  const agent = new Agent({ rejectUnauthorized: false });
  const outgoing = request(url, { method, headers, agent });
  outgoing.end(body);
  const [incoming] = (await once(outgoing, 'response')) as [IncomingMessage];
  let text = '';
  for await (const part of incoming) text += String(part);
  agent.destroy();
  return { status: incoming.statusCode, cookies: incoming.headers['set-cookie'] ?? [], text };
}

it('behind Caddy, a reader passes the gate over https, and the server sees the reader’s protocol and host', async () => {
  const folder = await makeFolder();
  const port = await freePort();
  const url = `https://localhost:${port}`;
  const server = await startReadingSite({ [READ]: readPage('<h1>The report</h1>') }, { TRUST_PROXY: 'true' });
  ends.push(() => server.stop());
  const site = replaceInSnippet(await readSnippet(PAGE, 'caddy', 'reverse_proxy'), {
    'example.com {': `localhost:${port} {\n  tls internal`,
    ':8080': `:${server.port}`,
  });
  const options = '{\n  admin off\n  auto_https disable_redirects\n  skip_install_trust\n  default_bind 127.0.0.1\n}\n';
  const file = join(folder, 'Caddyfile');
  await writeFile(file, options + site);
  const env = { ...process.env, HOME: folder, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder };
  const caddy = await startProxyProcess('caddy', ['run', '--config', file, '--adapter', 'caddyfile'], port, env);
  ends.push(() => caddy.stop('SIGTERM'));

  const email = new URLSearchParams({ email: 'ann@example.com' }).toString();
  const form = { 'content-type': 'application/x-www-form-urlencoded', origin: url };
  const entered = await send(`${url}/access?next=${READ}`, 'POST', form, email);
  expect(entered.status).toBe(303);
  expect(entered.cookies.filter((cookie) => cookie.includes('; Secure'))).toHaveLength(2);
  const cookie = entered.cookies.map((one) => one.split(';')[0]).join('; ');
  expect(await send(url + READ, 'GET', { cookie })).toMatchObject({
    status: 200,
    text: expect.stringContaining('The report') as unknown,
  });
  expect(await send(url + READ, 'GET', {})).toMatchObject({ status: 303 });
});

it('the systemd unit is valid, and what the service could do to the system is little', async () => {
  const folder = await makeFolder();
  const unit = join(folder, 'stillhere.service');
  const program = '/srv/stillhere/node_modules/.bin/stillhere';
  await writeFile(unit, replaceInSnippet(await readSnippet(PAGE, 'ini', '[Service]'), { [program]: process.execPath }));
  const { stderr } = await run('systemd-analyze', ['verify', unit]);
  expect(stderr).not.toContain('stillhere.service');
  // Its scale goes from 0 to 100; a unit without any restriction has 96.
  await run('systemd-analyze', ['security', '--offline=yes', '--threshold=20', '--no-pager', unit]);
});

it('the container file’s steps make a server that writes to its data only, and says that it is healthy', async () => {
  const [context, root] = [await makeFolder(), await makeFolder()];
  const container = await buildContainer(context, root);
  const port = await freePort();
  container.set('PORT', String(port));
  // Not to all networks, in a test.
  container.set('HOST', '127.0.0.1');
  const before = await readdir(join(root, 'app'));

  const server = container.start();
  ends.push(async () => {
    if (server.exitCode !== null) return;
    server.kill();
    await once(server, 'exit');
  });
  await until(async () => (await fetch(`http://127.0.0.1:${port}/healthz`)).ok);
  await container.check(port);
  expect(await askForAccess(`http://127.0.0.1:${port}`)).toContain('session_record_id=');
  expect(await readdir(join(root, 'app'))).toEqual(before);
  expect(await readdir(join(root, 'app/data'))).toContain('stillhere.db');

  server.kill();
  expect(await once(server, 'exit')).toEqual([0, null]);
  await expect(container.check(port)).rejects.toThrow();
});
