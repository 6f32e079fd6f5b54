// PostgreSQL for tests: a cluster of its own from the system's package, on a free local port, or the one of TEST_POSTGRES_URL.
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chmod, mkdtemp, readdir, rm } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { sql } from 'kysely';
import { kyselyOnPool } from '../../server/store/postgres/dialect.ts';
import { openPool } from '../../server/store/postgres/pool.ts';
import { freePort } from './free-port.ts';
import { until } from './until.ts';

const INSTALLED = '/usr/lib/postgresql';
const USER = 'postgres';
const SHARED_MEMORY = '/dev/shm';
const run = promisify(execFile);

export type Isolation = 'read committed' | 'serializable';

interface Cluster {
  readonly bin: string;
  readonly folder: string;
  readonly port: number;
}

export class Postgres {
  /** Of a database in which others are made. */
  readonly #url: string;
  /** Undefined: it isn't ours. */
  readonly #cluster: Cluster | undefined;
  #server: ChildProcess | undefined;

  private constructor(url: string, cluster?: Cluster) {
    this.#url = url;
    this.#cluster = cluster;
  }

  /**
   * @param isDurable on a disk. Otherwise in memory, where `fsync` is on, too, and takes no time.
   * @throws if it is not installed.
   */
  static async start(isDurable = true): Promise<Postgres> {
    const given = process.env['TEST_POSTGRES_URL'];
    return given ? new Postgres(given) : Postgres.startOwn(isDurable);
  }

  /** A cluster that can be {@link kill}ed, also where TEST_POSTGRES_URL names another one. */
  static async startOwn(isDurable = true): Promise<Postgres> {
    const [version] = await readdir(INSTALLED).catch(() => []);
    if (version === undefined) throw new Error('Install the Debian package postgresql for this test');
    const base = !isDurable && existsSync(SHARED_MEMORY) ? SHARED_MEMORY : tmpdir();
    const folder = await mkdtemp(join(base, 'stillhere-pg-'));
    const cluster = { bin: join(INSTALLED, version, 'bin'), folder, port: await freePort() };
    // PostgreSQL refuses to run as root.
    if (process.getuid?.() === 0) await run('chown', [USER, folder]);
    await chmod(folder, 0o700);
    const [file, args] = asUser(cluster, 'initdb', [
      '-A',
      'trust',
      '-U',
      USER,
      '-E',
      'UTF8',
      '--locale=C.UTF-8',
      '-D',
      folder,
    ]);
    await run(file, args, { cwd: folder });
    const postgres = new Postgres(`postgres://${USER}@127.0.0.1:${cluster.port}/postgres`, cluster);
    await postgres.restart();
    return postgres;
  }

  /** Starts the cluster again after {@link kill}. */
  async restart(): Promise<void> {
    const cluster = this.#own();
    const [file, args] = asUser(cluster, 'postgres', [
      '-D',
      cluster.folder,
      '-p',
      String(cluster.port),
      '-k',
      cluster.folder,
      '-c',
      'listen_addresses=127.0.0.1',
      '-c',
      'max_connections=60',
    ]);
    this.#server = spawn(file, args, { cwd: cluster.folder, stdio: 'ignore' });
    await until(() =>
      this.query('SELECT 1').then(
        () => true,
        () => false,
      ),
    );
  }

  /** A new, empty database. @returns its URL. */
  async createDatabase(name = `test_${randomBytes(6).toString('hex')}`, isolation?: Isolation): Promise<string> {
    // Sorted by the rules of a language, as many databases are. The store must not depend on it.
    await this.query(
      `CREATE DATABASE ${name} TEMPLATE template0 ENCODING 'UTF8' LOCALE_PROVIDER icu ICU_LOCALE 'en-US'`,
    );
    if (isolation) await this.query(`ALTER DATABASE ${name} SET default_transaction_isolation = '${isolation}'`);
    const url = new URL(this.#url);
    url.pathname = name;
    return url.href;
  }

  /** Deletes all that is in the tables of a store. */
  async emptyStore(url: string): Promise<void> {
    const tables = await this.query(
      "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename NOT LIKE 'kysely%'",
      url,
    );
    if (tables.length > 0)
      await this.query(`TRUNCATE ${tables.map(({ tablename }) => String(tablename)).join(', ')}`, url);
  }

  /** Removes a database, with connections that are open to it. */
  async dropDatabase(url: string): Promise<void> {
    await this.query(`DROP DATABASE ${new URL(url).pathname.slice(1)} WITH (FORCE)`);
  }

  /** @param url of the database; by default the one in which others are made. */
  async query(text: string, url = this.#url): Promise<readonly Readonly<Record<string, unknown>>[]> {
    const db = kyselyOnPool(openPool(url, 1));
    try {
      const { rows } = await sql.raw<Record<string, unknown>>(text).execute(db);
      return rows;
    } finally {
      await db.destroy();
    }
  }

  /** Kills all of its processes at once, as when the machine fails. */
  async kill(): Promise<void> {
    await this.#stop('immediate');
  }

  async remove(): Promise<void> {
    if (!this.#cluster) return;
    if (this.#server?.exitCode === null) await this.#stop('immediate');
    await rm(this.#cluster.folder, { recursive: true, force: true });
  }

  async #stop(mode: 'fast' | 'immediate'): Promise<void> {
    const cluster = this.#own();
    const server = this.#server;
    if (!server) return;
    const ended = once(server, 'exit');
    const [file, args] = asUser(cluster, 'pg_ctl', ['-D', cluster.folder, '-m', mode, '-w', 'stop']);
    await run(file, args, { cwd: cluster.folder });
    if (server.exitCode === null) await ended;
  }

  #own(): Cluster {
    if (!this.#cluster) throw new Error('The cluster of TEST_POSTGRES_URL is not ours to stop');
    return this.#cluster;
  }
}

function asUser({ bin }: Cluster, program: string, args: readonly string[]): readonly [string, readonly string[]] {
  const file = join(bin, program);
  return process.getuid?.() === 0 ? ['runuser', ['-u', USER, '--', file, ...args]] : [file, args];
}
