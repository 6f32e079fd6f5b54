// A proxy between a server and a real NocoDB that holds requests, so that a test knows what is under way.
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

/** Whether it is the request to hold. */
export type Match = (method: string, path: string) => boolean;

/** Rows of tables, not tables: by method. */
export const writesRows = (wanted: 'POST' | 'DELETE'): Match => {
  return (method, path) => method === wanted && /^\/api\/v3\/data\/.*\/records$/.test(path);
};

export interface Held {
  /** Lets NocoDB have the request, whether or not somebody still waits for the answer. Resolves with its status. */
  readonly release: () => Promise<number>;
}

interface Hold {
  readonly match: Match;
  readonly isAfterwards: boolean;
  readonly arrived: (held: Held) => void;
}

export class NocoProxy {
  readonly #target: string;
  readonly #server: Server;
  readonly #holds = new Set<Hold>();

  private constructor(target: string) {
    this.#target = target;
    this.#server = createServer((incoming, answer) => void this.#pass(incoming, answer));
  }

  static async start(target: string): Promise<NocoProxy> {
    const proxy = new NocoProxy(target);
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    return proxy;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Holds the next such request before NocoDB has it. Resolves when it has arrived. */
  holdNext(match: Match): Promise<Held> {
    return this.#hold(match, false);
  }

  /** Holds the answer to the next such request. Resolves when NocoDB has answered. */
  holdNextAnswer(match: Match): Promise<Held> {
    return this.#hold(match, true);
  }

  async stop(): Promise<void> {
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, 'close');
  }

  #hold(match: Match, isAfterwards: boolean): Promise<Held> {
    return new Promise((resolve) => {
      this.#holds.add({ match, isAfterwards, arrived: resolve });
    });
  }

  async #pass(incoming: IncomingMessage, answer: ServerResponse): Promise<void> {
    const { method = '', url = '', headers } = incoming;
    const body = await buffer(incoming);
    const hold = [...this.#holds].find(({ match }) => match(method, url));
    if (hold) this.#holds.delete(hold);
    const released = Promise.withResolvers<undefined>();
    const answered = Promise.withResolvers<number>();
    const wait = async (): Promise<void> => {
      hold?.arrived({
        release: () => {
          released.resolve(undefined);
          return answered.promise;
        },
      });
      await released.promise;
    };
    if (hold?.isAfterwards === false) await wait();
    const token = headers['xc-token'];
    const response = await fetch(this.#target + url, {
      method,
      headers: { 'content-type': 'application/json', ...(typeof token === 'string' && { 'xc-token': token }) },
      ...(body.length > 0 && { body }),
    }).catch(() => undefined);
    if (!response) return void answer.destroy();
    const text = await response.text();
    answered.resolve(response.status);
    if (hold?.isAfterwards) await wait();
    answer.writeHead(response.status, { 'content-type': 'application/json' }).end(text);
  }
}
