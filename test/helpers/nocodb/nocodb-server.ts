// A real NocoDB for tests, run by nocodb.mjs beside this file: with its own data and port; tests can stop and kill it.
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { NocoConfig } from '../../../server/nocodb/client.ts';
import { freePort } from '../free-port.ts';
import { until } from '../until.ts';

const KIT = join(import.meta.dirname, 'nocodb.mjs');
const run = promisify(execFile);

export class NocoServer {
  readonly #environment: NodeJS.ProcessEnv;
  readonly #folder: string;
  config: NocoConfig = { url: '', token: '', baseId: '', table: 'emailAccess', requestsPerSecond: 1_000, requestsPerMonth: 0, freshnessMs: 50 };

  private constructor(folder: string, port: number, postgresUrl: string) {
    this.#folder = folder;
    this.#environment = { ...process.env, NOCODB_DATA: folder, NOCODB_PORT: String(port), NOCODB_PG: postgresUrl };
  }

  /**
   * Installs it if need be (half a minute), starts it with an empty base, and makes a token.
   * @param postgresUrl an empty database to keep its data in; by default its own SQLite.
   */
  static async start(postgresUrl = ''): Promise<NocoServer> {
    const server = new NocoServer(await mkdtemp(join(tmpdir(), 'stillhere-nocodb-')), await freePort(), postgresUrl);
    await server.start();
    await server.#provision();
    return server;
  }

  async #provision(): Promise<void> {
    const lines = await this.#kit('provision');
    const read = (name: string): string => new RegExp(`^${name}=(.*)$`, 'm').exec(lines)?.[1] ?? '';
    this.config = { ...this.config, url: read('NOCODB_URL'), token: read('NOCODB_TOKEN'), baseId: read('NOCODB_BASE_ID') };
  }

  /** Revokes the token and puts a new one into `config`. */
  async replaceToken(): Promise<void> {
    await this.#kit('revoke');
    await this.stop();
    await this.start();
    await this.#provision();
  }

  async start(): Promise<void> {
    await this.#kit('start');
  }

  async stop(): Promise<void> {
    await this.#kit('stop');
  }

  /** Kills the process. */
  async kill(): Promise<void> {
    const pid = Number(await readFile(join(this.#folder, 'pid'), 'utf8'));
    process.kill(pid, 'SIGKILL');
    await until(() => {
      try {
        return !process.kill(pid, 0);
      } catch {
        return true;
      }
    });
  }

  async remove(): Promise<void> {
    await this.stop();
    await rm(this.#folder, { recursive: true, force: true });
  }

  /** A manual API call with the token; throws unless it succeeds. */
  async ask(method: string, path: string, body?: unknown): Promise<unknown> {
    const response = await this.#fetch(method, path.replace('{base}', this.config.baseId), body);
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return response.json();
  }

  /** A manual API call; returns any response. */
  async tell(method: string, path: string, body?: unknown): Promise<unknown> {
    return (await this.#fetch(method, path, body)).json();
  }

  #fetch(method: string, path: string, body: unknown): Promise<Response> {
    return fetch(this.config.url + path, {
      method,
      headers: { 'xc-token': this.config.token, 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
  }

  async #kit(command: string): Promise<string> {
    const { stdout } = await run(process.execPath, [KIT, command], { env: this.#environment });
    return stdout;
  }
}
