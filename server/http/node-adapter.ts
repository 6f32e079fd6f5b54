// A Koa middleware for servers that take Node's requests: Node's own, Express, Connect, Fastify's hooks.
import type { IncomingMessage, ServerResponse } from 'node:http';
import Koa, { type Middleware } from 'koa';

export type NodeHandler = (request: IncomingMessage, response: ServerResponse, next: (error?: unknown) => void) => void;

/** Requests that the middleware doesn't answer go on to `next`, with the headers that it has set; errors do, too. */
export function nodeHandler(middleware: Middleware, trustProxy: boolean): NodeHandler {
  /** The requests that go on, each with the error if there was one. */
  const passed = new WeakMap<IncomingMessage, unknown>();
  const app = new Koa({ proxy: trustProxy, maxIpsCount: 1 });
  app.use(async (ctx) => {
    try {
      await middleware(ctx, async () => void passed.set(ctx.req, undefined));
    } catch (error) {
      passed.set(ctx.req, error);
    }
    if (!passed.has(ctx.req)) return;
    ctx.respond = false;
    // Koa begins with a 404.
    ctx.res.statusCode = 200;
  });
  const answer = app.callback();
  const handle = async (...[request, response, next]: Parameters<NodeHandler>): Promise<void> => {
    await answer(request, response);
    if (passed.has(request)) next(passed.get(request));
  };
  return (...given) => void handle(...given);
}
