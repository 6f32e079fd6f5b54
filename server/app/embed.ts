// Stillhere embedded in another server: middleware for Koa, for Node's request and response, and for Fetch's.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Middleware } from 'koa';
import compose from 'koa-compose';
import { pino, type Logger } from 'pino';
import { WORKER_PATH } from '../../sw/protocol/delivery.ts';
import { closeProtected } from '../gate/require-access.ts';
import { ConfigError, readConfig } from '../config/config.ts';
import { describeError } from '../http/describe-error.ts';
import { underBase } from '../http/site-base.ts';
import { fetchHandler } from '../http/fetch-adapter.ts';
import { nodeHandler } from '../http/node-adapter.ts';
import type { HostOptions } from '../config/options.ts';
import { createRoutes } from './routes.ts';
import { countRequests } from '../ops/count-requests.ts';
import { openServices } from './services.ts';
import { serveMetrics } from './serve-metrics.ts';
import { readSessions, type Sessions } from '../sessions/read-sessions.ts';
import { readSecrets } from '../config/secrets.ts';
import { BUILD_DIR } from '../config/package-root.ts';
import { serveChannel } from '../site/serve-channel.ts';

/** Middleware for Koa and for other servers. Mount it at the root of the site, before the protected routes. */
export interface Stillhere extends Middleware {
  /** For Node's http server, Express, Connect and Fastify's hooks. Calls `next` for requests that it doesn't answer. */
  node(request: IncomingMessage, response: ServerResponse, next: (error?: unknown) => void): void;
  /**
   * For servers that use `Request` and `Response`, like Hono. Calls `next` for requests that it doesn't answer.
   * @param clientAddress the reader's address, which a `Request` doesn't have. Without it, all readers share one rate
   * limit.
   */
  fetch(request: Request, next: () => Promise<Response> | Response, clientAddress?: string): Promise<Response>;
  /** The sessions in this instance's store. */
  readonly sessions: Sessions;
  /** Resolves when the store is open; rejects if it can't be opened. Optional: requests wait for it anyway. */
  ready(): Promise<void>;
  /** Commits pending deliveries and closes the store. */
  close(): Promise<void>;
}

/**
 * Adds the gate, the access check, the heartbeat endpoint, the owner's API and the scripts that pages load to an
 * existing app. Settings that the options omit are read from the environment (docs/configuration.md). Put secrets
 * there.
 * @param options `protect` is required, here or as PROTECT.
 * @throws ConfigError that lists all invalid settings.
 */
export function stillhere(options: HostOptions & { readonly log?: Logger } = {}): Stillhere {
  return embed(options);
}

/**
 * The same.
 * @param isAlsoProtected whether a request target is behind the gate although it isn't under a protected path.
 */
export function embed(
  options: HostOptions & { readonly log?: Logger },
  isAlsoProtected: (target: string) => boolean = () => false,
): Stillhere {
  const { log: given, worker, ...settings } = options;
  const config = readConfig(process.env, settings);
  if (config.protect.length === 0 || (!settings.protect && !process.env['PROTECT']))
    throw new ConfigError(
      "The configuration can't be used:\n  protect: must list the paths behind the gate, like ['/confidential/']",
    );
  const log = given ?? pino({ level: config.logLevel });
  const secrets = readSecrets(config);
  const isTaken = (path: string): boolean => worker === 'none' && path.startsWith(WORKER_PATH);
  const opening = openServices(config, log).then(async (services) => {
    // The host's pages don't depend on it.
    const stopMetrics = await serveMetrics(config.metrics, services.metrics, log).catch((error: unknown) => {
      log.error({ err: describeError(error) }, "can't serve the metrics");
      return async () => {};
    });
    services.start();
    const { routes, check, admitToParts } = createRoutes({ config, secrets, services, log, now: Date.now });
    const channel = serveChannel(BUILD_DIR, isTaken, config.base);
    const counting = services.metrics ? [countRequests(services.metrics, false)] : [];
    const site = compose([
      ...counting,
      routes,
      channel,
      check,
      checkTargets(isAlsoProtected, admitToParts),
    ]) as Middleware;
    const stop = async (): Promise<void> => {
      await stopMetrics();
      await services.stop();
    };
    return { services, stop, answer: underBase(config.base, site) };
  });
  const opened = opening.catch((error: unknown) => {
    log.error({ err: describeError(error) }, "can't open the store");
    return undefined;
  });
  if (secrets.isNew) log.warn({ file: secrets.file }, "created the owner's token in this file");

  const closed = closeProtected(config.protect, config.base, isAlsoProtected, config.gate);
  const middleware: Middleware = async (ctx, next) => {
    const ours = await opened;
    if (ours) {
      await ours.answer(ctx, next);
      return;
    }
    // Without a store, the host's own pages still work, but protected paths stay closed.
    await closed(ctx, next);
  };
  const node = nodeHandler(middleware, config.trustProxy);
  let closing: Promise<void> | undefined;
  return Object.assign(middleware, {
    node,
    fetch: fetchHandler(node),
    sessions: readSessions(async () => (await opening).services.store, config.nocodb),
    ready: async () => void (await opening),
    close: () => (closing ??= opened.then((ours) => ours?.stop())),
  });
}

function checkTargets(isProtected: (target: string) => boolean, admit: Middleware): Middleware {
  return async (ctx, next) => {
    await (isProtected(ctx.originalUrl) ? admit(ctx, next) : next());
  };
}
