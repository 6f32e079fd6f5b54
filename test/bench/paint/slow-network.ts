// A slow mobile network between browser and server: page, worker and everything else share it, as on a phone. (Chromium's
// own emulation slows the page down only, and lets the worker fetch at full speed beside it.)
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

export interface Speed {
  readonly bytesPerSecond: number;
  readonly oneWayMs: number;
}

/** What WebPageTest and Lighthouse call slow 3G: 400 kbit/s, 400 ms there and back. */
const SLOW_3G: Speed = { bytesPerSecond: 50_000, oneWayMs: 200 };
const CHUNK_BYTES = 1_400;

export class SlowNetwork {
  readonly port: number;
  readonly #speed: Speed;
  readonly #close: () => Promise<void>;
  /** When the line is free again, on the monotonic clock. */
  #freeAt = 0;
  /** What has come through it to the browser. */
  bytes = 0;

  private constructor(port: number, speed: Speed, close: () => Promise<void>) {
    this.port = port;
    this.#speed = speed;
    this.#close = close;
  }

  static async open(targetPort: number, speed = SLOW_3G): Promise<SlowNetwork> {
    const sockets = new Set<Socket>();
    const server = createServer((browser) => {
      const target = connect(targetPort, '127.0.0.1');
      for (const socket of [browser, target]) {
        sockets.add(socket);
        socket.on('error', () => socket.destroy());
        socket.on('close', () => sockets.delete(socket));
      }
      void network.#pass(browser, target, false);
      void network.#pass(target, browser, true);
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const network = new SlowNetwork((server.address() as AddressInfo).port, speed, async () => {
      server.close();
      for (const socket of sockets) socket.destroy();
      await once(server, 'close');
    });
    return network;
  }

  get url(): string {
    return `http://localhost:${this.port}`;
  }

  close(): Promise<void> {
    return this.#close();
  }

  /** Only what comes down shares the line; what goes up is small. */
  async #pass(from: Socket, to: Socket, isDown: boolean): Promise<void> {
    try {
      for await (const data of from as AsyncIterable<Buffer>)
        for (let at = 0; at < data.length; at += CHUNK_BYTES) {
          const chunk = data.subarray(at, at + CHUNK_BYTES);
          if (isDown) {
            this.bytes += chunk.length;
            this.#freeAt =
              Math.max(this.#freeAt, performance.now()) + (chunk.length / this.#speed.bytesPerSecond) * 1_000;
            await delay(this.#freeAt - performance.now());
          }
          setTimeout(() => to.write(chunk), this.#speed.oneWayMs);
        }
    } catch {
      // The other end is gone.
    }
    setTimeout(() => to.end(), this.#speed.oneWayMs);
  }
}
