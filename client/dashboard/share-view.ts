// Links that show a colleague what was read: the form that makes one, and the list, in which each can be revoked.
import { html, LitElement, nothing, type TemplateResult } from 'lit';
import type { CreatedShare, ShareList, ShareView } from '../../sw/protocol/owner-api.ts';
import { copyText } from '../ui/copy-text.ts';
import { expiryChoice, madeLinkView, readFilled } from './made-link.ts';
import { makeShare, revokeShare } from './owner-client.ts';
import { momentOf } from './wording.ts';

/** @param change changes something, then shows the list again. */
export function sharesView({ shares }: ShareList, change: (work: Promise<void>) => void, now: number): TemplateResult {
  return html`
    <main>
      <h1>Share</h1>
      <p class="lede">
        A link shows a colleague what was read, and changes nothing. Readers have names such as “Reader 7f3a2c” in place
        of their addresses.
      </p>
      <stillhere-share-form .onMade=${() => change(Promise.resolve())}></stillhere-share-form>
      ${
        shares.length === 0
          ? html`<p class="empty">There are no links yet.</p>`
          : html`
              <h2>Links</h2>
              <ul class="plain shares">
                ${shares.map((share) => shareItem(share, () => change(revokeShare(share.id)), now))}
              </ul>
            `
      }
    </main>
  `;
}

function shareItem({ label, pages, expires, lastUsed }: ShareView, revoke: () => void, now: number): TemplateResult {
  const name = label ?? 'Without a name';
  return html`
    <li>
      <span>
        <b>${name}</b>
        <span class="aside">
          ${pages === null ? 'all pages' : `pages below ${pages}`}, ${Date.parse(expires) <= now ? 'expired' : 'until'}
          ${momentOf(expires, now)}, ${lastUsed === null ? 'not opened yet' : `last used ${momentOf(lastUsed, now)}`}
        </span>
      </span>
      <button class="quiet" aria-label="Revoke the link: ${name}" @click=${revoke}>Revoke</button>
    </li>
  `;
}

/** Keeps the link that was made last: the server doesn't have it any more. */
class ShareForm extends LitElement {
  onMade: () => void = () => {};
  #made: CreatedShare | undefined;
  #trouble: string | undefined;
  #isCopied = false;

  /** The styles are those of the owner's page. */
  protected override createRenderRoot(): this {
    return this;
  }

  override render(): TemplateResult {
    return html`
      <form class="filter" @submit=${(event: SubmitEvent) => void this.#submit(event)}>
        <label><span>For whom</span><input name="label" maxlength="100" autocomplete="off" /></label>
        <label><span>Pages below</span><input name="pages" placeholder="all pages" maxlength="2000" /></label>
        ${expiryChoice()}
        <button>Make a link</button>
      </form>
      ${this.#trouble === undefined ? nothing : html`<p class="trouble" role="alert">${this.#trouble}</p>`}
      ${this.#made ? madeLinkView(this.#made.link, this.#isCopied, (link, beside) => void this.#copy(link, beside)) : nothing}
    `;
  }

  async #submit(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    // The owner's page takes forms for searches.
    event.stopPropagation();
    const form = event.target as HTMLFormElement;
    try {
      this.#made = await makeShare(readFilled(form));
      [this.#trouble, this.#isCopied] = [undefined, false];
      form.reset();
      this.onMade();
    } catch (error) {
      this.#trouble = (error as Error).message;
    }
    this.requestUpdate();
  }

  async #copy(link: string, beside: Element): Promise<void> {
    this.#isCopied = await copyText(link, beside);
    this.requestUpdate();
  }
}

customElements.define('stillhere-share-form', ShareForm);
