// Assembles the server; never listens. The order of the middleware is the order in which a request passes it.
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { join } from 'node:path';
import Koa, { type Middleware } from 'koa';
import compose from 'koa-compose';
import { HEARTBEAT_PATH } from '../../sw/protocol/delivery.ts';
import type { Config } from '../config/config.ts';
import { createDirectRoute, isPlainDelivery } from '../deliveries/direct-route.ts';
import { underBase } from '../http/site-base.ts';
import { errorHandler } from '../http/error-handler.ts';
import { describeError } from '../http/describe-error.ts';
import { countRequests } from '../ops/count-requests.ts';
import { logRequest, logRequests } from '../ops/request-log.ts';
import { siteHeaders, strictTransport } from '../http/security-headers.ts';
import { createRoutes, type RouteParts } from './routes.ts';
import { findFile } from '../site/find-file.ts';
import { serveChannel } from '../site/serve-channel.ts';
import { serveSite } from '../site/serve-site.ts';
import { DEFAULT_STORE_FILE } from '../config/settings.ts';

export interface ServerParts extends RouteParts {
  readonly config: RouteParts['config'] & Pick<Config, 'trustProxy' | 'single' | 'storeFile'>;
  /** The folder of the site to serve. */
  readonly siteDir: string;
  /** The folder with the built worker and page library. */
  readonly buildDir: string;
}

/** Answers all requests of the standalone server. */
export function createRequestListener({ siteDir, buildDir, ...parts }: ServerParts): RequestListener {
  const { config, log } = parts;
  const { metrics } = parts.services;
  const { base } = config;
  const { routes, check, admit, deliveries } = createRoutes(parts);

  // A proxy appends the client's address to the header that it received. Only the last entry is trustworthy.
  const app = new Koa({ proxy: config.trustProxy, maxIpsCount: 1 });
  app.on('error', (error: Error) => log.warn({ err: describeError(error) }, 'response aborted'));
  // Under a path, other sites share the host.
  if (config.publicUrl?.protocol === 'https:' && base === '') app.use(strictTransport);
  app.use(redirectToFolder(base));
  const site = compose([
    ...(metrics ? [countRequests(metrics, true)] : []),
    logRequests(log, base),
    errorHandler(log),
    routes,
    siteHeaders(),
    serveChannel(buildDir, async (path) => Boolean(await findFile(siteDir, path)), base),
    check,
    serveSite({
      siteDir,
      buildDir,
      base,
      protect: config.protect,
      isSinglePage: config.single,
      publicOrigin: config.publicUrl?.origin,
      // An earlier start with default settings may have left a store in these places.
      privateFiles: [
        ...(config.storeFile === undefined ? [] : [config.storeFile]),
        DEFAULT_STORE_FILE,
        join(siteDir, DEFAULT_STORE_FILE),
      ],
      requireAccess: admit,
    }),
  ]) as Middleware;
  app.use(underBase(base, site));
  const answer = app.callback();
  const answerDirectly = createDirectRoute(deliveries, log, config.trustProxy);
  const deliver = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const beganMs = performance.now();
    const status = await answerDirectly(request, response);
    metrics?.countRequest(HEARTBEAT_PATH, status);
    logRequest(log, { method: 'POST', path: HEARTBEAT_PATH, status, beganMs });
  };
  return (request, response) => void (isPlainDelivery(request, base) ? deliver : answer)(request, response);
}

/** `/work` is not a folder's address, so relative links of a page there would lead elsewhere. */
function redirectToFolder(base: string): Middleware {
  return async (ctx, next) => {
    if (base === '' || ctx.path !== base || !['GET', 'HEAD'].includes(ctx.method)) {
      await next();
      return;
    }
    ctx.status = 301;
    ctx.redirect(`${base}/${ctx.search}`);
  };
}
