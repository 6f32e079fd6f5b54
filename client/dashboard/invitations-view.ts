// Personal links by which readers come: the form that makes one, and the list, in which each can be revoked.
import { html, LitElement, nothing, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import type { CreatedInvitation, InvitationList, InvitationView } from '../../sw/protocol/invitation-api.ts';
import { copyText } from '../ui/copy-text.ts';
import { formatCount } from '../ui/format.ts';
import { expiryChoice, madeLinkView, readFilled } from './made-link.ts';
import { makeInvitation, revokeInvitation } from './owner-client.ts';
import { revokeInvitationView } from './revoke-invitation.ts';
import { momentOf } from './wording.ts';

/** @param change changes something, then shows the list again. */
export function invitationsView(
  { invitations }: InvitationList,
  change: (work: Promise<void>) => void,
  now: number,
): TemplateResult {
  return html`
    <main>
      <h1>Invitations</h1>
      <p class="lede">
        A personal link lets one reader in without typing an address. Whoever has the link can use it, until you revoke
        it: more browsers than you expect can mean that it was passed on.
      </p>
      <stillhere-invitation-form .onMade=${() => change(Promise.resolve())}></stillhere-invitation-form>
      ${
        invitations.length === 0
          ? html`<p class="empty">There are no invitations yet.</p>`
          : html`
              <h2>Links</h2>
              <ul class="plain shares">
                ${repeat(
                  invitations,
                  ({ id }) => id,
                  (one) => invitationItem(one, () => change(revokeInvitation(one.id)), now),
                )}
              </ul>
            `
      }
    </main>
  `;
}

function invitationItem(invitation: InvitationView, revoke: () => void, now: number): TemplateResult {
  const { email, pages, expires } = invitation;
  return html`
    <li>
      <span>
        <b>${email}</b>
        <span class="aside">
          ${progressOf(invitation, now)}, ${pages === null ? 'all pages' : `pages below ${pages}`},
          ${Date.parse(expires) <= now ? 'expired' : 'until'} ${momentOf(expires, now)}
        </span>
      </span>
      ${revokeInvitationView(email, revoke)}
    </li>
  `;
}

function progressOf({ state, opened, sessions }: InvitationView, now: number): string {
  if (state === 'read') return `read, in ${formatCount(sessions, 'browser')}`;
  if (state === 'used') return `used in ${formatCount(sessions, 'browser')}, hardly read`;
  return opened === null ? 'not opened yet' : `opened ${momentOf(opened, now)}, not used`;
}

/** Keeps the link that was made last: the server doesn't have it any more. */
class InvitationForm extends LitElement {
  onMade: () => void = () => {};
  #made: CreatedInvitation | undefined;
  #trouble: string | undefined;
  #isCopied = false;

  /** The styles are those of the owner's page. */
  protected override createRenderRoot(): this {
    return this;
  }

  override render(): TemplateResult {
    return html`
      <form class="filter" @submit=${(event: SubmitEvent) => void this.#submit(event)}>
        <label>
          <span>E-mail address</span>
          <input name="email" type="email" maxlength="254" autocomplete="off" required />
        </label>
        <label><span>Pages below</span><input name="pages" placeholder="all pages" maxlength="2000" /></label>
        ${expiryChoice()}
        <button>Invite</button>
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
      this.#made = await makeInvitation(readFilled(form));
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

customElements.define('stillhere-invitation-form', InvitationForm);
