// What surrounds the sessions on the owner's pages: the frame, the login, and what is shown while there is nothing else.
import { html, nothing, type TemplateResult } from 'lit';
import { TIME_ZONE } from './wording.ts';

export function shellView(
  main: TemplateResult,
  logOut: (() => void) | undefined,
  note: string | undefined,
): TemplateResult {
  return html`
    <header>
      <a class="brand" href="/owner">Stillhere</a>
      ${note === undefined ? nothing : html`<span class="note" role="status">${note}</span>`}
      ${logOut ? html`<span class="zone">Times in ${TIME_ZONE}</span><button class="quiet" @click=${logOut}>Log out</button>` : nothing}
    </header>
    ${main}
  `;
}

export function loadingView(): TemplateResult {
  return html`<main aria-busy="true"></main>`;
}

export function notFoundView(trouble: string): TemplateResult {
  return html`
    <main>
      <h1>Not found</h1>
      <p class="empty">${trouble}</p>
      <p><a href="/owner">All sessions</a></p>
    </main>
  `;
}

export function loginView(trouble: string | undefined, submit: (token: string) => void): TemplateResult {
  const onSubmit = (event: SubmitEvent): void => {
    event.preventDefault();
    const field = (event.target as HTMLFormElement).elements.namedItem('token') as HTMLInputElement;
    submit(field.value.trim());
  };
  return html`
    <main class="login">
      <h1>Who read it, and for how long?</h1>
      <p class="lede">This page is for the owner.</p>
      ${trouble === undefined ? nothing : html`<p class="trouble" role="alert">${trouble}</p>`}
      <p>
        Run <code>npx stillhere owner-link</code> where the server runs, and open the link that it prints. Or enter the
        owner’s token:
      </p>
      <form @submit=${onSubmit}>
        <label for="token">Owner’s token</label>
        <input id="token" name="token" type="password" autocomplete="current-password" required />
        <button>Log in</button>
      </form>
    </main>
  `;
}
