// Stands between browser and server and does to heartbeats what networks do. Everything else passes.
import { createServer, request, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { Page } from 'puppeteer-core';
import { HEARTBEAT_PATH, WORKER_PATH } from '../../sw/protocol/delivery.ts';

/** What becomes of a heartbeat. */
export type Fault =
  | 'none'
  /** A hotel's portal: 200 with HTML; the server never hears of it. */
  | 'captive-portal'
  /** The server stores and answers; the answer gets lost. */
  | 'answer-lost'
  | 'error-500'
  /** 429 with `Retry-After: 2`. */
  | 'too-many'
  /** No answer comes, until {@link FaultProxy.release}. */
  | 'held'
  /** The server stores, and its answer comes only after {@link FaultProxy.release}. */
  | 'answer-held';

export class FaultProxy {
  fault: Fault = 'none';
  /** Added to the worker's script: other bytes are another version to a browser. */
  workerSuffix = '';
  /** What is answered in place of the worker's script. */
  workerFault: 'none' | 'missing' | 'html' = 'none';
  /** The file of the site that is given out as the worker's script. */
  workerFile = WORKER_PATH;
  /** Scripts that are given out instead of the server's, by their path. */
  readonly scripts = new Map<string, Buffer>();
  /** How often the worker's script was asked for. */
  workerAsked = 0;
  /** Heartbeats that came by, with their bodies, and the fault that each met. */
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
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    proxy.#port = (proxy.#server.address() as AddressInfo).port;
    return proxy;
  }

  get url(): string {
    return `http://localhost:${this.#port}`;
  }

  /** From now on connections are refused, and those that were open are cut. */
  async stop(): Promise<void> {
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, 'close');
  }

  /** After {@link stop}: listens again where it did. */
  async reopen(): Promise<void> {
    this.#server.listen(this.#port, '127.0.0.1');
    await once(this.#server, 'listening');
  }

  /** Answers at last what was held: as a gateway does, or with what the server had said. */
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

/** The network works again, and the page hears of it: that ends the long pause which many failures have led to. */
export async function heal(page: Page, proxy: FaultProxy): Promise<void> {
  proxy.fault = 'none';
  await page.evaluate(() => dispatchEvent(new Event('online')));
}
