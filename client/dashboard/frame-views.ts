// What surrounds the sessions on the owner's pages: the frame, the login, and what is shown while there is nothing else.
import { html, nothing, type TemplateResult } from 'lit';
import type { Viewer } from '../../sw/protocol/owner-api.ts';
import { OWN_TIME_ZONE, timeZone } from './wording.ts';
import { ownerPath, readOwnerPath } from './owner-path.ts';

const SECTIONS = [
  { path: '', name: 'Sessions', below: '/sessions/' },
  { path: '/readers', name: 'Readers', below: '/readers/' },
  { path: '/pages', name: 'Pages', below: '/pages/' },
  { path: '/days', name: 'Days', below: '/days/' },
  { path: '/invitations', name: 'Invitations', below: '/invitations/' },
  { path: '/share', name: 'Share', below: '/share/' },
] as const;

export interface OwnerActions {
  readonly logOut: () => void;
  readonly setTimeZone: (zone: string) => void;
}

/**
 * @param actions undefined: the owner isn't logged in.
 * @param note why what is shown may be old.
 * @param viewer undefined: not known yet.
 */
export function shellView(
  main: TemplateResult,
  actions: OwnerActions | undefined,
  note: string | undefined,
  viewer: Viewer | undefined,
): TemplateResult {
  return html`
    <header>
      <a class="brand" href=${ownerPath()}>Stillhere</a>
      ${note === undefined ? nothing : html`<span class="note" role="status">${note}</span>`}
      ${actions ? html`${zoneChoice(actions.setTimeZone)}<button class="quiet" @click=${actions.logOut}>Log out</button>` : nothing}
      ${actions ? sections(readOwnerPath(location.pathname) ?? '', viewer) : nothing}
    </header>
    ${main}
  `;
}

/** Those that the viewer may see: a shared link isn't shared on, and pages alone have no readers and days. */
function sections(here: string, viewer: Viewer | undefined): TemplateResult {
  const own = ['Invitations', 'Share'];
  const hidden = viewer?.role !== 'share' ? [] : viewer.pages === null ? own : [...own, 'Readers', 'Days'];
  return html`
    <nav class="sections" aria-label="Sections">
      ${SECTIONS.filter(({ name }) => !hidden.includes(name)).map(
        ({ path, name, below }) => html`
          <a href=${ownerPath(path)} aria-current=${here === path ? 'page' : here.startsWith(below) ? 'true' : nothing}
            >${name}</a
          >
        `,
      )}
    </nav>
  `;
}

function zoneChoice(set: (zone: string) => void): TemplateResult {
  const zones = [...new Set([OWN_TIME_ZONE, 'UTC', timeZone(), ...Intl.supportedValuesOf('timeZone')])];
  const onChange = (event: Event): void => set((event.target as HTMLSelectElement).value);
  return html`
    <label class="zone">
      Times in
      <select @change=${onChange}>
        ${zones.map((zone) => html`<option value=${zone} ?selected=${zone === timeZone()}>${zone.replaceAll('_', ' ')}</option>`)}
      </select>
    </label>
  `;
}

export function loadingView(): TemplateResult {
  return html`<main aria-busy="true"></main>`;
}

/** @param isForbidden a shared link doesn't show it. */
export function notFoundView(trouble: string, isForbidden: boolean): TemplateResult {
  return html`
    <main>
      <h1>${isForbidden ? 'Not shown here' : 'Not found'}</h1>
      <p class="empty">${trouble}</p>
      <p><a href=${ownerPath()}>All sessions</a></p>
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
