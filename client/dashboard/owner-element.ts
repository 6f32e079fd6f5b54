// `<stillhere-owner>`: the owner's pages. Asks for what it shows, again whenever something has changed, and keeps nothing on the
// device.
import { LitElement, unsafeCSS, type TemplateResult } from 'lit';
import type { SessionDetail, SessionView } from '../../sw/protocol/owner-api.ts';
import css from './dashboard.css?inline';
import { findSession, listSessions, logIn, logOut, RequestError, watchChanges } from './owner-client.ts';
import { listView, loadingView, loginView, notFoundView, sessionView, shellView } from './views.ts';

/** In case an event was lost, or another server on the same store has changed something. */
const ASK_AGAIN_MS = 30_000;
const UNAUTHORIZED = 401;

type Shown =
  | { readonly what: 'login'; readonly trouble: string | undefined }
  | { readonly what: 'sessions'; readonly sessions: readonly SessionView[] }
  | { readonly what: 'session'; readonly session: SessionDetail }
  | { readonly what: 'trouble'; readonly trouble: string };

class OwnerElement extends LitElement {
  static override readonly styles = unsafeCSS(css);

  #shown: Shown | undefined;
  /** Why what is shown may be old. */
  #note: string | undefined;
  #watching: AbortController | undefined;
  #asking: AbortController | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    document.body.style.margin = '0';
    addEventListener('popstate', () => void this.#ask());
    this.renderRoot.addEventListener('click', (event) => this.#follow(event as MouseEvent));
    void this.#begin();
  }

  override render(): TemplateResult {
    const shown = this.#shown;
    if (!shown) return shellView(loadingView(), undefined, undefined);
    const main = this.#main(shown);
    return shellView(main, shown.what === 'login' ? undefined : () => void this.#logOut(), this.#note);
  }

  #main(shown: Shown): TemplateResult {
    if (shown.what === 'login') return loginView(shown.trouble, (token) => void this.#logIn({ token }));
    if (shown.what === 'sessions') return listView(shown.sessions, Date.now());
    if (shown.what === 'session') return sessionView(shown.session, Date.now());
    return notFoundView(shown.trouble);
  }

  /** A link that logs in has its code in the fragment: it is used once, and doesn't stay in the address. */
  async #begin(): Promise<void> {
    const code = location.hash.slice(1);
    if (code) {
      history.replaceState(null, '', location.pathname);
      await this.#logIn({ code });
    } else await this.#ask();
  }

  async #logIn(key: Parameters<typeof logIn>[0]): Promise<void> {
    try {
      await logIn(key);
    } catch (error) {
      // Perhaps this browser is logged in already.
      await this.#ask((error as Error).message);
      return;
    }
    await this.#ask();
  }

  async #logOut(): Promise<void> {
    await logOut().catch(() => {});
    this.#show({ what: 'login', trouble: undefined });
  }

  /** @param trouble what to say if the owner is not logged in. */
  async #ask(trouble?: string): Promise<void> {
    this.#asking?.abort();
    this.#asking = new AbortController();
    const { signal } = this.#asking;
    try {
      const [, ref] = /^\/owner\/sessions\/([^/]+)$/.exec(location.pathname) ?? [];
      const shown: Shown = ref
        ? { what: 'session', session: await findSession(ref, signal) }
        : { what: 'sessions', sessions: await listSessions(signal) };
      this.#note = undefined;
      this.#show(shown);
    } catch (error) {
      if (!signal.aborted) this.#fail(error as Error, trouble);
    }
  }

  #fail(error: Error, trouble: string | undefined): void {
    const status = error instanceof RequestError ? error.status : undefined;
    if (status === UNAUTHORIZED) this.#show({ what: 'login', trouble });
    else if (status === 404) this.#show({ what: 'trouble', trouble: error.message });
    else {
      this.#note = `${error.message} Trying again…`;
      this.#show(this.#shown ?? { what: 'sessions', sessions: [] });
    }
  }

  #show(shown: Shown): void {
    this.#shown = shown;
    this.requestUpdate();
    document.title = shown.what === 'session' ? `${shown.session.emailOfAccessor} · Stillhere` : 'Stillhere';
    if (shown.what === 'login') {
      this.#watching?.abort();
      this.#watching = undefined;
    } else this.#watching ??= this.#watch();
  }

  #watch(): AbortController {
    const watching = new AbortController();
    const { signal } = watching;
    watchChanges(() => void this.#ask(), signal);
    const timer = setInterval(() => void this.#ask(), ASK_AGAIN_MS);
    signal.addEventListener('abort', () => clearInterval(timer));
    return watching;
  }

  /** Links between the owner's pages don't load the page again. */
  #follow(event: MouseEvent): void {
    const link = event.composedPath().find((target) => target instanceof HTMLAnchorElement);
    if (!link || link.origin !== location.origin || !link.pathname.startsWith('/owner')) return;
    if (event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    history.pushState(null, '', link.pathname);
    scrollTo(0, 0);
    void this.#ask();
  }
}

customElements.define('stillhere-owner', OwnerElement);
