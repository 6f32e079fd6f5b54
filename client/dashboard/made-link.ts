// What the forms that make a link share: when it expires, and the link, which the server has no more.
import { html, type TemplateResult } from 'lit';

const EXPIRIES = { '1d': 'in a day', '7d': 'in a week', '30d': 'in 30 days', '365d': 'in a year' };

export function expiryChoice(): TemplateResult {
  return html`
    <label>
      <span>Expires</span>
      <select name="expires">
        ${Object.entries(EXPIRIES).map(
          ([time, name]) => html`<option value=${time} ?selected=${time === '30d'}>${name}</option>`,
        )}
      </select>
    </label>
  `;
}

/** What is filled in, by the name of its field. */
export function readFilled(form: HTMLFormElement): Record<string, string> {
  const filled = [...new FormData(form)].filter(([, value]) => typeof value === 'string' && value.trim() !== '');
  return Object.fromEntries(filled) as Record<string, string>;
}

/** @param copy is called with the link and the button. */
export function madeLinkView(
  link: string,
  isCopied: boolean,
  copy: (link: string, beside: Element) => void,
): TemplateResult {
  return html`
    <div class="made" role="status">
      <label for="link">The link. It is shown only now:</label>
      <input
        id="link"
        readonly
        .value=${link}
        @focus=${(event: Event) => (event.target as HTMLInputElement).select()}
      />
      <button @click=${(event: Event) => copy(link, event.target as Element)}>${isCopied ? 'Copied' : 'Copy'}</button>
    </div>
  `;
}
