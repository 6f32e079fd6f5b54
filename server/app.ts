// Puts the server together; never listens. Read it from top to bottom: that is the way of a request.
import { Router } from '@koa/router';
import Koa from 'koa';
import type { Logger } from 'pino';
import { accessCookies } from './access/access-cookie.ts';
import { GATE_STYLE_HASH } from './access/gate-page.ts';
import { addGateRoutes } from './access/gate.ts';
import { requireAccess } from './access/require-access.ts';
import type { Config } from './config.ts';
import { createReceiver } from './heartbeat/receive-spans.ts';
import { addHeartbeatRoute } from './heartbeat/route.ts';
import { answerErrors } from './http/answer-errors.ts';
import { addHealthRoutes } from './http/health.ts';
import { logRequests } from './http/log-requests.ts';
import { sameOrigin } from './http/same-origin.ts';
import { ownHeaders, siteHeaders } from './http/security-headers.ts';
import type { Mirror } from './nocodb/mirror.ts';
import type { Secrets } from './secrets.ts';
import { addSessionRoutes } from './sessions/routes.ts';
import { serveSite } from './site/serve-site.ts';
import type { SessionStore } from './store/session-store.ts';

export interface AppParts {
  readonly config: Pick<Config, 'protect' | 'allow' | 'accessMs' | 'publicUrl' | 'trustProxy'>;
  readonly secrets: Pick<Secrets, 'secret' | 'ownerToken'>;
  readonly store: SessionStore;
  /** The background copy in NocoDB; undefined: there is none. */
  readonly mirror?: Pick<Mirror, 'status'> | undefined;
  readonly log: Logger;
  /** The site that is served. */
  readonly siteDir: string;
  /** Where the build put the worker and the page library. */
  readonly buildDir: string;
  /** The server's clock, epoch milliseconds. */
  readonly now: () => number;
}

/** The application, ready to be given to an HTTP server. */
export function createApp({ config, secrets, store, mirror, log, siteDir, buildDir, now }: AppParts): Koa {
  const { protect, allow, publicUrl } = config;
  const cookies = accessCookies(secrets.secret, config.accessMs, publicUrl?.protocol === 'https:');

  const router = new Router();
  router.use(ownHeaders(GATE_STYLE_HASH));
  addGateRoutes(router, { store, cookies, allow, home: protect[0] ?? '/', now });
  addHeartbeatRoute(router, createReceiver(store), now);
  addSessionRoutes(router, store, secrets.ownerToken);
  addHealthRoutes(router, store, mirror);

  // A proxy appends the address that it saw to what it was sent: only the last one is known to be true.
  const app = new Koa({ proxy: config.trustProxy, maxIpsCount: 1 });
  app.on('error', (error: Error) => log.warn({ err: error }, 'answer broke off'));
  app.use(logRequests(log));
  app.use(answerErrors(log));
  app.use(sameOrigin(publicUrl?.origin));
  app.use(router.routes());
  app.use(router.allowedMethods());
  app.use(siteHeaders());
  app.use(requireAccess(protect, cookies, now));
  app.use(serveSite(siteDir, buildDir));
  return app;
}
