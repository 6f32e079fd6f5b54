// The real server on SQLite, in this process and without sockets, so that it can be killed between any two turns.
import { IncomingMessage, ServerResponse, type RequestListener } from 'node:http';
import type { Socket } from 'node:net';
import { PassThrough, Writable } from 'node:stream';
import { pino } from 'pino';
import { createRequestListener } from '../../server/app/request-listener.ts';
import { readConfig } from '../../server/config/config.ts';
import type { Recorded, SessionStore, Sighting } from '../../server/store/session-store.ts';
import { openInlineStore } from '../helpers/inline-store.ts';
import { HEARTBEAT_PATH, SESSION_COOKIE } from '../../sw/protocol/delivery.ts';
import { Feed } from '../../server/sessions/feed.ts';

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** One life of the server, from its start to its death. */
interface Life {
  isAlive: boolean;
  readonly handle: RequestListener;
  readonly died: Promise<undefined>;
  readonly die: () => void;
}

export class ServerProcess {
  /** The server's clock. */
  now = (): number => 0;
  /** Told of every sighting that is durable. */
  onStored = (_sighting: Sighting): void => {};
  readonly #file: string;
  #store: SessionStore;
  #life: Life;

  private constructor(file: string, store: SessionStore) {
    this.#file = file;
    this.#store = store;
    this.#life = this.#live();
  }

  static async start(file: string): Promise<ServerProcess> {
    return new ServerProcess(file, await openInlineStore(file));
  }

  get isAlive(): boolean {
    return this.#life.isAlive;
  }

  get store(): SessionStore {
    return this.#store;
  }

  async createSession(id: string): Promise<void> {
    await this.#store.createSession({ id, email: 'reader@example.com', startMs: this.now() });
  }

  /** As by `kill -9`: what was committed is there at the next start, and nobody hears anything more. */
  async kill(): Promise<void> {
    if (!this.isAlive) return;
    this.#life.isAlive = false;
    this.#life.die();
    await this.#store.close();
  }

  async restart(): Promise<void> {
    if (this.isAlive) return;
    this.#store = await openInlineStore(this.#file);
    this.#life = this.#live();
  }

  /**
   * One POST of a heartbeat with the cookie of `session`; undefined when the server dies before it has answered.
   * @param isCut only half of the body arrives.
   */
  async post(body: string, session: string, isCut = false): Promise<Answer | undefined> {
    const { handle, died } = this.#life;
    const bytes = Buffer.from(body);
    const incoming = new IncomingMessage(pipeEnd(new PassThrough()));
    Object.assign(incoming, { method: 'POST', url: HEARTBEAT_PATH, httpVersion: '1.1' });
    Object.assign(incoming.headers, {
      host: 'site.test',
      'content-type': 'application/json',
      'content-length': String(bytes.length),
      cookie: `${SESSION_COOKIE}=${session}`,
      'sec-fetch-site': 'same-origin',
    });
    incoming.push(isCut ? bytes.subarray(0, bytes.length / 2) : bytes);
    if (isCut) setImmediate(() => incoming.destroy());
    else incoming.push(null);

    const outgoing = new ServerResponse(incoming);
    const chunks: Buffer[] = [];
    const sink = new Writable({ write: (chunk: Buffer, _encoding, done) => (chunks.push(chunk), done()) });
    outgoing.assignSocket(pipeEnd(sink));
    const finished = new Promise<void>((resolve) => outgoing.once('close', resolve).once('finish', resolve));
    handle(incoming, outgoing);
    await Promise.race([finished, died]);
    if (!outgoing.writableFinished) return undefined;
    const text = Buffer.concat(chunks).toString();
    return {
      status: outgoing.statusCode,
      headers: outgoing.getHeaders() as Record<string, string>,
      body: text.slice(text.indexOf('\r\n\r\n') + 4),
    };
  }

  #live(): Life {
    const store = this.#store;
    const { promise: died, resolve } = Promise.withResolvers<undefined>();
    const life = { isAlive: true, died, die: () => resolve(undefined) };
    const record = async (sightings: readonly Sighting[]): Promise<readonly Recorded[]> => {
      if (!life.isAlive) return new Promise(() => {});
      const recorded = await store.record(sightings);
      for (const sighting of sightings) this.onStored(sighting);
      return recorded;
    };
    const answer = createRequestListener({
      // Hours of the world's time pass within a second of the limits' own.
      config: readConfig({ PROTECT: '/confidential/', LIMIT_BEATS: '0', LIMIT_NETWORK: '0' }),
      secrets: {
        secret: 'secret-for-tests-only-0123456789abcdef',
        ownerToken: 'owner-token-for-tests-only-0123456789',
      },
      services: {
        feed: new Feed(store),
        refusals: { count: () => {} },
        store: new Proxy(store, {
          get: (target, name) => {
            if (name === 'record') return record;
            const value: unknown = Reflect.get(target, name, target);
            // Its private fields belong to the store itself.
            return typeof value === 'function' ? (value.bind(target) as unknown) : value;
          },
        }),
      },
      log: pino({ level: 'silent' }),
      siteDir: '/nowhere',
      buildDir: '/nowhere',
      now: () => this.now(),
    });
    return Object.assign(life, { handle: answer });
  }
}

function pipeEnd(stream: PassThrough | Writable): Socket {
  return Object.assign(stream, { remoteAddress: '127.0.0.1' }) as unknown as Socket;
}
