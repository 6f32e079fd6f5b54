// What is answered for protected pages while the store is unavailable: they stay closed.
import type { Context } from 'koa';
import { escapeHtml } from '../http/escape-html.ts';
import { chooseLanguage } from './form-answer.ts';
import { themedPage } from './gate-page.ts';
import type { GateTheme } from './theme.ts';

const RETRY_AFTER_SECONDS = 5;
const IN_SHORT = 'These pages are not available at the moment. Please try again later.';

/**
 * A page for browsers, otherwise a line of text. It says nothing about the reader's access, so that a device keeps its pages for reading
 * offline.
 * @param look undefined: a line of text for browsers, too.
 */
export function answerUnavailable(ctx: Context, look: GateTheme | undefined): void {
  ctx.status = 503;
  ctx.set('Retry-After', String(RETRY_AFTER_SECONDS));
  ctx.set('Cache-Control', 'no-store');
  ctx.vary('Accept');
  if (!look || ctx.accepts('text', 'html') !== 'html') {
    ctx.body = IN_SHORT;
    return;
  }
  const language = chooseLanguage(ctx, look);
  const { tag, direction, texts } = language;
  ctx.type = 'html';
  ctx.set('X-Robots-Tag', 'noindex');
  ctx.body = themedPage(look, language, {
    title: texts.title,
    intro: '',
    back: '',
    form: `<div class="stillhere-form" lang="${escapeHtml(tag)}" dir="${escapeHtml(direction)}"><p role="alert">${escapeHtml(texts.unavailable)}</p></div>`,
  });
}
