// The gate: the form, and the address it is sent to. Who passes gets a session and the two cookies.
import { randomBytes } from 'node:crypto';
import type { Router } from '@koa/router';
import type { Context } from 'koa';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { ACCESS_HEADER, END_ACCESS_PATH, NO_ACCESS } from '../../sw/protocol.ts';
import { HttpFailure } from '../http/http-failure.ts';
import { readFields } from '../http/read-body.ts';
import type { SessionStore } from '../store/session-store.ts';
import type { AccessCookies } from './access-cookie.ts';
import { isAllowed, readEmailAddress } from './email-address.ts';
import { gatePage, type GateForm } from './gate-page.ts';
import { readNextPath } from './next-path.ts';

/** Where the form is shown; `next` in its query says where it leads. */
export const GATE_PATH = '/access';

const SUBMIT_PATH = '/api/verify-temp-access';
const SESSION_ID_BYTES = 16;
const MAX_FORM_BYTES = 16 * 1024;
/** For each client address: a school class behind one address passes, a script doesn't fill the store. */
const GRANTS = { points: 60, duration: 60 };

export interface Gate {
  readonly store: Pick<SessionStore, 'createSession'>;
  readonly cookies: AccessCookies;
  readonly allow: readonly string[];
  /** Where a form without a (usable) `next` leads. */
  readonly home: string;
  readonly now: () => number;
}

export function addGateRoutes(router: Router, { store, cookies, allow, home, now }: Gate): void {
  const limiter = new RateLimiterMemory(GRANTS);

  router.get(GATE_PATH, (ctx) => {
    const { next } = ctx.query;
    answerForm(ctx, 200, {
      action: SUBMIT_PATH,
      next: readNextPath(typeof next === 'string' ? next : undefined) ?? home,
    });
  });

  router.post(SUBMIT_PATH, async (ctx) => {
    const fields = await readFields(ctx, ['email', 'next'], MAX_FORM_BYTES);
    const next = readNextPath(fields.next) ?? home;
    const refuse = (status: number, reason: string): void => {
      if (wantsJson(ctx)) throw new HttpFailure(status, reason);
      answerForm(ctx, status, { action: SUBMIT_PATH, next, reason, email: fields.email });
    };

    const email = readEmailAddress(fields.email);
    if (!email) return refuse(400, 'Please enter an e-mail address, like name@example.com.');
    // Before the list is asked: nobody tries out at leisure who is on it.
    const retryAfterSeconds = await consume(limiter, ctx.ip);
    if (retryAfterSeconds > 0) {
      ctx.set('Retry-After', String(retryAfterSeconds));
      return refuse(429, `Too many requests from your network. Please try again in ${retryAfterSeconds} seconds.`);
    }
    if (!isAllowed(email, allow))
      return refuse(403, 'This address is not on the list. Please ask the owner for access.');

    const id = randomBytes(SESSION_ID_BYTES).toString('base64url');
    await store.createSession({ id, email, startMs: now() });
    cookies.grant(ctx, id, now());
    if (wantsJson(ctx)) ctx.body = { success: true, next };
    else {
      ctx.status = 303;
      ctx.redirect(next);
    }
  });

  router.post(END_ACCESS_PATH, (ctx) => {
    cookies.end(ctx);
    ctx.body = { success: true };
  });
}

/** Seconds until the address may come again; 0: it may now. */
async function consume(limiter: RateLimiterMemory, address: string): Promise<number> {
  try {
    await limiter.consume(address);
    return 0;
  } catch (limited) {
    if (!(limited instanceof RateLimiterRes)) throw limited;
    return Math.max(1, Math.ceil(limited.msBeforeNext / 1000));
  }
}

function wantsJson(ctx: Context): boolean {
  return Boolean(ctx.is('json')) || ctx.accepts('html', 'json') === 'json';
}

function answerForm(ctx: Context, status: number, form: GateForm): void {
  ctx.status = status;
  ctx.type = 'html';
  ctx.set('Cache-Control', 'no-store');
  ctx.set(ACCESS_HEADER, NO_ACCESS);
  ctx.body = gatePage(form);
}
