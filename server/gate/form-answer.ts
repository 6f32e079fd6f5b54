// Answers with the gate's form, in the reader's language.
import { randomBytes } from 'node:crypto';
import type { Context } from 'koa';
import { ACCESS_HEADER, NO_ACCESS } from '../../sw/protocol/delivery.ts';
import type { GateTexts } from './texts.ts';
import type { GateLanguage, GateTheme } from './theme.ts';
import { gatePage, type GateForm } from './gate-page.ts';

const FORM_ID_BYTES = 12;
/** With their lengths in seconds. */
const UNITS = [
  ['hour', 3_600],
  ['minute', 60],
] as const;
const FORM_ID = /^[\w-]{1,64}$/;

export function newFormId(): string {
  return randomBytes(FORM_ID_BYTES).toString('base64url');
}

export function readFormId(id: unknown): string | undefined {
  return typeof id === 'string' && FORM_ID.test(id) ? id : undefined;
}

export function wantsJson(ctx: Context): boolean {
  return Boolean(ctx.is('json')) || ctx.accepts('html', 'json') === 'json';
}

/** Uses the plural forms of the language. @param text one that contains `{wait}`. */
export function tellToWait(seconds: number, { tag, texts }: GateLanguage, text: keyof GateTexts = 'tooMany'): string {
  const [unit, unitSeconds] = UNITS.find(([, length]) => seconds >= 2 * length) ?? (['second', 1] as const);
  const format = new Intl.NumberFormat(tag, { style: 'unit', unit, unitDisplay: 'long' });
  return texts[text].replaceAll('{wait}', format.format(Math.ceil(seconds / unitSeconds)));
}

/** Chooses the reader's language by `Accept-Language` and sets the response headers. */
export function chooseLanguage(ctx: Context, { languages }: GateTheme): GateLanguage {
  const tag = ctx.acceptsLanguages(languages.map((language) => language.tag));
  const language = languages.find((one) => one.tag === tag) ?? languages[0];
  ctx.vary('Accept-Language');
  ctx.set('Content-Language', language.tag);
  return language;
}

export function answerForm(
  ctx: Context,
  status: number,
  look: GateTheme,
  language: GateLanguage,
  form: GateForm,
): void {
  answerPage(ctx, status, gatePage(look, language, form));
}

/** @param page its HTML. */
export function answerPage(ctx: Context, status: number, page: string): void {
  ctx.status = status;
  ctx.type = 'html';
  ctx.set('Cache-Control', 'no-store');
  ctx.set('X-Robots-Tag', 'noindex');
  ctx.set(ACCESS_HEADER, NO_ACCESS);
  ctx.body = page;
}
