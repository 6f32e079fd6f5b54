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
  /** The reason is the address that was entered. */
  readonly isBadAddress?: boolean;
  /** The choice not to be measured, as it is shown at first; undefined: there is none. */
  readonly isUnmeasured?: boolean | undefined;
  /** What else is said below the heading. */
  readonly note?: string | undefined;
  /** The reader's previous input. */
  readonly email?: string | undefined;
  /** Where a personal link leads: the form's script finds out whose it is. */
  readonly link?: LinkForm | undefined;
  /** No address can be typed: only a personal link opens the pages. */
  readonly isByLinkOnly?: boolean;
}

export interface LinkForm {
  /** The token of the link, if the form was sent with it; empty: the script takes it from the address. */
  readonly token: string;
  /** Answers the script whose link it is: a path of the host. */
  readonly lookUpPath: string;
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
    intro: introOf(texts, form),
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

function introOf(texts: GateTexts, { link, isByLinkOnly, note }: GateForm): string {
  if (link) return texts.linkIntro;
  return isByLinkOnly ? texts.openLink : [texts.intro, note].filter(Boolean).join(' ');
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
  const { id, next, base = '', wayBack, reason, link } = form;
  const refusal = reason && `<p id="reason" role="alert">${linkContact(escapeHtml(reason), look.contact)}</p>`;
  const privacyUrl = look.privacyUrl?.startsWith('/') ? base + toSitePath(base, look.privacyUrl) : look.privacyUrl;
  const privacy = privacyUrl && ` <a href="${escapeHtml(privacyUrl)}">${escapeHtml(texts.privacy)}</a>`;
  const back = wayBack && !wayBack.isHome && base + wayBack.path;
  const notice = `${tellWhatIsSeen(look, texts, form)} ${escapeHtml(tellHowLong(look, { tag, direction, texts }))}`;
  const fields = form.isByLinkOnly && !link ? '' : entryFields(texts, form);
  return `<form class="stillhere-form" lang="${escapeHtml(tag)}" dir="${escapeHtml(direction)}" method="post" action="" novalidate data-offline="${escapeHtml(texts.offline)}">
        <input type="hidden" name="form" value="${escapeHtml(id)}">
        <input type="hidden" name="next" value="${escapeHtml(next)}">
        ${back ? `<input type="hidden" name="back" value="${escapeHtml(back)}">` : ''}
        <p id="installed" hidden>${escapeHtml(texts.installed)}</p>
        ${link ? linkFields(look, texts, form, link) : ''}
        ${fields}
        ${refusal ?? ''}${fields && optOut(texts, form)}
        ${fields && `<button data-opening="${escapeHtml(texts.opening)}"${hiddenUntilChecked(form)}>${escapeHtml(texts.button)}</button>`}
        ${fields ? `<small${hiddenUntilChecked(form)}>${notice}${privacy ?? ''}</small>` : ''}
      </form>
      ${gateScripts(base)}`;
}

function optOut(texts: GateTexts, form: GateForm): string {
  const { isUnmeasured } = form;
  if (isUnmeasured === undefined) return '';
  return `
        <input type="hidden" name="choice" value="1">
        <label class="stillhere-choice"${hiddenUntilChecked(form)}><input type="checkbox" name="unmeasured" value="1"${isUnmeasured ? ' checked' : ''}>
          <span>${escapeHtml(texts.optOut)}</span></label>`;
}

/** As HTML. The form's script shows the other notice when a personal link has turned out to be good. */
function tellWhatIsSeen(look: GateTheme, texts: GateTexts, { link, isByLinkOnly }: GateForm): string {
  const tell = (text: string): string => escapeHtml(text.replaceAll('{owner}', () => look.ownerName ?? texts.owner));
  const [typed, byLink] = [tell(texts.notice), tell(texts.linkNotice)];
  if (!link) return typed;
  return isByLinkOnly || link.token
    ? byLink
    : `<span id="typed">${typed}</span><span id="by-link" hidden>${byLink}</span>`;
}

function tellHowLong({ keptDays }: GateTheme, { tag, texts }: GateLanguage): string {
  if (keptDays === undefined) return texts.keptUntilErased;
  const kept = new Intl.NumberFormat(tag, { style: 'unit', unit: 'day', unitDisplay: 'long' }).format(keptDays);
  return texts.keptFor.replaceAll('{kept}', kept);
}

function entryFields(texts: GateTexts, form: GateForm): string {
  const { email = '', link, reason, isBadAddress } = form;
  const invalid = isBadAddress ? ' aria-invalid="true"' : '';
  const described = reason ? ' aria-describedby="reason"' : '';
  const hidden = hiddenUntilChecked(form);
  return `<label for="email"${hidden}>${escapeHtml(texts.label)}</label>
        <input id="email" name="email" type="email" inputmode="email" autocomplete="email" autocapitalize="none" dir="ltr"
          spellcheck="false" required autofocus value="${escapeHtml(email)}"${invalid}${described}${link?.token ? ' readonly' : ''}${hidden}>`;
}

/** Where only a link opens the pages, there is nothing to fill in until it is known whose it is. */
function hiddenUntilChecked({ link, isByLinkOnly }: GateForm): string {
  return isByLinkOnly && link?.token === '' ? ' hidden' : '';
}

/** For client/gate/invitation-link.ts. Browsers must not restore the token when the page is loaded again. */
function linkFields(look: GateTheme, texts: GateTexts, form: GateForm, { token, lookUpPath }: LinkForm): string {
  const missing = form.isByLinkOnly ? ` data-missing="${escapeHtml(tellOnlyInvited(look, texts))}"` : '';
  return `<input type="hidden" name="invitation" autocomplete="off" value="${escapeHtml(token)}">
        <p id="link" role="status" data-look-up="${escapeHtml(lookUpPath)}" data-failed="${escapeHtml(texts.failed)}"${missing} hidden>${escapeHtml(texts.checkingLink)}</p>
        <noscript><p>${escapeHtml(texts.linkNeedsScript)}</p></noscript>`;
}

/** The same text for every address, so that it reveals nothing. */
export function tellOnlyInvited({ contact }: Pick<GateTheme, 'contact'>, texts: GateTexts): string {
  return contact === undefined ? texts.onlyInvited : texts.onlyInvitedContact.replaceAll('{contact}', () => contact);
}
