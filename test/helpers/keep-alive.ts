// Many requests to a server that listens, over connections that are kept open.
import { Agent, request } from 'node:http';
import type { TestApp } from './test-app.ts';

export interface KeepAlive {
  readonly send: TestApp['send'];
  /** Closes the connections. */
  close(): void;
}

/** @param maxSockets how many requests are under way at once; the others wait for their turn. */
export function keepAlive(port: number, maxSockets: number): KeepAlive {
  const agent = new Agent({ keepAlive: true, maxSockets });
  return {
    send: (method, path, headers = {}, body) =>
      new Promise((resolve, reject) => {
        const outgoing = request(
          { agent, host: '127.0.0.1', port, method, path, headers: { host: 'site.example', ...headers } },
          (incoming) => {
            let text = '';
            incoming.setEncoding('utf8').on('data', (data) => (text += String(data)));
            incoming.on('end', () =>
              resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, body: text }),
            );
          },
        );
        outgoing.on('error', reject);
        outgoing.end(body);
      }),
    close: () => agent.destroy(),
  };
}
