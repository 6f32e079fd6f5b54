// A proxy between browser and server that applies network faults to heartbeats. All other requests pass.
import { createServer, request, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { Page } from 'puppeteer-core';
import { HEARTBEAT_PATH, WORKER_PATH } from '../../sw/protocol/delivery.ts';
import { freePort } from './free-port.ts';

/** The fault to apply to a heartbeat. */
export type Fault =
  | 'none'
  /** A captive portal: 200 with HTML; the server receives nothing. */
  | 'captive-portal'
  /** The server stores the delivery, but its response is lost. */
  | 'answer-lost'
  | 'error-500'
  /** 429 with `Retry-After: 2`. */
  | 'too-many'
  /** No response until {@link FaultProxy.release}. */
  | 'held'
  /** The server stores the delivery, but its response arrives only after {@link FaultProxy.release}. */
  | 'answer-held';

export class FaultProxy {
  fault: Fault = 'none';
  /** Appended to the worker's script, because browsers treat different bytes as a new version. */
  workerSuffix = '';
  /** The response in place of the worker's script. */
  workerFault: 'none' | 'missing' | 'html' = 'none';
  /** The file of the site to serve as the worker's script. */
  workerFile = WORKER_PATH;
  /** Scripts to serve instead of the server's, by path. */
  readonly scripts = new Map<string, Buffer>();
  /** Number of requests for the worker's script. */
  workerAsked = 0;
  /** The heartbeats so far, with their bodies and faults. */
  readonly seen: {
    readonly fault: Fault;
    readonly body: string;
    readonly at: number;
    readonly isFromWorker: boolean;
  }[] = [];
  readonly #held: (() => void)[] = [];
  readonly #server: Server;
  #port = 0;

  private constructor(target: string) {
    this.#server = createServer((incoming, answer) => void this.#pass(new URL(target), incoming, answer));
  }

  static async start(target: string): Promise<FaultProxy> {
    const proxy = new FaultProxy(target);
    proxy.#port = await freePort();
    proxy.#server.listen(proxy.#port, '127.0.0.1');
    await once(proxy.#server, 'listening');
    return proxy;
  }

  get url(): string {
    return `http://localhost:${this.#port}`;
  }

  /** Refuses new connections and cuts open ones. */
  async stop(): Promise<void> {
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, 'close');
  }

  /** After {@link stop}: listens on the same port again. */
  async reopen(): Promise<void> {
    this.#server.listen(this.#port, '127.0.0.1');
    await once(this.#server, 'listening');
  }

  /** Sends the held responses: a gateway's, or the server's. */
  release(): void {
    for (const goOn of this.#held.splice(0)) goOn();
  }

  async #pass(target: URL, incoming: IncomingMessage, answer: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    const fault = incoming.url === HEARTBEAT_PATH ? this.fault : 'none';
    const isFromWorker = incoming.headers.referer?.endsWith(WORKER_PATH) ?? false;
    if (incoming.url === HEARTBEAT_PATH) this.seen.push({ fault, body: body.toString(), at: Date.now(), isFromWorker });
    if (incoming.url === WORKER_PATH) this.workerAsked++;
    if (incoming.url === WORKER_PATH && this.workerFault !== 'none') {
      if (this.workerFault === 'missing') answer.writeHead(404).end();
      else answer.writeHead(200, { 'content-type': 'text/html' }).end('<h1>Back soon</h1>');
      return;
    }

    const script = this.scripts.get(incoming.url ?? '');
    if (script) {
      answer.writeHead(200, { 'content-type': 'text/javascript', 'cache-control': 'no-store' }).end(script);
      return;
    }

    if (fault === 'captive-portal') {
      answer.writeHead(200, { 'content-type': 'text/html' }).end('<h1>Welcome to Hotel Wi-Fi</h1>');
      return;
    }
    if (fault === 'error-500') {
      answer
        .writeHead(500, { 'content-type': 'application/json' })
        .end('{"success":false,"error":"proxy made it fail"}');
      return;
    }
    if (fault === 'too-many') {
      answer.writeHead(429, { 'retry-after': '2' }).end();
      return;
    }
    if (fault === 'held') {
      this.#held.push(() => answer.writeHead(504).end());
      return;
    }
    const { method, url, headers } = incoming;
    if (url === WORKER_PATH)
      for (const name of ['if-none-match', 'if-modified-since', 'accept-encoding']) delete headers[name];
    const path = url === WORKER_PATH ? this.workerFile : url;
    const onward = request({ host: '127.0.0.1', port: target.port, method, path, headers });
    onward.on('error', () => answer.destroy());
    onward.on('response', (response) => {
      if (fault === 'answer-lost') {
        response.resume();
        response.on('end', () => answer.destroy());
        return;
      }
      if (fault === 'answer-held') {
        this.#held.push(() => response.pipe(answer.writeHead(response.statusCode ?? 502, response.headers)));
        return;
      }
      const suffix = url === WORKER_PATH ? this.workerSuffix : '';
      if (suffix) delete response.headers['content-length'];
      answer.writeHead(response.statusCode ?? 502, response.headers);
      response.pipe(answer, { end: false });
      response.on('end', () => answer.end(suffix));
    });
    onward.end(body);
  }
}

/** Restores the network and fires the page's event, which ends the long pause after many failures. */
export async function heal(page: Page, proxy: FaultProxy): Promise<void> {
  proxy.fault = 'none';
  await page.evaluate(() => dispatchEvent(new Event('online')));
}
