// The gate's form page. It works without its scripts: one delivers spans that an earlier visit left on the device, because
// readers whose access has ended return here; the other is client/gate/gate-form.ts.
import { readFileSync } from 'node:fs';
import { toSitePath } from '../http/site-base.ts';
import { escapeHtml } from '../http/escape-html.ts';
import { readEmailAddress } from './email-address.ts';
import type { GateTexts } from './texts.ts';
import type { GateLanguage, GateTheme } from './theme.ts';
import { fillTemplate, hashStyles } from './template.ts';
import type { WayBack } from './way-back.ts';

export interface GateForm {
  /** Identifies this form, so that repeated submissions are recognized. */
  readonly id: string;
  /** The page to open after the form. */
  readonly next: string;
  /** The path under which the site lies; empty at the root. */
  readonly base?: string | undefined;
  /** Where a reader who doesn't want to go on can go; undefined: everything is behind the gate. */
  readonly wayBack?: WayBack | undefined;
  /** Why the form is shown again. */
  readonly reason?: string;
  /** The choice not to be measured, as it is shown at first; undefined: there is none. */
  readonly isUnmeasured?: boolean | undefined;
  /** What else is said below the heading. */
  readonly note?: string | undefined;
  /** The reader's previous input. */
  readonly email?: string | undefined;
}

const STYLE = readFileSync(new URL('gate.css', import.meta.url), 'utf8').replaceAll('\r\n', '\n');

/** Hashes of the page's stylesheets, for `style-src` of the Content-Security-Policy. */
export function gateStyleHashes({ template, style }: GateTheme): string[] {
  return hashStyles(fillTemplate(template, { style: styleElement(style) }));
}

export function gatePage(look: GateTheme, language: GateLanguage, form: GateForm): string {
  const { texts } = language;
  return themedPage(look, language, {
    title: texts.title,
    intro: [texts.intro, form.note].filter(Boolean).join(' '),
    back: backLink(texts, form),
    form: formElement(look, language, form),
  });
}

export interface ThemedPage {
  /** As text. */
  readonly title: string;
  readonly intro: string;
  /** As HTML. */
  readonly back: string;
  readonly form: string;
}

/** A page in the gate's look, from the owner's template or ours. */
export function themedPage(
  look: GateTheme,
  { tag, direction }: GateLanguage,
  { title, intro, back, form }: ThemedPage,
): string {
  return fillTemplate(look.template, {
    lang: escapeHtml(tag),
    dir: escapeHtml(direction),
    title: escapeHtml(title),
    intro: escapeHtml(intro),
    owner: escapeHtml(look.ownerName ?? ''),
    back,
    style: styleElement(look.style),
    form,
  });
}

export function gateScripts(base: string): string {
  return `<script type="module" src="${base}/stillhere-gate.js"></script>
      <script type="module" src="${base}/stillhere.js"></script>
      <session-heartbeat deliver-only worker="none"></session-heartbeat>`;
}

function styleElement(ownersStyle: string): string {
  return `<style>${STYLE}${ownersStyle}</style>`;
}

function backLink(texts: GateTexts, { base = '', wayBack }: GateForm): string {
  if (!wayBack) return '';
  const text = wayBack.isHome ? texts.home : texts.back;
  return `<a class="stillhere-back" href="${escapeHtml(base + wayBack.path)}">${escapeHtml(text)}</a>`;
}

/** @param reason as HTML. */
function linkContact(reason: string, contact: string | undefined): string {
  const address = contact && readEmailAddress(contact);
  if (!address) return reason;
  const text = escapeHtml(contact);
  const href = address.split('@').map(encodeURIComponent).join('@');
  return reason.replaceAll(text, () => `<a href="mailto:${escapeHtml(href)}">${text}</a>`);
}

/**
 * The form has its own `lang`, because an owner's template may be in another language. It is submitted to the current
 * address (an empty `action`; HTML, "form submission algorithm"). So a reload after a refusal shows the gate, and the
 * fragment of the requested page survives the round trip.
 */
function formElement(look: GateTheme, { tag, direction, texts }: GateLanguage, form: GateForm): string {
  const { id, next, base = '', wayBack, reason, email = '' } = form;
  const refusal = reason && `<p id="reason" role="alert">${linkContact(escapeHtml(reason), look.contact)}</p>`;
  const privacyUrl = look.privacyUrl?.startsWith('/') ? base + toSitePath(base, look.privacyUrl) : look.privacyUrl;
  const privacy = privacyUrl && ` <a href="${escapeHtml(privacyUrl)}">${escapeHtml(texts.privacy)}</a>`;
  const back = wayBack && !wayBack.isHome && base + wayBack.path;
  const seen = texts.notice.replaceAll('{owner}', () => look.ownerName ?? texts.owner);
  const notice = `${seen} ${tellHowLong(look, { tag, direction, texts })}`;
  return `<form class="stillhere-form" lang="${escapeHtml(tag)}" dir="${escapeHtml(direction)}" method="post" action="" novalidate>
        <input type="hidden" name="form" value="${escapeHtml(id)}">
        <input type="hidden" name="next" value="${escapeHtml(next)}">
        ${back ? `<input type="hidden" name="back" value="${escapeHtml(back)}">` : ''}
        <p id="installed" hidden>${escapeHtml(texts.installed)}</p>
        <label for="email">${escapeHtml(texts.label)}</label>
        <input id="email" name="email" type="email" inputmode="email" autocomplete="email" autocapitalize="none" dir="ltr"
          spellcheck="false" required autofocus value="${escapeHtml(email)}"${reason ? ' aria-invalid="true" aria-describedby="reason"' : ''}>
        ${refusal ?? ''}${optOut(texts, form)}
        <button data-opening="${escapeHtml(texts.opening)}">${escapeHtml(texts.button)}</button>
        <small>${escapeHtml(notice)}${privacy ?? ''}</small>
      </form>
      ${gateScripts(base)}`;
}

function optOut(texts: GateTexts, { isUnmeasured }: GateForm): string {
  if (isUnmeasured === undefined) return '';
  return `
        <input type="hidden" name="choice" value="1">
        <label class="stillhere-choice"><input type="checkbox" name="unmeasured" value="1"${isUnmeasured ? ' checked' : ''}>
          <span>${escapeHtml(texts.optOut)}</span></label>`;
}

function tellHowLong({ keptDays }: GateTheme, { tag, texts }: GateLanguage): string {
  if (keptDays === undefined) return texts.keptUntilErased;
  const kept = new Intl.NumberFormat(tag, { style: 'unit', unit: 'day', unitDisplay: 'long' }).format(keptDays);
  return texts.keptFor.replaceAll('{kept}', kept);
}
