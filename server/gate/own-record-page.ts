// The page on which readers see what is kept about them, in the gate's look. It has no data: its script asks for that.
import type { Context } from 'koa';
import { escapeHtml } from '../http/escape-html.ts';
import { chooseLanguage } from './form-answer.ts';
import { themedPage } from './gate-page.ts';
import type { GateTheme } from './theme.ts';

/** @param base the path under which the site lies; empty at the root. */
export function answerOwnRecordPage(ctx: Context, look: GateTheme, base: string): void {
  const language = chooseLanguage(ctx, look);
  const { tag, texts } = language;
  ctx.type = 'html';
  ctx.set('Cache-Control', 'no-cache');
  ctx.set('X-Robots-Tag', 'noindex');
  ctx.body = themedPage(look, language, {
    title: texts.ownRecord,
    intro: '',
    back: '',
    form: `<stillhere-own-record lang="${escapeHtml(tag)}" base="${base}"></stillhere-own-record>
      <script type="module" src="${base}/stillhere-own-record.js"></script>
      <noscript>${escapeHtml(texts.needsScripts)}</noscript>`,
  });
}
