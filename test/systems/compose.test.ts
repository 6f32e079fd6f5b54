// The services of the compose file in docs/deployment.md as plain processes, with its variables.
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { chmod, chown, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, expect, it } from 'vitest';
import { parse } from 'yaml';
import { HEARTBEAT_PATH, type Receipt } from '../../sw/protocol/delivery.ts';
import { buildContainer } from '../helpers/container.ts';
import { askForAccess } from '../helpers/cookies.ts';
import { freePort } from '../helpers/free-port.ts';
import { rowsOf } from '../helpers/nocodb/mirrored-store.ts';
import { NocoServer } from '../helpers/nocodb/nocodb-server.ts';
import { asUser, findPrograms, USER } from '../helpers/postgres-cluster.ts';
import { readSnippet } from '../helpers/read-snippet.ts';
import { until } from '../helpers/until.ts';

const PASSWORD = 'password-of-the-database';
const run = promisify(execFile);

type Variables = Readonly<Record<string, string>>;
interface Service {
  readonly environment?: Variables;
  readonly healthcheck?: { readonly test: string };
}
type Services = Readonly<Record<'database' | 'nocodb' | 'stillhere', Service>>;

const ends: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
});

async function makeFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'stillhere-composed-'));
  ends.push(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** The services, with the values of an environment file in place of their names. */
async function readServices(values: Variables): Promise<Services> {
  const text = await readSnippet('docs/deployment.md', 'yaml', 'services:');
  const filled = text.replaceAll(/\$\{(\w+)\}/g, (_, name: string) => {
    const value = values[name];
    if (value === undefined) throw new Error(`No step of docs/deployment.md sets ${name}`);
    return value;
  });
  return (parse(filled) as { services: Services }).services;
}

/** What the image of PostgreSQL does when its volume is empty. @returns the port. */
async function startDatabase({ environment = {}, healthcheck }: Service): Promise<number> {
  const { POSTGRES_USER: user = '', POSTGRES_PASSWORD: password = '' } = environment;
  const [folder, port, bin] = [await makeFolder(), await freePort(), await findPrograms()];
  const secret = join(folder, 'password');
  await writeFile(secret, password, { mode: 0o600 });
  if (process.getuid?.() === 0) {
    const id = Number((await run('id', ['-u', USER])).stdout);
    for (const path of [folder, secret]) await chown(path, id, id);
  }
  const data = join(folder, 'data');
  const as = ['-A', 'scram-sha-256', '-U', user, `--pwfile=${secret}`, '-E', 'UTF8', '--locale=C.UTF-8', '-D', data];
  await run(...asUser({ bin }, 'initdb', as), { cwd: folder });
  const control = async (...args: readonly string[]): Promise<void> => {
    await run(...asUser({ bin }, 'pg_ctl', ['-D', data, ...args]), { cwd: folder });
  };
  const options = `-p ${port} -k ${folder} -c listen_addresses=127.0.0.1`;
  await control('-l', join(folder, 'log'), '-o', options, 'start');
  ends.push(() => control('-m', 'fast', 'stop'));
  const env = {
    ...process.env,
    PGPORT: String(port),
    PGHOST: '127.0.0.1',
    PGPASSWORD: password,
    PATH: `${bin}:${process.env['PATH']}`,
  };
  await until(() => run('sh', ['-c', healthcheck?.test ?? 'false'], { env }));
  await run('createdb', ['--username', user, user], { env });
  return port;
}

it('the services of the compose file record a reading in PostgreSQL, and show it in NocoDB', async () => {
  const secrets = { DATABASE_PASSWORD: PASSWORD, SECRET: 's'.repeat(64), OWNER_TOKEN: 't'.repeat(64) };
  const { database } = await readServices({ ...secrets, NOCODB_TOKEN: '', NOCODB_BASE_ID: '' });
  const databasePort = await startDatabase(database);
  const nocodb = await NocoServer.start();
  ends.push(() => nocodb.remove());
  const made = { ...secrets, NOCODB_TOKEN: nocodb.config.token, NOCODB_BASE_ID: nocodb.config.baseId };
  const { stillhere } = await readServices(made);

  const root = await makeFolder();
  const container = await buildContainer(await makeFolder(), root);
  const port = await freePort();
  const places = { 'database:5432': `127.0.0.1:${databasePort}`, 'http://nocodb:8080': nocodb.config.url };
  for (const [name, value] of Object.entries(stillhere.environment ?? {}))
    container.set(
      name,
      Object.entries(places).reduce((text, [from, to]) => text.replace(from, to), value),
    );
  container.set('PORT', String(port));
  container.set('HOST', '127.0.0.1');
  // As with `read_only: true`.
  await chmod(join(root, 'app/data'), 0o555);
  await container.run('node_modules/.bin/stillhere nocodb setup');

  const server = container.start();
  ends.push(async () => {
    if (server.exitCode !== null) return;
    server.kill();
    await once(server, 'exit');
  });
  const url = `http://127.0.0.1:${port}`;
  await until(async () => (await fetch(`${url}/readyz`)).ok, 30_000);
  await container.check(port);
  const cookies = await askForAccess(url);
  const session = /session_record_id=([^;]*)/.exec(cookies)?.[1] ?? '';
  const end = Date.now();
  const span = { id: 'one', session, page: '/report/', start: end, end };
  const beat = await fetch(url + HEARTBEAT_PATH, {
    method: 'POST',
    body: JSON.stringify({ sentAt: end, spans: [span] }),
  });
  expect(((await beat.json()) as Receipt).stored).toEqual(['one']);
  const shown = {
    sessionId: session,
    emailOfAccessor: expect.stringContaining('@') as unknown,
    currentPage: '/report/',
  };
  await until(async () => (await rowsOf(nocodb)).some(({ fields }) => fields['currentPage'] === '/report/'), 30_000);
  expect((await rowsOf(nocodb)).map(({ fields }) => fields)).toEqual([expect.objectContaining(shown)]);
  expect(await readdir(join(root, 'app/data'))).toEqual([]);

  server.kill();
  expect(await once(server, 'exit')).toEqual([0, null]);
});
