// A real server with metrics on an address of their own, in front of a small site of its own.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HEARTBEAT_PATH, type Span } from '../../sw/protocol/delivery.ts';
import { cookiesOf } from './cookies.ts';
import { freePort } from './free-port.ts';
import { parseMetrics } from './read-metrics.ts';
import { StillhereServer } from './stillhere-server.ts';

export class MeteredServer {
  readonly server: StillhereServer;
  readonly folder: string;
  readonly metricsPort: number;

  private constructor(server: StillhereServer, folder: string, metricsPort: number) {
    this.server = server;
    this.folder = folder;
    this.metricsPort = metricsPort;
  }

  /** `/report/` is behind the gate. */
  static async start(environment: NodeJS.ProcessEnv = {}): Promise<MeteredServer> {
    const folder = await mkdtemp(join(tmpdir(), 'stillhere-metrics-'));
    await mkdir(join(folder, 'report'));
    for (const page of ['index.html', 'report/index.html']) await writeFile(join(folder, page), '<title>Page</title>');
    const port = await freePort();
    const METRICS_ADDRESS = `127.0.0.1:${port}`;
    const whole = { METRICS_ADDRESS, SITE_DIR: folder, PROTECT: '/report/', ...environment };
    return new MeteredServer(await StillhereServer.startInTest(whole), folder, port);
  }

  get url(): string {
    return this.server.url;
  }

  /** A request to the address of the metrics. */
  ask(path = '/metrics', init: RequestInit = {}): Promise<Response> {
    return fetch(`http://127.0.0.1:${this.metricsPort}${path}`, init);
  }

  /** The numbers, by name and labels. */
  async read(init?: RequestInit): Promise<ReadonlyMap<string, number>> {
    return parseMetrics(await (await this.ask('/metrics', init)).text()).values;
  }

  tryGate(email: string): Promise<Response> {
    return fetch(`${this.url}/api/verify-temp-access`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ email }),
    });
  }

  /** Passes the gate; resolves with the id of the session. */
  async enterGate(email: string): Promise<string> {
    return /session_record_id=([^;]+)/.exec(cookiesOf(await this.tryGate(email)))?.[1] ?? '';
  }

  /** Resolves with the status. */
  async deliver(spans: readonly object[], sentAt = Date.now()): Promise<number> {
    const body = JSON.stringify({ sentAt, spans });
    return (await fetch(this.url + HEARTBEAT_PATH, { method: 'POST', body })).status;
  }

  async stop(): Promise<void> {
    await this.server.stop();
    await rm(this.folder, { recursive: true });
  }
}

export function spanOf(session: string, start = Date.now(), end = start): Span {
  return { id: 's', session, page: '/report/', start, end };
}
