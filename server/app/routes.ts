// Stillhere's routes, for the standalone and the embedded server: gate, deliveries, the owner's API, health. The host's
// requests don't pass through them, so its errors, bodies and headers stay unchanged.
import { Router } from '@koa/router';
import type { Middleware } from 'koa';
import compose from 'koa-compose';
import type { Logger } from 'pino';
import { HEARTBEAT_PATH } from '../../sw/protocol/delivery.ts';
import { createAccessCheck } from '../gate/access-check.ts';
import { accessCookies } from '../gate/access-cookie.ts';
import { codeCookie } from '../gate/code-cookie.ts';
import { createGateCodes } from '../gate/codes.ts';
import { isAllowed } from '../gate/email-address.ts';
import { gateStyleHashes } from '../gate/gate-page.ts';
import { addGateRoutes, type Gate } from '../gate/gate.ts';
import { CODE_PATH, GATE_PATH, INVITATION_PATH, INVITED_PATH, SUBMIT_PATH } from '../gate/gate-paths.ts';
import { createOpenedFiles } from '../gate/opened-files.ts';
import { admitReaders, requireAccess } from '../gate/require-access.ts';
import type { Config } from '../config/config.ts';
import { createDeliveries, type AnswerDelivery } from '../deliveries/answer-delivery.ts';
import { toPageName } from '../deliveries/page-name.ts';
import { createLoadShedder } from '../deliveries/load-shedding.ts';
import { createReceiver } from '../deliveries/receive-spans.ts';
import { addHeartbeatRoute } from '../deliveries/route.ts';
import { createServerClock } from '../deliveries/server-clock.ts';
import { errorHandler } from '../http/error-handler.ts';
import { matchedRoute } from '../ops/matched-route.ts';
import { measureDeliveries, measureRecording } from '../ops/measure-deliveries.ts';
import { addHealthRoutes } from '../ops/health.ts';
import { cors } from '../http/cors.ts';
import { createTally } from '../http/log-tally.ts';
import { createRateLimit, shareRateLimits, type CreateRateLimit } from '../http/rate-limit.ts';
import { csrf, sameOriginOnly } from '../http/csrf.ts';
import { pageHeaders, receiptHeaders } from '../http/security-headers.ts';
import type { Mirror } from '../nocodb/mirror.ts';
import { ownerUrlOf } from '../config/owner-url.ts';
import { siteUrlOf } from '../config/site-url.ts';
import type { Secrets } from '../config/secrets.ts';
import { onlyOnHost } from '../owner/owner-host.ts';
import { refuseShares, requireViewer } from '../owner/require-owner.ts';
import { addOwnerRoutes } from '../owner/routes.ts';
import { makeShare } from '../owner/share.ts';
import { viewerCookies } from '../owner/viewer-cookie.ts';
import { addAccessRoutes } from '../sessions/access-routes.ts';
import { addErasureRoutes } from '../sessions/erasure-routes.ts';
import { addInviteRoutes } from '../sessions/invite-routes.ts';
import { addExportRoutes } from '../sessions/export-routes.ts';
import { GiveWay } from '../sessions/give-way.ts';
import { addOwnRecordRoutes, OWN_RECORD_PATH } from '../sessions/own-record-routes.ts';
import { addOpenApiRoute } from '../sessions/openapi-route.ts';
import { addSessionRoutes } from '../sessions/routes.ts';
import { addShareRoutes } from '../sessions/share-routes.ts';
import { addTotalsRoutes } from '../sessions/totals-routes.ts';
import { REQUEST_MS } from '../store/codes.ts';
import type { Services } from './services.ts';

/**
 * What pages on another origin can call: the scripts, the gate's API and the heartbeat endpoint. Never the owner's API.
 */
const CROSS_ORIGIN_PATHS = new RegExp(`^(?:${HEARTBEAT_PATH}|${SUBMIT_PATH}|/stillhere(?:-[\\w-]+)?\\.js)$`);

/** Never the owner's pages. */
const GATE_PATHS: readonly string[] = [
  GATE_PATH,
  CODE_PATH,
  SUBMIT_PATH,
  INVITED_PATH,
  INVITATION_PATH,
  OWN_RECORD_PATH,
];

/** A batch of 5,000 spans is about 1 MB; the rest is what arrives while one is stored. */
const DELIVERIES_WAITING = { maxBytes: 4_000_000, maxWaitMs: 2_000 };

/** Codes that readers of one network ask for, in ten minutes. */
const CODES_A_NETWORK = 30;

/** Dependencies of the routes. */
export interface RouteParts {
  readonly config: Pick<
    Config,
    | 'protect'
    | 'allow'
    | 'gateMode'
    | 'gate'
    | 'corsOrigins'
    | 'accessMs'
    | 'publicUrl'
    | 'ownerPath'
    | 'ownerOrigin'
    | 'base'
    | 'frameAncestors'
    | 'limits'
    | 'readerErase'
  >;
  readonly secrets: Pick<Secrets, 'secret' | 'ownerToken'>;
  readonly services: Pick<Services, 'store' | 'feed' | 'refusals'> & {
    readonly codes?: Services['codes'];
    readonly metrics?: Services['metrics'];
    readonly mirror?: Pick<Mirror, 'status'> | undefined;
    readonly findOtherRows?: Services['findOtherRows'];
  };
  readonly log: Logger;
  /** Server time in epoch milliseconds. */
  readonly now: () => number;
}

/** All middleware expects the site's own paths (server/http/site-base.ts). */
export interface Routes {
  /** Answers requests for Stillhere's paths. */
  readonly routes: Middleware;
  /** Stops requests for protected paths without access. */
  readonly check: Middleware;
  /** The same check for any path: for protected files that have another name. */
  readonly admit: Middleware;
  /** The same for files that are parts of pages, whichever pages the reader has access to. */
  readonly admitToParts: Middleware;
  /** For a server that doesn't pass deliveries through `routes`. */
  readonly deliveries: AnswerDelivery;
}

export function createRoutes({ config, secrets, services, log, now }: RouteParts): Routes {
  const { store, mirror, findOtherRows, feed, refusals, metrics } = services;
  const { protect, allow, gate, publicUrl, ownerPath: path, ownerOrigin, base, frameAncestors, limits } = config;
  const place = { isHttps: publicUrl?.protocol === 'https:', base };
  const cookies = accessCookies(secrets.secret, config.accessMs, place, frameAncestors.length > 0);
  const admission = { mode: config.gateMode, allow };
  const access = createAccessCheck(cookies, store, admission, now);
  const router = new Router();
  const headers = pageHeaders(gateStyleHashes(gate));
  const gateHeaders = pageHeaders(gateStyleHashes(gate), frameAncestors);
  router.use(
    errorHandler(log),
    csrf(publicUrl?.origin, ownerOrigin ? [...config.corsOrigins, ownerOrigin.origin] : config.corsOrigins),
    // A receipt doesn't need a page's headers, which would be twelve times its size.
    (ctx, next) => {
      if (ctx.path === HEARTBEAT_PATH) return receiptHeaders(ctx, next);
      return (GATE_PATHS.includes(ctx.path) ? gateHeaders : headers)(ctx, next);
    },
  );
  const { shared } = store;
  const createLimit = shared
    ? shareRateLimits((sql, parameters) => shared.query(sql, parameters), secrets.secret)
    : createRateLimit;
  const limit = createLimit('gate', limits.gate, 60);
  addGateRoutes(router, {
    store,
    cookies,
    access,
    admission,
    look: gate,
    log,
    limit,
    countRefusal: refusals.count,
    protect,
    publicUrl,
    base,
    codes: gateCodes({ config, secrets, services, now }, createLimit),
    now,
  });
  const receive = createReceiver(metrics ? measureRecording(store, metrics) : store);
  const load = createLoadShedder(
    DELIVERIES_WAITING,
    () => performance.now(),
    createTally(log, 'too many deliveries at once: devices are asked to come back later'),
  );
  const clock = createServerClock(
    now,
    () => performance.now(),
    (setBackMs) => log.warn({ setBackMs }, 'the clock was set back: what is being read goes on by the clock before'),
  );
  const answer = createDeliveries(receive, load, limits, clock);
  const deliveries = metrics ? measureDeliveries(answer, metrics) : answer;
  const noteOpened = createOpenedFiles({
    record: receive,
    sessionOf: (ctx) => cookies.read(ctx, now())?.sessionId,
    pageName: (sitePath) => toPageName(base + sitePath),
    log,
    now,
  });
  addHeartbeatRoute(router, deliveries);
  const { ownerToken } = secrets;
  const { ownerKeys: keys, shares } = store;
  const onHost = onlyOnHost(ownerOrigin);
  const fromOwnPages = compose([onHost, sameOriginOnly((ownerOrigin ?? publicUrl)?.origin)]) as Middleware;
  const ofViewers = viewerCookies({ isHttps: (ownerOrigin ?? publicUrl)?.protocol === 'https:', base });
  const viewer = compose([
    fromOwnPages,
    requireViewer({ ownerToken, keys, shares, cookies: ofViewers, path: base + path, now }),
  ]) as Middleware;
  const owner = compose([viewer, refuseShares]) as Middleware;
  addSessionRoutes(router, store, { owner, viewer, feed, now });
  addTotalsRoutes(router, store, { owner, viewer, now });
  addOpenApiRoute(router, viewer, base);
  addOwnRecordRoutes(router, { store, findOtherRows, access, look: gate, mayErase: config.readerErase, base, now });
  addAccessRoutes(router, { store, owner, now });
  addErasureRoutes(router, { store, findOtherRows, owner, now });
  addExportRoutes(router, store, { viewer, giveWay: new GiveWay(store), now });
  addShareRoutes(router, shares, {
    owner,
    share: (ctx, options) => makeShare(shares, options, ownerUrlOf(config, `${ctx.protocol}://${ctx.host}`), now()),
    now,
  });
  addInviteRoutes(router, store, {
    owner,
    protect,
    siteUrl: (ctx) => siteUrlOf(config, `${ctx.protocol}://${ctx.host}`),
    now,
  });
  addOwnerRoutes(router, {
    keys,
    shares,
    viewer,
    ownerToken,
    path,
    base,
    onHost,
    fromOwnPages,
    createRateLimit: createLimit,
    cookies: ofViewers,
    log,
    now,
  });
  addHealthRoutes(router, store, mirror, ownerToken);
  const admitted = { look: gate, base, frameAncestors, noteOpened };
  return {
    routes: compose([
      cors(config.corsOrigins, CROSS_ORIGIN_PATHS),
      refuseUnknownMethods,
      router.allowedMethods(),
      router.routes(),
      stopAtOwnPaths,
    ]) as Middleware,
    check: requireAccess(protect, access, log, admitted),
    admit: admitReaders(access, log, admitted),
    admitToParts: admitReaders(access, log, { ...admitted, isForAllPages: true }),
    deliveries,
  };
}

/** Undefined: no codes are mailed. */
function gateCodes(
  { config, secrets, services, now }: Omit<RouteParts, 'log'>,
  createLimit: CreateRateLimit,
): Gate['codes'] {
  const { store, refusals, codes: sender } = services;
  if (config.gateMode !== 'confirmed') return undefined;
  // Without one, whoever types an address would be let in.
  if (!sender) throw new Error('GATE=confirmed needs what mails the codes');
  const { secret } = secrets;
  const { allow, publicUrl, base, frameAncestors, limits } = config;
  const isHttps = publicUrl?.protocol === 'https:';
  return {
    codes: createGateCodes({
      codes: store.codes,
      secret,
      // The store is asked for every address, so that the time tells nothing.
      isListed: async (email) => !(await store.blockedReaders.has(email)) && isAllowed(email, allow),
      send: sender.send,
      countRefusal: refusals.count,
      createRateLimit: createLimit,
      now,
    }),
    cookie: codeCookie(REQUEST_MS, { isHttps, base }, frameAncestors.length > 0),
    limit: createLimit('codes-a-network', limits.gate === 0 ? 0 : CODES_A_NETWORK, 600),
  };
}

/** The router answers 501 for methods that it doesn't know. 405 is correct, because the server works. */
const refuseUnknownMethods: Middleware = async (ctx, next) => {
  await next();
  if (ctx.status === 501) ctx.status = 405;
};

/** Ends requests for Stillhere's paths with an unsupported method, instead of passing them to the site. */
const stopAtOwnPaths: Middleware = async (ctx, next) => {
  if (matchedRoute(ctx) === undefined) await next();
};
