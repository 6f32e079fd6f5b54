// PgBouncer from the system's package, in transaction mode: each transaction gets any of its few connections to PostgreSQL.
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './free-port.ts';
import { asUser } from './postgres-cluster.ts';
import { startProxyProcess } from './proxy-process.ts';

const PROGRAMS = '/usr/sbin';
/** Fewer than one store has, so they are shared. */
const CONNECTIONS = 3;

export interface PgBouncer {
  /** The URL of the same database by way of PgBouncer. */
  urlOf(databaseUrl: string): string;
  stop(): Promise<void>;
}

/** @param serverUrl of any database of the server. */
export async function startPgBouncer(serverUrl: string): Promise<PgBouncer> {
  const { hostname, port, username, password } = new URL(serverUrl);
  const ownPort = await freePort();
  const folder = await mkdtemp(join(tmpdir(), 'stillhere-pgbouncer-'));
  const server = { host: hostname, port: port || '5432', user: username, ...(password && { password }) };
  const settings = {
    listen_addr: '127.0.0.1',
    listen_port: ownPort,
    unix_socket_dir: '',
    auth_type: 'any',
    pool_mode: 'transaction',
    default_pool_size: CONNECTIONS,
  };
  const toLines = (values: object, between: string): string =>
    Object.entries(values)
      .map(([name, value]) => `${name} = ${value}`)
      .join(between);
  const file = join(folder, 'pgbouncer.ini');
  await writeFile(file, `[databases]\n* = ${toLines(server, ' ')}\n[pgbouncer]\n${toLines(settings, '\n')}\n`);
  // PgBouncer refuses to run as root.
  await chmod(folder, 0o755);
  const bouncer = await startProxyProcess(...asUser({ bin: PROGRAMS }, 'pgbouncer', [file]), ownPort);
  return {
    urlOf: (databaseUrl) => {
      const url = new URL(databaseUrl);
      url.host = `127.0.0.1:${ownPort}`;
      return url.href;
    },
    stop: async () => {
      await bouncer.stop('SIGTERM');
      await rm(folder, { recursive: true });
    },
  };
}
