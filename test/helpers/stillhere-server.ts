// The real server, which a test can stop, kill and restart on the same port and store.
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PageView, SessionView, SpanView } from '../../sw/protocol/owner-api.ts';
import { freePort } from './free-port.ts';
import { ServerProcess, type ServerHost } from './server-process.ts';

export const OWNER_TOKEN = 'owner-token-for-tests-only-0123456789';
const SECRET = 'secret-for-tests-only-0123456789abcdef';
const SERVE = [join(import.meta.dirname, '../../server/cli.ts'), 'serve'];

export interface SessionDetail extends SessionView {
  readonly pages: readonly PageView[];
  readonly spans: readonly SpanView[];
}

export class StillhereServer {
  readonly port: number;
  readonly storeUrl: string;
  readonly #host: ServerHost;

  private constructor(port: number, storeUrl: string, host: ServerHost) {
    this.port = port;
    this.storeUrl = storeUrl;
    this.#host = host;
  }

  /**
   * Starts in its own process, on a free port with an empty store.
   * @param command what Node runs: our sources, or what a site has installed.
   */
  static async start(
    environment: NodeJS.ProcessEnv = {},
    command: readonly string[] = SERVE,
  ): Promise<StillhereServer> {
    return StillhereServer.#startOn(environment, (whole, url) => new ServerProcess(url, command, whole));
  }

  /** Starts in this process, on a free port with an empty store. It can't be killed, and has no {@link pid}. */
  static async startInTest(environment: NodeJS.ProcessEnv = {}): Promise<StillhereServer> {
    const { ServerInTest } = await import('./server-in-test.ts');
    return StillhereServer.#startOn(environment, (whole) => new ServerInTest(whole));
  }

  static async #startOn(
    environment: NodeJS.ProcessEnv,
    makeHost: (whole: NodeJS.ProcessEnv, url: string) => ServerHost,
  ): Promise<StillhereServer> {
    const folder = await mkdtemp(join(tmpdir(), 'stillhere-'));
    const port = await freePort();
    const STORE_URL = `file:${join(folder, 'stillhere.db')}`;
    const whole = {
      STORE_URL,
      PORT: String(port),
      OWNER_TOKEN,
      SECRET,
      // Tests and benchmarks send more than readers do; test/server/limits.test.ts tests the limits.
      LIMIT_BEATS: '0',
      LIMIT_NETWORK: '0',
      ...environment,
    };
    const host = makeHost(whole, `http://localhost:${port}`);
    await host.start();
    return new StillhereServer(port, environment['STORE_URL'] ?? STORE_URL, host);
  }

  get pid(): number | undefined {
    return this.#host.pid;
  }

  /** Everything it has logged so far. */
  get output(): string {
    return this.#host.output;
  }

  get url(): string {
    return `http://localhost:${this.port}`;
  }

  /** Does nothing if it is running. */
  async start(): Promise<void> {
    await this.#host.start();
  }

  /** Stops the process and resolves with its exit code. Afterwards connections are refused. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> {
    return this.#host.stop(signal);
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
