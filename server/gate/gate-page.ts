// The form page of the gate. It works without its one script, which delivers what an earlier visit left on the device:
// who comes back after access ended comes here.
import { readFileSync } from 'node:fs';
import escapeHtml from 'escape-html';
import type { GateLanguage, GateTheme } from './theme.ts';
import { fillTemplate, hashStyles } from './template.ts';

export interface GateForm {
  /** Of this form, however often it is sent. */
  readonly id: string;
  /** Where it leads. */
  readonly next: string;
  /** Why it is shown again. */
  readonly reason?: string;
  /** What was typed. */
  readonly email?: string | undefined;
}

const STYLE = readFileSync(new URL('gate.css', import.meta.url), 'utf8').replaceAll('\r\n', '\n');

/** For `style-src` of the Content-Security-Policy: the stylesheets in the page. */
export function gateStyleHashes({ template, style }: GateTheme): string[] {
  return hashStyles(fillTemplate(template, { style: styleElement(style) }));
}

export function gatePage(look: GateTheme, { tag, direction, texts }: GateLanguage, form: GateForm): string {
  return fillTemplate(look.template, {
    lang: escapeHtml(tag),
    dir: escapeHtml(direction),
    title: escapeHtml(texts.title),
    intro: escapeHtml(texts.intro),
    style: styleElement(look.style),
    form: formElement(look, { tag, direction, texts }, form),
  });
}

function styleElement(ownersStyle: string): string {
  return `<style>${STYLE}${ownersStyle}</style>`;
}

/**
 * With a language of its own: the page around it may be an owner's, in another one. It is sent to its own address (an empty
 * `action`; HTML, "form submission algorithm"): so a reload after a refusal shows the gate, and the fragment of the page that
 * was asked for is kept on the way there and back.
 */
function formElement(look: GateTheme, { tag, direction, texts }: GateLanguage, form: GateForm): string {
  const { id, next, reason, email = '' } = form;
  const refusal = reason && `<p id="reason" role="alert">${escapeHtml(reason)}</p>`;
  const privacy = look.privacyUrl && ` <a href="${escapeHtml(look.privacyUrl)}">${escapeHtml(texts.privacy)}</a>`;
  return `<form class="stillhere-form" lang="${escapeHtml(tag)}" dir="${escapeHtml(direction)}" method="post" action="" novalidate>
        <input type="hidden" name="form" value="${escapeHtml(id)}">
        <input type="hidden" name="next" value="${escapeHtml(next)}">
        <label for="email">${escapeHtml(texts.label)}</label>
        <input id="email" name="email" type="email" inputmode="email" autocomplete="email" autocapitalize="none" dir="ltr"
          spellcheck="false" required autofocus value="${escapeHtml(email)}"${reason ? ' aria-invalid="true" aria-describedby="reason"' : ''}>
        ${refusal ?? ''}
        <button>${escapeHtml(texts.button)}</button>
        <small>${escapeHtml(texts.notice)}${privacy ?? ''}</small>
      </form>
      <script type="module" src="/stillhere.js"></script>
      <session-heartbeat deliver-only worker="none"></session-heartbeat>`;
}
