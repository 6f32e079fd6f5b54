// The gate's second page, for the code that was mailed. It works without its scripts.
import { escapeHtml } from '../http/escape-html.ts';
import { GATE_PATH } from './gate-paths.ts';
import { gateScripts, themedPage } from './gate-page.ts';
import type { GateLanguage, GateTheme } from './theme.ts';

export interface CodeForm {
  /** Identifies this form, so that repeated submissions are recognized. */
  readonly id: string;
  /** The page to open after the form. */
  readonly next: string;
  /** The path under which the site lies; empty at the root. */
  readonly base: string;
  /** To which the code was sent; undefined: this browser hasn't asked for one lately. */
  readonly email?: string | undefined;
  /** Why the form is shown again. */
  readonly reason?: string | undefined;
  /** The reason is the code that was entered. */
  readonly isWrong?: boolean;
  /** What was just done. */
  readonly status?: string | undefined;
}

/** One element, because a template may lay it out as one. It is submitted to the current address, as the gate's form is. */
export function codePage(look: GateTheme, language: GateLanguage, form: CodeForm): string {
  const { tag, direction, texts } = language;
  const { id, next, base, email, reason, isWrong = false, status } = form;
  const invalid = isWrong ? ' aria-invalid="true"' : '';
  const describedBy = reason ? 'reason' : status ? 'status' : '';
  const described = describedBy && ` aria-describedby="${describedBy}"`;
  const scope = `class="stillhere-form" lang="${escapeHtml(tag)}" dir="${escapeHtml(direction)}" method="post" action="" novalidate data-offline="${escapeHtml(texts.offline)}"`;
  const other = `${base}${GATE_PATH}?next=${encodeURIComponent(next)}`;
  const element = `<form ${scope}>
        <input type="hidden" name="form" value="${escapeHtml(id)}">
        <input type="hidden" name="next" value="${escapeHtml(next)}">
        <p class="stillhere-address">${email === undefined ? '' : `<bdi>${escapeHtml(email)}</bdi> `}<a href="${escapeHtml(other)}">${escapeHtml(texts.codeOther)}</a></p>
        <label for="code">${escapeHtml(texts.codeLabel)}</label>
        <input id="code" name="code" type="text" inputmode="numeric" autocomplete="one-time-code" maxlength="12" dir="ltr"
          spellcheck="false" required autofocus${invalid}${described}>
        ${reason ? `<p id="reason" role="alert">${escapeHtml(reason)}</p>` : ''}
        ${status ? `<p id="status" role="status">${escapeHtml(status)}</p>` : ''}
        <button data-opening="${escapeHtml(texts.opening)}">${escapeHtml(texts.button)}</button>
        <button class="stillhere-second" name="again" value="yes">${escapeHtml(texts.codeAgain)}</button>
      </form>
      ${gateScripts(base)}`;
  return themedPage(look, language, { title: texts.title, intro: texts.codeIntro, back: '', form: element });
}
