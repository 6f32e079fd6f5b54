// Links and searches between the owner's pages: they change the address and don't load the page again.
import { ownerPath, readOwnerPath } from './owner-path.ts';
import { OWN_TIME_ZONE, timeZone } from './wording.ts';

/** @param show shows what the address names now. */
export function followLinks(root: Node, show: () => void): void {
  const go = (url: URL): void => {
    if (timeZone() !== OWN_TIME_ZONE) url.searchParams.set('zone', timeZone());
    history.pushState(null, '', url);
    scrollTo(0, 0);
    show();
  };
  const follow = (event: Event, url: URL | undefined): void => {
    if (!url) return;
    event.preventDefault();
    go(url);
  };
  addEventListener('popstate', show);
  root.addEventListener('click', (event) => follow(event, linkOf(event as MouseEvent)));
  root.addEventListener('submit', (event) => follow(event, searchOf(event as SubmitEvent)));
}

/** Undefined: the browser follows it, to another page or in another tab. */
function linkOf(event: MouseEvent): URL | undefined {
  const link = event.composedPath().find((target) => target instanceof HTMLAnchorElement);
  if (!link || link.origin !== location.origin || readOwnerPath(link.pathname) === undefined) return undefined;
  if (event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return undefined;
  return new URL(link.href);
}

/** What is filled in goes to the address. Undefined: the form isn't a search. */
function searchOf(event: SubmitEvent): URL | undefined {
  const form = event.target as HTMLFormElement;
  // Not `form.action`: of a form without one, that is the address of the page, and the login's token must not get there.
  if (form.getAttribute('action') !== ownerPath()) return undefined;
  const url = new URL(form.action);
  for (const [name, value] of new FormData(form))
    if (typeof value === 'string' && value !== '') url.searchParams.set(name, value);
  return url;
}
