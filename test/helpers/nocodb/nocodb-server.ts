// A real NocoDB for tests, by nocodb.mjs beside this file: with data and a port of its own, stopped and killed at will.
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
  config: NocoConfig = { url: '', token: '', baseId: '', table: 'emailAccess', requestsPerSecond: 1_000, freshnessMs: 50 };

  private constructor(folder: string, port: number) {
    this.#folder = folder;
    this.#environment = { ...process.env, NOCODB_DATA: folder, NOCODB_PORT: String(port), NOCODB_PG: '' };
  }

  /** Installs it if need be (half a minute), starts it with an empty base, and makes a token. */
  static async start(): Promise<NocoServer> {
    const server = new NocoServer(await mkdtemp(join(tmpdir(), 'stillhere-nocodb-')), await freePort());
    await server.start();
    const lines = await server.#kit('provision');
    const read = (name: string): string => new RegExp(`^${name}=(.*)$`, 'm').exec(lines)?.[1] ?? '';
    server.config = { ...server.config, url: read('NOCODB_URL'), token: read('NOCODB_TOKEN'), baseId: read('NOCODB_BASE_ID') };
    return server;
  }

  async start(): Promise<void> {
    await this.#kit('start');
  }

  async stop(): Promise<void> {
    await this.#kit('stop');
  }

  /** The process dies at once. */
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

  /** What a person with the token does by hand: the raw answer of the API. */
  async ask(method: string, path: string, body?: unknown): Promise<unknown> {
    const response = await fetch(this.config.url + path.replace('{base}', this.config.baseId), {
      method,
      headers: { 'xc-token': this.config.token, 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return response.json();
  }

  async #kit(command: string): Promise<string> {
    const { stdout } = await run(process.execPath, [KIT, command], { env: this.#environment });
    return stdout;
  }
}
