// A Koa server for a few middlewares, over real HTTP.
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import Koa, { type Middleware } from 'koa';
import { onTestFinished } from 'vitest';

/** Starts the server on a free port and resolves with its origin. It is closed when the test ends. */
export async function startKoa(...middlewares: readonly Middleware[]): Promise<string> {
  const app = new Koa();
  // What is thrown in a test is asserted by its answer.
  app.silent = true;
  for (const middleware of middlewares) app.use(middleware);
  const answer = app.callback();
  const server = createServer((request, response) => void answer(request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
