// Shows the form for a code that was mailed.
import type { Router } from '@koa/router';
import { readQuery } from '../http/query.ts';
import { codePage } from './code-page.ts';
import { gateAddress, type CodeStepParts } from './code-steps.ts';
import { answerPage, chooseLanguage, newFormId } from './form-answer.ts';
import { CODE_PATH } from './gate-paths.ts';

/** A reader who comes later without the cookie has lost it; one who comes at once never stored it. */
const AT_ONCE_MS = 60_000;

/** The form for the code, which is only for a browser that has asked for one. */
export function addCodePage(router: Router, { codes, cookie, look, base, nextOf, now }: CodeStepParts): void {
  router.get(CODE_PATH, async (ctx) => {
    const query = readQuery(ctx, ['next', 'sent', 'again']);
    ctx.set('Cache-Control', 'no-store');
    const id = cookie.read(ctx);
    const found = id === undefined ? undefined : await codes.find(id);
    const next = base + (found?.next ?? nextOf(query.next));
    if (!found) {
      // By way of the gate, which tells a reader whose browser did not store the cookie.
      const isAtOnce = id === undefined && Math.abs(now() - Number(query.sent)) < AT_ONCE_MS;
      ctx.status = 303;
      ctx.redirect(`${gateAddress(next)}${isAtOnce ? `&entered=${newFormId()}` : ''}`);
      return;
    }
    const language = chooseLanguage(ctx, look);
    const status = query.again === undefined ? undefined : language.texts.codeSent;
    answerPage(ctx, 200, codePage(look, language, { id: newFormId(), next, base, email: found.email, status }));
  });
}
