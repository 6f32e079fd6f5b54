// The network between one device and the server: a tunnel closes it. It also knows when a page was given out, and turns
// the device's clock: where a test must not set the machine's own clock, page and worker get a Date that is off.
import { createServer, request, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from '../../helpers/free-port.ts';
import { minutes, REST } from './contenders.ts';

/** How far the device's clock is off, and how far after it was set: `setAfterMs` after the first page was given out. */
export interface DeviceClock {
  readonly offMs: number;
  readonly setAfterMs?: number;
  readonly thenOffMs?: number;
}

/** So long the rest of a slow page takes. */
const SLOW_MS = minutes(3);

export class Network {
  readonly port: number;
  readonly #target: URL;
  readonly #clock: DeviceClock | undefined;
  readonly #givenOutAt = new Map<string, number>();
  #server: Server;
  #setAtMs = Infinity;

  private constructor(target: string, clock: DeviceClock | undefined, server: Server) {
    this.#target = new URL(target);
    this.#clock = clock;
    this.#server = server;
    this.port = (server.address() as AddressInfo).port;
    server.on('request', this.#pass);
  }

  static async open(target: string, clock?: DeviceClock): Promise<Network> {
    const server = createServer().listen(await freePort(), '127.0.0.1');
    await once(server, 'listening');
    return new Network(target, clock, server);
  }

  get url(): string {
    return `http://localhost:${this.port}`;
  }

  /** When the document at the path was last given out, epoch milliseconds: all of it, or what comes at once. */
  givenOutAt(path: string): number | undefined {
    return this.#givenOutAt.get(path);
  }

  /** Connections are refused, and those that were open are cut. */
  async close(): Promise<void> {
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, 'close');
  }

  async reopen(): Promise<void> {
    this.#server = createServer(this.#pass).listen(this.port, '127.0.0.1');
    await once(this.#server, 'listening');
  }

  readonly #pass = (incoming: IncomingMessage, answer: ServerResponse): void => {
    const { method, url = '/', headers } = incoming;
    for (const name of ['if-none-match', 'if-modified-since', 'accept-encoding']) delete headers[name];
    const onward = request({ host: '127.0.0.1', port: this.#target.port, method, path: url, headers });
    onward.on('error', () => answer.destroy());
    onward.on('response', (response) => void this.#answer(url, response, answer).catch(() => answer.destroy()));
    incoming.pipe(onward);
  };

  async #answer(path: string, response: IncomingMessage, answer: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of response) chunks.push(chunk as Buffer);
    const isPage = response.headers['content-type']?.startsWith('text/html') ?? false;
    // With the first page, the gate's: a worker that comes before the page to read must know it, too.
    if (isPage) this.#setAtMs = Math.min(this.#setAtMs, Date.now() + this.#setAfterMs);
    const prefix = isPage ? this.#clockScript('<script>', '</script>') : this.#clockScript('', '\n');
    const body = isPage || path.endsWith('sw.js') ? [Buffer.from(prefix), ...chunks] : chunks;
    delete response.headers['content-length'];
    answer.writeHead(response.statusCode ?? 502, response.headers);
    const whole = Buffer.concat(body);
    const rest = isPage ? whole.indexOf(REST) : -1;
    if (rest >= 0) {
      answer.write(whole.subarray(0, rest));
      this.#givenOutAt.set(path, Date.now());
      await delay(SLOW_MS);
    }
    answer.end(whole.subarray(Math.max(0, rest)));
    if (isPage && rest < 0) this.#givenOutAt.set(path, Date.now());
  }

  get #setAfterMs(): number {
    return this.#clock?.setAfterMs ?? Infinity;
  }

  /** A Date that is off. `performance.now()` is left alone, as it is on a device whose clock is set. */
  #clockScript(before: string, after: string): string {
    if (!this.#clock) return '';
    const { offMs, thenOffMs = offMs } = this.#clock;
    const setAtMs = this.#setAtMs === Infinity ? 'Infinity' : this.#setAtMs;
    return `${before}{
      const RealDate = Date;
      const now = () => RealDate.now() + (RealDate.now() < ${setAtMs} ? ${offMs} : ${thenOffMs});
      self.Date = new Proxy(RealDate, {
        construct: (target, given, self) => Reflect.construct(target, given.length ? given : [now()], self),
        get: (target, name) => (name === 'now' ? now : Reflect.get(target, name)),
      });
    }${after}`;
  }
}
