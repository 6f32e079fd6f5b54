// What answers for Stillhere, in our own server and in somebody else's: gate, heartbeat, the owner's API. Nothing of the host's
// passes through it: its errors, bodies and headers stay its own.
import { Router } from '@koa/router';
import type { Middleware } from 'koa';
import compose from 'koa-compose';
import type { Logger } from 'pino';
import { accessCookies } from './access/access-cookie.ts';
import { gateStyleHashes } from './access/gate-page.ts';
import { addGateRoutes } from './access/gate.ts';
import { requireAccess } from './access/require-access.ts';
import type { Config } from './config.ts';
import { createReceiver } from './heartbeat/receive-spans.ts';
import { addHeartbeatRoute } from './heartbeat/route.ts';
import { answerErrors } from './http/answer-errors.ts';
import { addHealthRoutes } from './http/health.ts';
import { otherOrigins } from './http/other-origins.ts';
import { sameOrigin } from './http/same-origin.ts';
import { ownHeaders } from './http/security-headers.ts';
import type { Mirror } from './nocodb/mirror.ts';
import type { Secrets } from './secrets.ts';
import { addSessionRoutes } from './sessions/routes.ts';
import type { SessionStore } from './store/session-store.ts';

export interface OwnParts {
  readonly config: Pick<Config, 'protect' | 'allow' | 'gate' | 'corsOrigins' | 'accessMs' | 'publicUrl'>;
  readonly secrets: Pick<Secrets, 'secret' | 'ownerToken'>;
  readonly store: SessionStore;
  /** The background copy in NocoDB; undefined: there is none. */
  readonly mirror?: Pick<Mirror, 'status'> | undefined;
  readonly log: Logger;
  /** The server's clock, epoch milliseconds. */
  readonly now: () => number;
}

export interface OwnRoutes {
  /** Answers on our own paths. */
  readonly routes: Middleware;
  /** Lets who has no access no further. */
  readonly check: Middleware;
  /** The same, whatever the path is. */
  readonly requireAccess: Middleware;
}

export function ownRoutes({ config, secrets, store, mirror, log, now }: OwnParts): OwnRoutes {
  const { protect, allow, gate, publicUrl } = config;
  const cookies = accessCookies(secrets.secret, config.accessMs, publicUrl?.protocol === 'https:');
  const router = new Router();
  router.use(answerErrors(log), sameOrigin(publicUrl?.origin, config.corsOrigins), ownHeaders(gateStyleHashes(gate)));
  addGateRoutes(router, { store, cookies, allow, look: gate, log, home: protect[0] ?? '/', now });
  addHeartbeatRoute(router, createReceiver(store), now);
  addSessionRoutes(router, store, secrets.ownerToken);
  addHealthRoutes(router, store, mirror);
  return {
    routes: compose([
      otherOrigins(config.corsOrigins),
      router.allowedMethods(),
      router.routes(),
      stopAtOwnPaths,
    ]) as Middleware,
    check: requireAccess(protect, cookies, now),
    requireAccess: requireAccess(['/'], cookies, now),
  };
}

/** A path of ours that doesn't know the method is none of the site's. */
const stopAtOwnPaths: Middleware = async (ctx, next) => {
  // What the router itself uses for all its routes matches everywhere, with no method.
  const layers = ctx['matched'] as readonly { readonly methods: readonly string[] }[] | undefined;
  if (!layers?.some(({ methods }) => methods.length > 0)) await next();
};
