// A network with slow pages: the beginning arrives at once, the rest when the test releases it.
import { createServer, request, type IncomingMessage, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';

export class SlowPages {
  readonly #server: Server;
  readonly #held = new Set<() => void>();

  private constructor(server: Server) {
    this.#server = server;
  }

  /** @param isSlow by path of the page; @param beginning how much of it arrives at once. */
  static async start(
    target: string,
    isSlow: (path: string) => boolean,
    beginning: (html: string) => number,
  ): Promise<SlowPages> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const slow = new SlowPages(server);
    server.on('request', (incoming, answer) => {
      const { method, url = '/', headers } = incoming;
      const options = { host: '127.0.0.1', port: new URL(target).port, method, path: url };
      const onward = request({ ...options, headers: { ...headers, 'accept-encoding': 'identity' } });
      onward.on('error', () => answer.destroy());
      const relay = async (response: IncomingMessage): Promise<void> => {
        const chunks: Buffer[] = [];
        for await (const chunk of response) chunks.push(chunk as Buffer);
        const body = Buffer.concat(chunks);
        answer.writeHead(response.statusCode ?? 502, response.headers);
        const isHeld = isSlow(url) && response.headers['content-type']?.startsWith('text/html');
        const end = isHeld ? beginning(body.toString('latin1')) : body.length;
        answer.write(body.subarray(0, end));
        if (isHeld) slow.#held.add(() => answer.end(body.subarray(end)));
        else answer.end();
      };
      onward.on('response', (response) => void relay(response));
      incoming.pipe(onward);
    });
    return slow;
  }

  get url(): string {
    return `http://localhost:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Releases the held parts. */
  letThrough(): void {
    for (const send of this.#held) send();
    this.#held.clear();
  }

  stop(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }
}
