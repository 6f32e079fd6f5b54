// "Forget this device": ends access on the device immediately, and on the server as soon as it can be reached.
import { deletePageCaches } from './page-cache.ts';
import { END_ACCESS_PATH } from '../protocol/delivery.ts';

/** An empty cache that marks a pending request to the server. It outlives page and worker, and both can see it. */
const MARK = 'stillhere-access-ends';

/** Deletes the pages and has the server delete the cookies. Resolves with true if the server confirmed. */
export async function signOut(): Promise<boolean> {
  await caches.open(MARK);
  await deletePageCaches();
  return tellServer();
}

/** Sends a pending sign-out to the server. No page of the site is requested before that. */
export async function finishSignOut(): Promise<void> {
  if (await caches.has(MARK)) await tellServer();
}

async function tellServer(): Promise<boolean> {
  const isTold = await fetch(globalThis.origin + END_ACCESS_PATH, { method: 'POST' })
    .then(
      async (answer) => ((await answer.json()) as { success?: unknown }).success === true,
      () => false,
    )
    .catch(() => false);
  if (isTold) await caches.delete(MARK);
  return isTold;
}
