// The gate: the form, and the address it is sent to. Who passes gets a session and the two cookies.
import { randomBytes } from 'node:crypto';
import type { Router } from '@koa/router';
import type { Context } from 'koa';
import type { Logger } from 'pino';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { ACCESS_HEADER, END_ACCESS_PATH, NO_ACCESS } from '../../sw/protocol.ts';
import { HttpFailure } from '../http/http-failure.ts';
import { readFields } from '../http/read-body.ts';
import type { SessionStore } from '../store/session-store.ts';
import type { AccessCookies } from './access-cookie.ts';
import { isAllowed, readEmailAddress } from './email-address.ts';
import type { GateLanguage, GateLook } from './gate-look.ts';
import { gatePage, type GateForm } from './gate-page.ts';
import { readNextPath } from './next-path.ts';

/** Where the form is shown; `next` in its query says where it leads. */
export const GATE_PATH = '/access';

/** Where it is sent: a form, or JSON. */
export const SUBMIT_PATH = '/api/verify-temp-access';
const SESSION_ID_BYTES = 16;
const MAX_FORM_BYTES = 16 * 1024;
/** For each client address: a school class behind one address passes, a script doesn't fill the store. */
const GRANTS = { points: 60, duration: 60 };

export interface Gate {
  readonly store: Pick<SessionStore, 'createSession'>;
  readonly cookies: AccessCookies;
  readonly allow: readonly string[];
  readonly look: GateLook;
  readonly log: Logger;
  /** Where a form without a (usable) `next` leads. */
  readonly home: string;
  readonly now: () => number;
}

export function addGateRoutes(router: Router, { store, cookies, allow, look, log, home, now }: Gate): void {
  const limiter = new RateLimiterMemory(GRANTS);

  router.get(GATE_PATH, (ctx) => {
    const { next } = ctx.query;
    answerForm(ctx, 200, look, chooseLanguage(ctx, look), {
      action: SUBMIT_PATH,
      next: readNextPath(typeof next === 'string' ? next : undefined) ?? home,
    });
  });

  router.post(SUBMIT_PATH, async (ctx) => {
    const language = chooseLanguage(ctx, look);
    const { texts } = language;
    const fields = await readFields(ctx, ['email', 'next'], MAX_FORM_BYTES);
    const next = readNextPath(fields.next) ?? home;
    const refuse = (status: number, reason: string, cause?: unknown): void => {
      if (wantsJson(ctx)) throw new HttpFailure(status, reason, { cause });
      if (cause) log.error({ err: cause }, 'request failed');
      answerForm(ctx, status, look, language, { action: SUBMIT_PATH, next, reason, email: fields.email });
    };

    const email = readEmailAddress(fields.email);
    if (!email) return refuse(400, texts.badAddress);
    // Before the list is asked: nobody tries out at leisure who is on it.
    const retryAfterSeconds = await consume(limiter, ctx.ip);
    if (retryAfterSeconds > 0) {
      ctx.set('Retry-After', String(retryAfterSeconds));
      return refuse(429, tellToWait(retryAfterSeconds, language));
    }
    if (!isAllowed(email, allow)) return refuse(403, tellNotOnList(look, language));

    const id = randomBytes(SESSION_ID_BYTES).toString('base64url');
    try {
      await store.createSession({ id, email, startMs: now() });
    } catch (cause) {
      return refuse(500, texts.failed, cause);
    }
    cookies.grant(ctx, id, now());
    if (wantsJson(ctx)) ctx.body = { success: true, next, session: id };
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

/** Whatever the address, and whoever else is on the list: the same words. */
function tellNotOnList({ contact }: GateLook, { texts }: GateLanguage): string {
  return contact === undefined ? texts.notOnList : texts.notOnListContact.replaceAll('{contact}', () => contact);
}

/** In the form that the language has for one, for two, for many. */
function tellToWait(seconds: number, { tag, texts }: GateLanguage): string {
  const wait = new Intl.NumberFormat(tag, { style: 'unit', unit: 'second', unitDisplay: 'long' }).format(seconds);
  return texts.tooMany.replaceAll('{wait}', wait);
}

/** The reader's, by what the browser says; the answer is in it. */
function chooseLanguage(ctx: Context, { languages }: GateLook): GateLanguage {
  const tag = ctx.acceptsLanguages(languages.map((language) => language.tag));
  const language = languages.find((one) => one.tag === tag) ?? languages[0];
  ctx.vary('Accept-Language');
  ctx.set('Content-Language', language.tag);
  return language;
}

function answerForm(ctx: Context, status: number, look: GateLook, language: GateLanguage, form: GateForm): void {
  ctx.status = status;
  ctx.type = 'html';
  ctx.set('Cache-Control', 'no-store');
  ctx.set('X-Robots-Tag', 'noindex');
  ctx.set(ACCESS_HEADER, NO_ACCESS);
  ctx.body = gatePage(look, language, form);
}
