// The gate: the form, and the two routes that accept it. A reader who passes gets a session and both cookies.
import type { Router } from '@koa/router';
import type { Context } from 'koa';
import type { Logger } from 'pino';
import { END_ACCESS_PATH } from '../../sw/protocol/delivery.ts';
import { describeError } from '../http/describe-error.ts';
import { HttpError } from '../http/http-error.ts';
import { networkOf } from '../http/client-network.ts';
import type { RateLimit } from '../http/rate-limit.ts';
import { readQuery } from '../http/query.ts';
import type { SessionStore } from '../store/session-store.ts';
import type { AccessCheck } from './access-check.ts';
import type { AccessCookies } from './access-cookie.ts';
import { isWithin } from './access-pages.ts';
import type { Admission } from './admission.ts';
import { isAllowed, readEmailAddress } from './email-address.ts';
import { failureStatus } from './failure-status.ts';
import type { GateLanguage, GateTheme } from './theme.ts';
import { answerForm, chooseLanguage, newFormId, readFormId, tellToWait, wantsJson } from './form-answer.ts';
import { addCodePage } from './code-route.ts';
import { createCodeSteps, type CodeStepParts } from './code-steps.ts';
import { CODE_PATH, GATE_PATH, SUBMIT_PATH } from './gate-paths.ts';
import { readGateFields, type GateFields } from './gate-fields.ts';
import { tellOnlyInvited, type LinkForm } from './gate-page.ts';
import { createGrants, type Grantee } from './grants.ts';
import { addInvitationRoutes } from './invitation-routes.ts';
import { readIsMeasured, sendsGpc } from './measure-choice.ts';
import { readNextPath } from './next-path.ts';
import { createWayBack } from './way-back.ts';

export interface Gate {
  readonly store: Pick<SessionStore, 'blockedReaders' | 'createSession' | 'deleteSessions' | 'invitations'>;
  readonly cookies: AccessCookies;
  readonly access: AccessCheck;
  readonly admission: Admission;
  readonly look: GateTheme;
  readonly log: Logger;
  /** Limits attempts by network. */
  readonly limit: RateLimit;
  /** Counts a try without a usable address, or with one that gets no access. */
  readonly countRefusal: (email?: string) => void;
  /** Path prefixes behind the gate. The first is the page to open if `next` is missing or invalid. */
  readonly protect: readonly string[];
  /** Where readers see the site; undefined: taken from each request. */
  readonly publicUrl?: URL | undefined;
  /** The path under which the site lies; empty at the root. */
  readonly base?: string | undefined;
  /** With codes by mail; undefined: whoever types an address is let in. */
  readonly codes?: Pick<CodeStepParts, 'codes' | 'cookie' | 'limit'> | undefined;
  readonly now: () => number;
}

export function addGateRoutes(router: Router, gate: Gate): void {
  const { store, cookies, access, admission, look, log, limit, countRefusal, protect, base = '', now } = gate;
  const { mode, allow } = admission;
  const isByLinkOnly = mode === 'invited';
  const home = protect[0] ?? '/';
  const findWayBack = createWayBack([...protect, GATE_PATH], base, gate.publicUrl);
  const grant = createGrants(store, access, now);
  /** A path of the site. */
  const nextOf = (next: unknown): string => (typeof next === 'string' ? readNextPath(next, base) : undefined) ?? home;
  const codeParts = gate.codes && { ...gate.codes, look, log, base, nextOf, now };
  const codes = codeParts && createCodeSteps(codeParts);

  /** Nobody is told of being blocked: the list is the owner's. */
  const isRefused = async (email: string): Promise<boolean> =>
    !isAllowed(email, allow) || store.blockedReaders.has(email);

  router.get(GATE_PATH, async (ctx) => {
    const query = readQuery(ctx, ['next', 'entered']);
    const next = nextOf(query.next);
    ctx.set('Cache-Control', 'no-store');
    const found = await access.find(ctx).catch((error: unknown) => {
      log.error({ err: describeError(error) }, 'access could not be checked');
    });
    if (found && (found.pages === null || isWithin([base + next], found.pages, base))) {
      ctx.status = 303;
      ctx.redirect(next);
      return;
    }
    const language = chooseLanguage(ctx, look);
    // The reader was just let in but still has no access, so the browser did not store the cookie.
    const id = readFormId(query.entered);
    answerForm(ctx, 200, look, language, {
      id: id ?? newFormId(),
      next: base + next,
      base,
      wayBack: findWayBack(ctx),
      note: codes && language.texts.codeAnnounced,
      isByLinkOnly,
      ...(isByLinkOnly && { reason: tellOnlyInvited(look, language.texts) }),
      ...(id !== undefined && { reason: language.texts.noCookies }),
      ...(look.hasOptOut && { isUnmeasured: sendsGpc(ctx) }),
    });
  });

  type ToPage = (next: string, form: string) => string;
  const letIn = async (
    ctx: Context,
    reader: Grantee,
    next: string,
    form: string | undefined,
    toPage: ToPage,
  ): Promise<void> => {
    const id = await grant(reader, form);
    const { isMeasured = true } = reader;
    cookies.grant(ctx, id, now(), isMeasured);
    if (wantsJson(ctx)) ctx.body = { success: true, next: base + next, ...(isMeasured && { session: id }) };
    else {
      ctx.status = 303;
      ctx.redirect(toPage(next, form ?? newFormId()));
    }
  };

  /**
   * Lets in a reader who has typed an address, or the code that was mailed to it.
   * @param toPage where a reader who was let in goes on.
   * @param link the form is that of a personal link, which the reader doesn't use.
   */
  const submit = async (ctx: Context, fields: GateFields, toPage: ToPage, link?: LinkForm): Promise<void> => {
    const language = chooseLanguage(ctx, look);
    const { texts } = language;
    const next = nextOf(fields.next);
    const form = readFormId(fields.form);
    const isMeasured = readIsMeasured(ctx, fields, look.hasOptOut);
    const refuse = (status: number, reason: string, cause?: unknown): void => {
      if (wantsJson(ctx)) throw new HttpError(status, reason, { cause });
      if (cause) log.error({ err: describeError(cause) }, 'request failed');
      answerForm(ctx, status, look, language, {
        id: form ?? newFormId(),
        next: base + next,
        base,
        wayBack: findWayBack(ctx, fields.back),
        note: codes && texts.codeAnnounced,
        reason,
        isBadAddress: status === 400 || status === 403,
        email: isByLinkOnly ? undefined : fields.email,
        link,
        isByLinkOnly,
        ...(look.hasOptOut && { isUnmeasured: !isMeasured }),
      });
    };

    if (isByLinkOnly) {
      countRefusal(readEmailAddress(fields.email));
      return refuse(403, tellOnlyInvited(look, texts));
    }
    if (codes && (ctx.path === CODE_PATH || fields.code !== undefined || fields.again !== undefined)) {
      const seconds = await limit(networkOf(ctx.ip));
      const reason = tellToWait(seconds, language);
      if (seconds > 0) return codes.refuse(ctx, fields, { status: 429, reason, retryAfterSeconds: seconds });
      return codes.take(ctx, fields, form, ({ email, isMeasured: chosen, next: to }) =>
        letIn(ctx, { email, isMeasured: chosen, identity: 'confirmed' }, to, form, toPage),
      );
    }
    const email = readEmailAddress(fields.email);
    if (!email) {
      countRefusal();
      return refuse(400, texts.badAddress);
    }
    // Checked before the list, so that nobody can probe many addresses.
    const retryAfterSeconds = await limit(networkOf(ctx.ip));
    if (retryAfterSeconds > 0) {
      ctx.set('Retry-After', String(retryAfterSeconds));
      return refuse(429, tellToWait(retryAfterSeconds, language));
    }
    if (codes) {
      const refusal = await codes.ask(ctx, { email, isMeasured, next }, form);
      if (!refusal) return;
      if (refusal.retryAfterSeconds !== undefined) ctx.set('Retry-After', String(refusal.retryAfterSeconds));
      return refuse(refusal.status, refusal.reason, refusal.cause);
    }
    try {
      if (await isRefused(email)) {
        countRefusal(email);
        return refuse(403, tellNotOnList(look, language));
      }
      await letIn(ctx, { email, isMeasured }, next, form, toPage);
    } catch (cause) {
      if (cause instanceof HttpError) throw cause;
      return refuse(failureStatus(ctx, cause), texts.failed, cause);
    }
  };
  // By way of the gate, which tells a reader whose browser did not store the cookie.
  const byGate: ToPage = (next, form) => `${GATE_PATH}?next=${encodeURIComponent(base + next)}&entered=${form}`;
  router.post(GATE_PATH, async (ctx) => submit(ctx, await readGateFields(ctx), byGate));
  if (codeParts) {
    router.post(CODE_PATH, async (ctx) => submit(ctx, await readGateFields(ctx), byGate));
    addCodePage(router, codeParts);
  }
  router.post(SUBMIT_PATH, async (ctx) => submit(ctx, await readGateFields(ctx), (next) => next));
  addInvitationRoutes(router, { ...gate, grant, home, findWayBack, toGate: byGate, submit });
  // For readers who reload a refusal or type this address.
  router.get(SUBMIT_PATH, (ctx) => {
    ctx.status = 303;
    ctx.redirect(GATE_PATH);
  });

  router.post(END_ACCESS_PATH, async (ctx) => {
    await access.end(ctx);
    ctx.set('Clear-Site-Data', '"cache"');
    ctx.body = { success: true };
  });
}

/** The same text for every address and list, so that it reveals nothing. */
function tellNotOnList({ contact }: GateTheme, { texts }: GateLanguage): string {
  return contact === undefined ? texts.notOnList : texts.notOnListContact.replaceAll('{contact}', () => contact);
}
