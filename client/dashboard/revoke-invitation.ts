// The button that revokes a personal link, and the question before it, because readers lose their access by it.
import { html, LitElement, type TemplateResult } from 'lit';

/** @param email of the reader who was invited. */
export function revokeInvitationView(email: string, revoke: () => void): TemplateResult {
  return html`<stillhere-revoke-invitation .email=${email} .onRevoke=${revoke}></stillhere-revoke-invitation>`;
}

class RevokeInvitation extends LitElement {
  email = '';
  onRevoke: () => void = () => {};
  #isAsked = false;

  /** The styles are those of the owner's page. */
  protected override createRenderRoot(): this {
    return this;
  }

  override render(): TemplateResult {
    if (!this.#isAsked)
      return html`
        <button class="quiet" aria-label="Revoke the link of ${this.email} …" @click=${() => this.#ask(true)}>
          Revoke …
        </button>
      `;
    return html`
      <div class="made" role="group" aria-label="Revoke the link of ${this.email}">
        <p>
          The link opens nothing any more, and everybody who came by it loses access at once. What was read stays
          recorded.
        </p>
        <button @click=${() => this.onRevoke()}>Revoke the link</button>
        <button class="quiet" @click=${() => this.#ask(false)}>Cancel</button>
      </div>
    `;
  }

  #ask(isAsked: boolean): void {
    this.#isAsked = isAsked;
    this.requestUpdate();
    void this.updateComplete.then(() => this.querySelector('button')?.focus());
  }
}

customElements.define('stillhere-revoke-invitation', RevokeInvitation);
