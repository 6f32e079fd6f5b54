// Stillhere in somebody else's server: a middleware for Koa, one for Node's requests, one for Fetch's.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Middleware } from 'koa';
import compose from 'koa-compose';
import { pino, type Logger } from 'pino';
import { WORKER_PATH } from '../../sw/protocol/delivery.ts';
import { closeProtected } from '../gate/require-access.ts';
import { ConfigError, readConfig } from '../config/config.ts';
import { describeError } from '../http/describe-error.ts';
import { fetchHandler } from '../http/fetch-adapter.ts';
import { nodeHandler } from '../http/node-adapter.ts';
import type { HostOptions } from '../config/options.ts';
import { createRoutes } from './routes.ts';
import { openServices } from './services.ts';
import { readSessions, type Sessions } from '../sessions/read-sessions.ts';
import { readSecrets } from '../config/secrets.ts';
import { BUILD_DIR } from '../config/package-root.ts';
import { serveChannel } from '../site/serve-channel.ts';

/** A Koa middleware, and the same for other servers. Mount it at the root of the site, before what it protects. */
export interface Stillhere extends Middleware {
  /** For Node's own server, Express, Connect, Fastify's hooks. Requests that it doesn't answer go on to `next`. */
  node(request: IncomingMessage, response: ServerResponse, next: (error?: unknown) => void): void;
  /**
   * For servers that use `Request` and `Response`, like Hono or Astro's middleware. Requests that it doesn't answer go on to `next`.
   * @param clientAddress the reader's address, which a `Request` doesn't have. Without it all readers share one address's limits.
   */
  fetch(request: Request, next: () => Promise<Response> | Response, clientAddress?: string): Promise<Response>;
  /** The sessions in the store that this instance is configured with. */
  readonly sessions: Sessions;
  /** Resolves when the store is open; rejects if it can't be opened. You need not wait for it: requests do. */
  ready(): Promise<void>;
  /** Commits what was received and closes the store. */
  close(): Promise<void>;
}

/**
 * Gate, check, heartbeat and the owner's API for an app that exists, and the scripts that its pages load. What the options
 * leave out is read from the environment (docs/configuration.md); secrets belong there.
 * @param options `protect` is needed, here or as PROTECT.
 * @throws ConfigError that names everything that is wrong at once.
 */
export function stillhere(options: HostOptions & { readonly log?: Logger } = {}): Stillhere {
  const { log: given, worker, ...settings } = options;
  const config = readConfig(process.env, settings);
  if (config.protect.length === 0 || (!settings.protect && !process.env['PROTECT']))
    throw new ConfigError(
      "The configuration can't be used:\n  protect: must name what is behind the gate, like ['/confidential/']",
    );
  const log = given ?? pino({ level: config.logLevel });
  const secrets = readSecrets(config);
  const isTaken = (path: string): boolean => worker === 'none' && path.startsWith(WORKER_PATH);
  const opening = openServices(config, log).then((services) => {
    services.start();
    const { routes, check } = createRoutes({ config, secrets, services, log, now: Date.now });
    return { services, answer: compose([routes, serveChannel(BUILD_DIR, isTaken), check]) };
  });
  const opened = opening.catch((error: unknown) => {
    log.error({ err: describeError(error) }, 'the store can not be opened');
    return undefined;
  });
  if (secrets.isNew) log.warn({ file: secrets.file }, "made the owner's token: it is in this file");

  const closed = closeProtected(config.protect);
  const middleware: Middleware = async (ctx, next) => {
    const ours = await opened;
    if (ours) {
      await ours.answer(ctx, next);
      return;
    }
    // The host's own pages go on; what is protected stays closed.
    await closed(ctx, next);
  };
  const node = nodeHandler(middleware, config.trustProxy);
  return Object.assign(middleware, {
    node,
    fetch: fetchHandler(node),
    sessions: readSessions(async () => (await opening).services.store),
    ready: async () => void (await opening),
    close: async () => {
      const ours = await opened;
      await ours?.services.stop();
    },
  });
}
