// Assembles the server; never listens. The order of the middleware is the order in which a request passes it.
import type { RequestListener } from 'node:http';
import { join } from 'node:path';
import Koa from 'koa';
import { HEARTBEAT_PATH } from '../../sw/protocol/delivery.ts';
import type { Config } from '../config/config.ts';
import { createDirectRoute, isPlainDelivery } from '../deliveries/direct-route.ts';
import { errorHandler } from '../http/error-handler.ts';
import { describeError } from '../http/describe-error.ts';
import { logRequest, logRequests } from '../ops/request-log.ts';
import { siteHeaders } from '../http/security-headers.ts';
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
  const { routes, check, admit, deliveries } = createRoutes(parts);

  // A proxy appends the client's address to the header that it received. Only the last entry is trustworthy.
  const app = new Koa({ proxy: config.trustProxy, maxIpsCount: 1 });
  app.on('error', (error: Error) => log.warn({ err: describeError(error) }, 'response aborted'));
  app.use(logRequests(log));
  app.use(errorHandler(log));
  app.use(routes);
  app.use(siteHeaders());
  app.use(serveChannel(buildDir, async (path) => Boolean(await findFile(siteDir, path))));
  app.use(check);
  app.use(
    serveSite({
      siteDir,
      buildDir,
      protect: config.protect,
      isSinglePage: config.single,
      publicOrigin: config.publicUrl?.origin,
      // An earlier start with default settings may have left a store in these places.
      privateFiles: [config.storeFile, DEFAULT_STORE_FILE, join(siteDir, DEFAULT_STORE_FILE)],
      requireAccess: admit,
    }),
  );
  const answer = app.callback();
  const answerDirectly = createDirectRoute(deliveries, log, config.trustProxy);
  return (request, response) => {
    if (!isPlainDelivery(request)) {
      void answer(request, response);
      return;
    }
    const beganMs = performance.now();
    void answerDirectly(request, response).then((status) =>
      logRequest(log, { method: 'POST', path: HEARTBEAT_PATH, status, beganMs }),
    );
  };
}
