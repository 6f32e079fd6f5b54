// Security headers for Stillhere's own responses (the only user of koa-helmet).
import helmet from 'koa-helmet';
import type { Middleware } from 'koa';

/**
 * For the API and the gate: allows the site's scripts, styles, images and fonts and the inline stylesheets, but no
 * frames.
 * @param frameAncestors origins whose pages may show them in a frame.
 */
export function pageHeaders(styleHashes: readonly string[], frameAncestors: readonly string[] = []): Middleware {
  return helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        scriptSrc: ["'self'"],
        connectSrc: ["'self'"],
        workerSrc: ["'self'"],
        styleSrc: ["'self'", ...styleHashes],
        imgSrc: ["'self'", 'data:'],
        fontSrc: ["'self'"],
        formAction: ["'self'"],
        baseUri: ["'none'"],
        frameAncestors: frameAncestors.length > 0 ? ["'self'", ...frameAncestors] : ["'none'"],
      },
    },
    // With helmet's default `no-referrer`, browsers send a form with `Origin: null`. Without `Sec-Fetch-Site` (plain
    // http; Safari before 16.4), csrf has only the origin, and would reject every reader.
    referrerPolicy: { policy: 'same-origin' },
    // It knows no list of origins.
    xFrameOptions: frameAncestors.length === 0,
    // It holds for a whole host, so in somebody else's server it is the decision of that host's owner.
    strictTransportSecurity: false,
  });
}

/** For a server that has its host to itself, and is reached by https. Not for subdomains, which may be others'. */
export const strictTransport: Middleware = async (ctx, next) => {
  ctx.set('Strict-Transport-Security', 'max-age=31536000');
  await next();
};

/** For receipts, which only scripts read. */
export const RECEIPT_HEADERS = { 'X-Content-Type-Options': 'nosniff', 'Cache-Control': 'no-store' } as const;

export const receiptHeaders: Middleware = async (ctx, next) => {
  ctx.set(RECEIPT_HEADERS);
  await next();
};

/** For the site's files: only headers that can't break a page. Further policies are up to the site. */
export function siteHeaders(): Middleware {
  return async (ctx, next) => {
    ctx.set('X-Content-Type-Options', 'nosniff');
    ctx.set('Referrer-Policy', 'strict-origin-when-cross-origin');
    await next();
  };
}
