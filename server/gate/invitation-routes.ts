// The way in by a personal link: `/access/invited#<token>`. The token is in the fragment, which browsers send to no server: the form's script
// takes it out of the address, asks whose link it is, and the reader's click sends it. So whatever opens the link without a reader, like a
// scanner of mail, makes no session.
import type { Router } from '@koa/router';
import type { Context } from 'koa';
import type { Logger } from 'pino';
import { SESSION_COOKIE } from '../../sw/protocol/delivery.ts';
import { describeError } from '../http/describe-error.ts';
import { HttpError } from '../http/http-error.ts';
import { networkOf } from '../http/client-network.ts';
import type { RateLimit } from '../http/rate-limit.ts';
import type { SessionStore } from '../store/session-store.ts';
import type { AccessCheck } from './access-check.ts';
import type { AccessCookies } from './access-cookie.ts';
import type { Admission } from './admission.ts';
import { failureStatus } from './failure-status.ts';
import { findUsable } from './invitation.ts';
import { answerForm, chooseLanguage, newFormId, readFormId, tellToWait, wantsJson } from './form-answer.ts';
import { readGateFields, type GateFields } from './gate-fields.ts';
import type { LinkForm } from './gate-page.ts';
import { INVITATION_PATH, INVITED_PATH } from './gate-paths.ts';
import type { Grants } from './grants.ts';
import { readIsMeasured, sendsGpc } from './measure-choice.ts';
import type { GateTheme } from './theme.ts';
import type { FindWayBack } from './way-back.ts';

interface Admitted {
  /** Undefined: the reader chose that nothing is measured. */
  readonly session: string | undefined;
  /** A path of the site. */
  readonly next: string;
}

/** As those of the gate, and what it has made of them. */
export interface InvitationRouteParts {
  readonly store: Pick<SessionStore, 'deleteSessions' | 'invitations' | 'blockedReaders'>;
  readonly cookies: AccessCookies;
  readonly access: AccessCheck;
  readonly admission: Admission;
  readonly look: GateTheme;
  readonly log: Logger;
  readonly limit: RateLimit;
  readonly countRefusal: () => void;
  readonly base?: string | undefined;
  readonly now: () => number;
  readonly grant: Grants;
  /** The page to open if the invitation is for all pages: a path of the site. */
  readonly home: string;
  readonly findWayBack: FindWayBack;
  /** Leads a reader who was let in to a page, and tells one whose browser did not store the cookie. */
  readonly toGate: (next: string, form: string) => string;
  /** Lets in a reader who has typed an address. */
  readonly submit: (
    ctx: Context,
    fields: GateFields,
    toPage: (next: string, form: string) => string,
    link: LinkForm,
  ) => Promise<void>;
}

export function addInvitationRoutes(router: Router, parts: InvitationRouteParts): void {
  const { store, cookies, access, admission, look, log, limit, countRefusal, base = '', now } = parts;
  const { grant, home, findWayBack, toGate, submit } = parts;
  const isByLinkOnly = admission.mode === 'invited';
  const linkForm = (token = ''): LinkForm => ({ token, lookUpPath: base + INVITATION_PATH });
  const find = (token: string | undefined) => findUsable(store, token, now());

  // Never a redirect: the browser would take the fragment along, to a page behind the gate.
  router.get(INVITED_PATH, (ctx) => {
    answerForm(ctx, 200, look, chooseLanguage(ctx, look), {
      id: newFormId(),
      next: base + home,
      base,
      wayBack: findWayBack(ctx),
      link: linkForm(),
      isByLinkOnly,
      ...(look.hasOptOut && { isUnmeasured: sendsGpc(ctx) }),
    });
  });

  router.post(INVITATION_PATH, async (ctx) => {
    const language = chooseLanguage(ctx, look);
    const { invitation: token } = await readGateFields(ctx);
    ctx.set('Cache-Control', 'no-store');
    const retryAfterSeconds = await limit(networkOf(ctx.ip));
    if (retryAfterSeconds > 0) throw new HttpError(429, tellToWait(retryAfterSeconds, language), { retryAfterSeconds });
    const found = await find(token);
    if (!found) {
      countRefusal();
      throw new HttpError(403, language.texts.badLink);
    }
    await store.invitations.setOpened(found.id, now());
    ctx.body = { success: true, email: found.email };
  });

  /**
   * Resolves with the session of a reader who may come in, and the page to open; undefined if the link can't be used. A browser that still
   * has access by this link gets no other session, unless its reader now chooses otherwise whether to be measured.
   */
  const admit = async (
    ctx: Context,
    token: string,
    form: string,
    isMeasured: boolean,
  ): Promise<Admitted | undefined> => {
    const invitation = await find(token);
    if (!invitation) return undefined;
    const { id, email, pages } = invitation;
    const next = pages ?? home;
    const held = await access.find(ctx);
    const isHeldMeasured = held !== undefined && ctx.cookies.get(SESSION_COOKIE) === held.sessionId;
    if (held?.invitationId === id && isHeldMeasured === isMeasured)
      return { session: isMeasured ? held.sessionId : undefined, next };
    const session = await grant({ email, identity: 'invited', invitationId: id, accessPages: pages, isMeasured }, form);
    if (await find(token)) {
      cookies.grant(ctx, session, now(), isMeasured);
      return { session: isMeasured ? session : undefined, next };
    }
    // Revoked or erased meanwhile: nothing of it may stay.
    await store.deleteSessions([session], now());
    return undefined;
  };

  router.post(INVITED_PATH, async (ctx) => {
    const fields = await readGateFields(ctx);
    const { invitation: token } = fields;
    // An empty fragment replaces the one with the token, which is still there without scripts.
    if (!token) return submit(ctx, fields, (next, form) => `${toGate(next, form)}#`, linkForm());
    const language = chooseLanguage(ctx, look);
    const form = readFormId(fields.form) ?? newFormId();
    const isMeasured = readIsMeasured(ctx, fields, look.hasOptOut);
    const refuse = (status: number, reason: string, link: LinkForm, cause?: unknown): void => {
      if (wantsJson(ctx)) throw new HttpError(status, reason, { cause });
      if (cause) log.error({ err: describeError(cause) }, 'request failed');
      const email = link.token === '' ? undefined : fields.email;
      const wayBack = findWayBack(ctx, fields.back);
      answerForm(ctx, status, look, language, {
        id: form,
        next: base + home,
        base,
        wayBack,
        reason,
        email,
        link,
        isByLinkOnly,
        ...(look.hasOptOut && { isUnmeasured: !isMeasured }),
      });
    };

    const retryAfterSeconds = await limit(networkOf(ctx.ip));
    if (retryAfterSeconds > 0) {
      ctx.set('Retry-After', String(retryAfterSeconds));
      return refuse(429, tellToWait(retryAfterSeconds, language), linkForm(token));
    }
    let admitted: Admitted | undefined;
    try {
      admitted = await admit(ctx, token, form, isMeasured);
    } catch (cause) {
      return refuse(failureStatus(ctx, cause), language.texts.failed, linkForm(token), cause);
    }
    if (!admitted) {
      countRefusal();
      return refuse(403, language.texts.badLink, linkForm());
    }
    const { session, next } = admitted;
    if (wantsJson(ctx)) ctx.body = { success: true, next: base + next, session };
    else {
      ctx.status = 303;
      ctx.redirect(toGate(next, form));
    }
  });
}
