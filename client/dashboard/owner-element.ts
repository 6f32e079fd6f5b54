// `<stillhere-owner>`: the owner's pages. It loads what it shows again when something has changed, and stores nothing on the
// device.
import { LitElement, unsafeCSS, type TemplateResult } from 'lit';
import graphCss from '../ui/train-graph.css?inline';
import css from './dashboard.css?inline';
import { loadingView, loginView, notFoundView, shellView, type OwnerActions } from './frame-views.ts';
import type { Viewer } from '../../sw/protocol/owner-api.ts';
import { followLinks } from './navigation.ts';
import { findViewer, logIn, logOut, RequestError, watchChanges } from './owner-client.ts';
import { ownerPath, useOwnerPath } from './owner-path.ts';
import { loadView, type View } from './routes.ts';
import { OWN_TIME_ZONE, useTimeZone } from './wording.ts';

/** In case an event was lost, or another server on the same store has changed something. */
const ASK_AGAIN_MS = 30_000;
const UNAUTHORIZED = 401;
/** The fragment of a link for a colleague. */
const SHARE = /^share=(.+)$/;

type Shown =
  | { readonly what: 'login'; readonly trouble: string | undefined }
  | { readonly what: 'view'; readonly view: View; readonly viewer: Viewer }
  | { readonly what: 'trouble'; readonly trouble: string; readonly isForbidden: boolean };

class OwnerElement extends LitElement {
  static override readonly styles = [unsafeCSS(css), unsafeCSS(graphCss)];

  #shown: Shown | undefined;
  /** What the heading is of. */
  #place: string | undefined;
  #viewer: Viewer | undefined;
  /** Why what is shown may be old. */
  #note: string | undefined;
  #watching: AbortController | undefined;
  #loading: AbortController | undefined;
  /** Something has changed since the request under way. */
  #isOutdated = false;

  readonly #actions: OwnerActions = {
    logOut: () => void this.#logOut(),
    setTimeZone: (zone) => {
      const url = new URL(location.href);
      url.searchParams.set('zone', zone);
      history.replaceState(null, '', url);
      void this.#load();
    },
  };

  override connectedCallback(): void {
    super.connectedCallback();
    useOwnerPath(this.getAttribute('path') ?? ownerPath(), this.getAttribute('base') ?? '');
    document.body.style.margin = '0';
    followLinks(this.renderRoot, () => void this.#load());
    void this.#begin();
  }

  override render(): TemplateResult {
    const shown = this.#shown;
    if (!shown) return shellView(loadingView(), undefined, this.#note, undefined);
    const main = this.#main(shown);
    const actions = shown.what === 'login' ? undefined : this.#actions;
    return shellView(main, actions, this.#note, this.#viewer);
  }

  #main(shown: Shown): TemplateResult {
    if (shown.what === 'login') return loginView(shown.trouble, (token) => void this.#logIn({ token }));
    if (shown.what === 'view') return shown.view.render(Date.now(), shown.viewer);
    return notFoundView(shown.trouble, shown.isForbidden);
  }

  /** A link that logs in has its code in the fragment: it is used once, and doesn't stay in the address. */
  async #begin(): Promise<void> {
    const code = location.hash.slice(1);
    if (code) {
      history.replaceState(null, '', location.pathname);
      const [, share] = SHARE.exec(code) ?? [];
      await this.#logIn(share === undefined ? { code } : { share });
    } else await this.#load();
  }

  async #logIn(key: Parameters<typeof logIn>[0]): Promise<void> {
    try {
      await logIn(key);
      this.#viewer = undefined;
    } catch (error) {
      // Perhaps this browser is logged in already.
      await this.#load((error as Error).message);
      return;
    }
    await this.#load();
  }

  async #logOut(): Promise<void> {
    await logOut().catch(() => {});
    // Owners who looked at a shared link are still logged in.
    const wasShare = this.#viewer?.role === 'share';
    this.#viewer = undefined;
    if (wasShare) await this.#load();
    else this.#show({ what: 'login', trouble: undefined });
  }

  /**
   * Loads what the address names. Gives up a request under way: that was for another address, or another login.
   * @param trouble what to say if the owner is not logged in.
   */
  async #load(trouble?: string): Promise<void> {
    this.#loading?.abort();
    const loading = (this.#loading = new AbortController());
    const { signal } = loading;
    this.#isOutdated = false;
    try {
      const url = new URL(location.href);
      useTimeZone(url.searchParams.get('zone') ?? OWN_TIME_ZONE);
      const [viewer, view] = await Promise.all([
        this.#viewer ?? findViewer(signal),
        loadView(url, (work) => void this.#change(work), signal),
      ]);
      this.#viewer = viewer;
      this.toggleAttribute('shared', viewer.role === 'share');
      this.toggleAttribute('limited', viewer.pages !== null);
      this.#note = undefined;
      this.#show({ what: 'view', view, viewer });
    } catch (error) {
      if (!signal.aborted) this.#fail(error as Error, trouble);
    }
    if (this.#loading !== loading) return;
    this.#loading = undefined;
    if (this.#isOutdated) await this.#load();
  }

  async #change(work: Promise<void>): Promise<void> {
    try {
      await work;
    } catch (error) {
      this.#fail(error as Error, undefined);
      return;
    }
    await this.#load();
  }

  /** A request under way goes on: where sessions change faster than they are loaded, nothing would ever be shown. */
  #refresh(): void {
    if (this.#shown?.what === 'view' && this.#shown.view.isCopy) return;
    if (this.#loading) this.#isOutdated = true;
    else void this.#load();
  }

  #fail(error: Error, trouble: string | undefined): void {
    const status = error instanceof RequestError ? error.status : undefined;
    if (status === UNAUTHORIZED) {
      this.#viewer = undefined;
      // Why a shared link shows nothing any more.
      const reason = error.message.startsWith('This link') ? error.message : undefined;
      this.#show({ what: 'login', trouble: trouble ?? reason });
    } else if (status === 403 || status === 404 || status === 400)
      this.#show({ what: 'trouble', trouble: error.message, isForbidden: status === 403 });
    else {
      this.#note = `${error.message} Trying again…`;
      this.#watching ??= this.#watch();
      this.requestUpdate();
    }
  }

  #show(shown: Shown): void {
    this.#shown = shown;
    this.requestUpdate();
    document.title = shown.what === 'view' ? `${shown.view.title} · Stillhere` : 'Stillhere';
    const before = this.#place;
    this.#place = `${shown.what} ${location.pathname} ${document.title}`;
    if (before !== undefined && before !== this.#place) void this.#focusHeading();
    if (shown.what === 'login') {
      this.#watching?.abort();
      this.#watching = undefined;
    } else this.#watching ??= this.#watch();
  }

  /** What had the focus is gone with the page that was shown before. Screen readers say where the reader is now. */
  async #focusHeading(): Promise<void> {
    await this.updateComplete;
    const heading = this.renderRoot.querySelector('h1');
    if (!heading) return;
    heading.tabIndex = -1;
    heading.focus({ preventScroll: true });
  }

  #watch(): AbortController {
    const watching = new AbortController();
    const { signal } = watching;
    watchChanges(() => this.#refresh(), signal);
    const timer = setInterval(() => this.#refresh(), ASK_AGAIN_MS);
    signal.addEventListener('abort', () => clearInterval(timer));
    return watching;
  }
}

customElements.define('stillhere-owner', OwnerElement);
