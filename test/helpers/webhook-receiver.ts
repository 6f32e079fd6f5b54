// A real HTTP server that receives the webhook. It believes only what the library of the convention has verified, and can be dead,
// slow, or answer nonsense.
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { Webhook } from 'standardwebhooks';
import { freePort } from './free-port.ts';

export const WEBHOOK_SECRET = `whsec_${Buffer.from('webhook-secret-for-tests-only').toString('base64')}`;

export interface WebhookEvent {
  readonly id: string;
  readonly type: string;
  readonly timestamp: string;
  readonly data: {
    readonly ref: string;
    readonly emailOfAccessor: string;
    readonly sessionStartTime: string;
    readonly visit: Readonly<Record<string, unknown>>;
    readonly pages: readonly { readonly page: string; readonly readingTimeMs: number }[];
  };
}

/** What becomes of a request that was received. By default, it is answered with 204. */
export type Fate = (response: ServerResponse, request: IncomingMessage) => void;

export class WebhookReceiver {
  readonly #server: Server;
  readonly port: number;
  /** All that was received, repetitions included. */
  readonly events: WebhookEvent[] = [];
  /** As they were sent. */
  readonly bodies: string[] = [];
  /** Why requests were not believed. */
  readonly complaints: string[] = [];
  fate: Fate = (response) => response.writeHead(204).end();

  private constructor(server: Server) {
    this.#server = server;
    this.port = (server.address() as AddressInfo).port;
    server.on('request', (request: IncomingMessage, response: ServerResponse) => void this.#take(request, response));
  }

  static async start(port?: number): Promise<WebhookReceiver> {
    const server = createServer();
    server.listen(port ?? (await freePort()), '127.0.0.1');
    await once(server, 'listening');
    return new WebhookReceiver(server);
  }

  /** With a part that nobody but the receiver should know. */
  get url(): string {
    return `http://127.0.0.1:${this.port}/hooks/secret-path`;
  }

  async stop(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }

  async #take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = (await buffer(request)).toString();
    const headers = request.headers as Record<string, string>;
    try {
      const said = new Webhook(WEBHOOK_SECRET).verify(body, headers) as Omit<WebhookEvent, 'id'>;
      this.bodies.push(body);
      this.events.push({ ...said, id: headers['webhook-id'] ?? '' });
    } catch (error) {
      this.complaints.push(String(error));
    }
    this.fate(response, request);
  }
}
