// Headers that tell browsers what our own answers may do (the only user of koa-helmet).
import helmet from 'koa-helmet';
import type { Middleware } from 'koa';

/** For the API and the gate: scripts, styles, pictures and fonts of the site, no frames, and the stylesheets in the page. */
export function pageHeaders(styleHashes: readonly string[]): Middleware {
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
        frameAncestors: ["'none'"],
      },
    },
    // With helmet's own `no-referrer` a form is sent with `Origin: null`. Where the browser tells no `Sec-Fetch-Site` (any over
    // plain http, Safari before 16.4) sameOrigin has nothing else to go by, and nobody passed the gate.
    referrerPolicy: { policy: 'same-origin' },
    // The owner of the host decides that, not we.
    strictTransportSecurity: false,
  });
}

/** For receipts, which only scripts read. */
export const receiptHeaders: Middleware = async (ctx, next) => {
  ctx.set('X-Content-Type-Options', 'nosniff');
  ctx.set('Cache-Control', 'no-store');
  await next();
};

/** For the site's files, whose policy is its own matter: only what can't break a page. */
export function siteHeaders(): Middleware {
  return async (ctx, next) => {
    ctx.set('X-Content-Type-Options', 'nosniff');
    ctx.set('Referrer-Policy', 'strict-origin-when-cross-origin');
    await next();
  };
}
