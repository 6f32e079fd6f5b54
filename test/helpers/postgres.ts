// PostgreSQL for tests: a cluster of its own from the system's package, on a free local port, or the one of TEST_POSTGRES_URL.
import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { sql, type Kysely } from 'kysely';
import { kyselyOnPool } from '../../server/store/postgres/dialect.ts';
import { openPool } from '../../server/store/postgres/pool.ts';
import type { Tables } from '../../server/store/schema.ts';
import { killProcess } from './kill-process.ts';
import { asUser, makeCluster, USER, type Cluster } from './postgres-cluster.ts';
import { until } from './until.ts';

export type Isolation = 'read committed' | 'serializable';

type Rows = readonly Readonly<Record<string, unknown>>[];

export class Postgres {
  /** Of a database in which others are made. */
  readonly #url: string;
  /** Undefined: it isn't ours. */
  readonly #cluster: Cluster | undefined;
  /** By URL. */
  readonly #databases = new Map<string, Kysely<Tables>>();
  #server: ChildProcess | undefined;

  private constructor(url: string, cluster?: Cluster) {
    this.#url = url;
    this.#cluster = cluster;
  }

  /**
   * @param isOnDisk otherwise it is in memory, where `fsync` takes no time. The store refuses to open where it is off.
   * @throws if it is not installed.
   */
  static async start(isOnDisk = false): Promise<Postgres> {
    const given = process.env['TEST_POSTGRES_URL'];
    return given ? new Postgres(given) : Postgres.startOwn(isOnDisk);
  }

  /** A cluster that can be {@link kill}ed, also where TEST_POSTGRES_URL names another one. */
  static async startOwn(isOnDisk = true): Promise<Postgres> {
    const cluster = await makeCluster(isOnDisk);
    const postgres = new Postgres(`postgres://${USER}@127.0.0.1:${cluster.port}/postgres`, cluster);
    await postgres.restart();
    return postgres;
  }

  /** Starts the cluster again after {@link kill}. */
  async restart(): Promise<void> {
    const cluster = this.#own();
    const settings = ['listen_addresses=127.0.0.1', 'max_connections=60'].flatMap((one) => ['-c', one]);
    const args = ['-D', cluster.folder, '-p', String(cluster.port), '-k', cluster.folder, ...settings];
    this.#server = spawn(...asUser(cluster, 'postgres', args), { cwd: cluster.folder, stdio: 'ignore' });
    await until(() => this.query('SELECT 1'));
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

  /** Deletes all that is in the tables of a store. Truncating them or copying a database takes twenty times as long. */
  async emptyStore(url: string): Promise<void> {
    const tables = await this.query(
      "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename NOT LIKE 'kysely%'",
      url,
    );
    const deletions = tables.map(({ tablename }) => `DELETE FROM ${String(tablename)}`);
    if (deletions.length > 0) await this.query(deletions.join(';'), url);
  }

  /** Removes a database, with connections that are open to it. */
  async dropDatabase(url: string): Promise<void> {
    await this.#databases.get(url)?.destroy();
    this.#databases.delete(url);
    await this.query(`DROP DATABASE ${new URL(url).pathname.slice(1)} WITH (FORCE)`);
  }

  /** @param url of the database; by default the one in which others are made. */
  async query(text: string, url = this.#url): Promise<Rows> {
    const database = this.#databases.get(url) ?? kyselyOnPool(openPool(url, 1));
    this.#databases.set(url, database);
    return (await sql.raw<Record<string, unknown>>(text).execute(database)).rows;
  }

  /** Runs a statement in a transaction that stays open. @returns ends it. */
  async hold(statement: string, url: string): Promise<() => Promise<void>> {
    const pool = openPool(url, 1);
    const client = await pool.connect();
    await client.query(`BEGIN; ${statement}`);
    return async () => {
      await client.query('COMMIT');
      client.release();
      await pool.end();
    };
  }

  /** Kills all of its processes, with no time to write anything. */
  async kill(): Promise<void> {
    const pids = await this.#processIds();
    await this.#end(() => {
      for (const pid of pids) killProcess(pid, 'SIGKILL');
    });
  }

  /** Stops all of its processes: nobody gets an answer, and nobody an error. */
  async freeze(): Promise<void> {
    for (const pid of await this.#processIds()) killProcess(pid, 'SIGSTOP');
  }

  /** They go on after {@link freeze}. */
  async thaw(): Promise<void> {
    for (const pid of await this.#processIds()) killProcess(pid, 'SIGCONT');
  }

  async remove(): Promise<void> {
    await Promise.all([...this.#databases.values()].map((database) => database.destroy()));
    if (!this.#cluster) return;
    if (this.#isRunning()) {
      const main = await this.#processId();
      // At once, but for the memory that its processes share.
      await this.#end(() => killProcess(main, 'SIGQUIT'));
    }
    await rm(this.#cluster.folder, { recursive: true, force: true });
  }

  #isRunning(): boolean {
    return this.#server?.exitCode === null && this.#server.signalCode === null;
  }

  /** Of all processes; first the one that makes the others. */
  async #processIds(): Promise<readonly number[]> {
    const main = await this.#processId();
    const children = (await readFile(`/proc/${main}/task/${main}/children`, 'utf8')).split(' ').filter(Boolean);
    return [main, ...children.map(Number)];
  }

  /** Of the process that makes the others. */
  async #processId(): Promise<number> {
    return Number.parseInt(await readFile(join(this.#own().folder, 'postmaster.pid'), 'utf8'), 10);
  }

  async #end(kill: () => void): Promise<void> {
    const ended = this.#server && this.#isRunning() ? once(this.#server, 'exit') : undefined;
    kill();
    await ended;
  }

  #own(): Cluster {
    if (!this.#cluster) throw new Error('The cluster of TEST_POSTGRES_URL is not ours to stop');
    return this.#cluster;
  }
}
