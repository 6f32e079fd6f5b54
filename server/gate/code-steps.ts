// The gate's steps with codes by mail, over HTTP: an address is answered by the form for its code, and a code by access.
import type { Context } from 'koa';
import type { Logger } from 'pino';
import { networkOf } from '../http/client-network.ts';
import { describeError } from '../http/describe-error.ts';
import { HttpError } from '../http/http-error.ts';
import type { RateLimit } from '../http/rate-limit.ts';
import type { CodeCookie } from './code-cookie.ts';
import { codePage } from './code-page.ts';
import type { Asked, CodeLanguage, CodeReader, GateCodes } from './codes.ts';
import { failureStatus } from './failure-status.ts';
import { answerPage, chooseLanguage, newFormId, tellToWait, wantsJson } from './form-answer.ts';
import { CODE_PATH, GATE_PATH } from './gate-paths.ts';
import type { GateLanguage, GateTheme } from './theme.ts';

const MAIL_LANGUAGES: readonly CodeLanguage[] = ['en', 'de'];

export interface CodeStepParts {
  readonly codes: GateCodes;
  readonly cookie: CodeCookie;
  readonly look: GateTheme;
  readonly log: Logger;
  /** Limits codes by network. */
  readonly limit: RateLimit;
  /** The path under which the site lies; empty at the root. */
  readonly base: string;
  readonly nextOf: (next: unknown) => string;
  readonly now: () => number;
}

/** Why a step is not taken, for the reader. */
export interface Refusal {
  readonly status: number;
  readonly reason: string;
  readonly retryAfterSeconds?: number;
  readonly cause?: unknown;
}

/** What a form with a code was sent with. */
export interface CodeFields {
  readonly code?: string | undefined;
  /** Given: a new code is asked for. */
  readonly again?: string | undefined;
  readonly next?: string | undefined;
}

export interface CodeSteps {
  /** Sends a code and leads to the form for it. */
  ask(ctx: Context, reader: CodeReader, form: string | undefined): Promise<Refusal | undefined>;
  /** Takes a code, and lets its reader in; or sends a new one. */
  take(
    ctx: Context,
    fields: CodeFields,
    form: string | undefined,
    letIn: (reader: CodeReader) => Promise<void>,
  ): Promise<void>;
  /** Shows the form again. */
  refuse(ctx: Context, fields: CodeFields, refusal: Refusal): Promise<void>;
}

export function createCodeSteps({ codes, cookie, look, log, limit, base, nextOf, now }: CodeStepParts): CodeSteps {
  const languageOf = (ctx: Context): CodeLanguage => {
    const tag = ctx.acceptsLanguages([...MAIL_LANGUAGES]);
    return MAIL_LANGUAGES.find((one) => one === tag) ?? 'en';
  };

  const answerSent = (ctx: Context, next: string, more: string): void => {
    if (wantsJson(ctx)) ctx.body = { success: true, code: 'sent' };
    else redirect(ctx, `${CODE_PATH}?next=${encodeURIComponent(base + next)}&${more}`);
  };

  const limitNetwork = async (ctx: Context): Promise<Refusal | undefined> => {
    const seconds = await limit(networkOf(ctx.ip));
    return seconds > 0 ? tellLimit(seconds, chooseLanguage(ctx, look), 'tooMany') : undefined;
  };

  const failed = (ctx: Context, cause: unknown): Refusal => ({
    status: failureStatus(ctx, cause),
    reason: chooseLanguage(ctx, look).texts.failed,
    cause,
  });

  const refuse: CodeSteps['refuse'] = async (ctx, fields, { status, reason, retryAfterSeconds, cause }) => {
    if (retryAfterSeconds !== undefined) ctx.set('Retry-After', String(retryAfterSeconds));
    if (wantsJson(ctx)) throw new HttpError(status, reason, { cause });
    if (cause) log.error({ err: describeError(cause) }, 'request failed');
    const id = cookie.read(ctx);
    // What the reader is told is more important than the address, if the store fails.
    const found = id === undefined ? undefined : await codes.find(id).catch(() => undefined);
    const next = base + (found?.next ?? nextOf(fields.next));
    const language = chooseLanguage(ctx, look);
    const page = codePage(look, language, {
      id: newFormId(),
      next,
      base,
      email: found?.email,
      reason,
      isWrong: status === 403,
    });
    answerPage(ctx, status, page);
  };

  const sendAgain = async (ctx: Context, fields: CodeFields): Promise<void> => {
    const next = nextOf(fields.next);
    const id = cookie.read(ctx);
    let asked: Asked | undefined;
    try {
      const limited = await limitNetwork(ctx);
      if (limited) return await refuse(ctx, fields, limited);
      asked = id === undefined ? undefined : await codes.askAgain(id, languageOf(ctx));
    } catch (cause) {
      if (cause instanceof HttpError) throw cause;
      return refuse(ctx, fields, failed(ctx, cause));
    }
    if (asked === undefined && wantsJson(ctx)) return refuse(ctx, fields, wrongCode(ctx));
    if (asked === undefined) return redirect(ctx, gateAddress(base + next));
    if (asked.type === 'sent') return answerSent(ctx, next, 'again=yes');
    return refuse(ctx, fields, tellAsked(asked, chooseLanguage(ctx, look)));
  };

  const wrongCode = (ctx: Context): Refusal => ({ status: 403, reason: chooseLanguage(ctx, look).texts.wrongCode });

  return {
    refuse,
    async ask(ctx, reader, form) {
      const limited = await limitNetwork(ctx);
      if (limited) return limited;
      let asked: Asked;
      try {
        asked = await codes.ask(reader, form, languageOf(ctx));
      } catch (cause) {
        return failed(ctx, cause);
      }
      if (asked.type !== 'sent') return tellAsked(asked, chooseLanguage(ctx, look));
      cookie.set(ctx, asked.id);
      answerSent(ctx, reader.next, `sent=${now()}`);
      return undefined;
    },
    async take(ctx, fields, form, letIn) {
      if (fields.again !== undefined) return sendAgain(ctx, fields);
      const id = cookie.read(ctx);
      try {
        const reader = id === undefined ? undefined : await codes.enter(id, fields.code ?? '', form);
        if (!reader) return await refuse(ctx, fields, wrongCode(ctx));
        await letIn(reader);
      } catch (cause) {
        if (cause instanceof HttpError) throw cause;
        return refuse(ctx, fields, failed(ctx, cause));
      }
      return cookie.end(ctx);
    },
  };
}

function redirect(ctx: Context, to: string): void {
  ctx.status = 303;
  ctx.redirect(to);
}

/** Of the gate's form, which leads to `next`. */
export function gateAddress(next: string): string {
  return `${GATE_PATH}?next=${encodeURIComponent(next)}`;
}

function tellAsked({ type, seconds }: Exclude<Asked, { type: 'sent' }>, language: GateLanguage): Refusal {
  return tellLimit(seconds, language, type === 'early' ? 'codeWait' : 'tooManyCodes');
}

function tellLimit(seconds: number, language: GateLanguage, text: 'tooMany' | 'codeWait' | 'tooManyCodes'): Refusal {
  return { status: 429, reason: tellToWait(seconds, language, text), retryAfterSeconds: seconds };
}
