// The real server in its own process, which a test can stop, kill and restart on the same port and store.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PageView, SessionView, SpanView } from '../../sw/protocol/owner-api.ts';
import { freePort } from './free-port.ts';
import { until } from './until.ts';

export const OWNER_TOKEN = 'owner-token-for-tests-only-0123456789';
const SECRET = 'secret-for-tests-only-0123456789abcdef';
/** On a machine with twenty times its capacity of work, Node alone took 8 s to start. */
const START_MS = 60_000;
const SERVE = [join(import.meta.dirname, '../../server/cli.ts'), 'serve'];

export interface SessionDetail extends SessionView {
  readonly pages: readonly PageView[];
  readonly spans: readonly SpanView[];
}

export class StillhereServer {
  readonly port: number;
  readonly #environment: NodeJS.ProcessEnv;
  readonly #command: readonly string[];
  #child: ChildProcess | undefined;
  /** Everything it has logged so far. */
  output = '';

  private constructor(port: number, environment: NodeJS.ProcessEnv, command: readonly string[]) {
    this.port = port;
    this.#environment = environment;
    this.#command = command;
  }

  /**
   * Starts on a free port with an empty store.
   * @param command what Node runs: our sources, or what a site has installed.
   */
  static async start(
    environment: NodeJS.ProcessEnv = {},
    command: readonly string[] = SERVE,
  ): Promise<StillhereServer> {
    const folder = await mkdtemp(join(tmpdir(), 'stillhere-'));
    const port = await freePort();
    const whole = {
      STORE_URL: `file:${join(folder, 'stillhere.db')}`,
      PORT: String(port),
      OWNER_TOKEN,
      SECRET,
      // Tests and benchmarks send more than readers do; test/server/limits.test.ts tests the limits.
      LIMIT_BEATS: '0',
      LIMIT_NETWORK: '0',
      ...environment,
    };
    const server = new StillhereServer(port, whole, command);
    await server.start();
    return server;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  get storeUrl(): string {
    return this.#environment['STORE_URL'] ?? '';
  }

  get url(): string {
    return `http://localhost:${this.port}`;
  }

  /** Does nothing if it is running. */
  async start(): Promise<void> {
    if (this.#child && this.#child.exitCode === null && this.#child.signalCode === null) return;
    const child = spawn(process.execPath, this.#command, { env: { ...process.env, ...this.#environment } });
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (this.output += String(chunk)));
    this.#child = child;
    await until(async () => {
      if (child.exitCode !== null) throw new Error(`The server ended: ${this.output}`);
      return (await fetch(`${this.url}/readyz`)).ok;
    }, START_MS);
  }

  /** Stops the process and resolves with its exit code. Afterwards connections are refused. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> {
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return null;
    child.kill(signal);
    const [code] = (await once(child, 'exit')) as [number | null];
    return code;
  }

  /** Calls the owner's API. */
  async ask(path: string): Promise<unknown> {
    const response = await fetch(this.url + path, { headers: { authorization: `Bearer ${OWNER_TOKEN}` } });
    return response.json();
  }

  async sessions(): Promise<readonly SessionView[]> {
    return ((await this.ask('/api/sessions')) as { sessions: SessionView[] }).sessions;
  }

  async session(id: string): Promise<SessionDetail> {
    return (await this.ask(`/api/sessions/${id}`)) as SessionDetail;
  }
}
