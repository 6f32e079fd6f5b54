// "Forget this device": access ends here, on the device at once and on the server as soon as it can be reached.
import { deletePageCaches } from './page-cache.ts';
import { END_ACCESS_PATH } from '../protocol/delivery.ts';

/** A cache with nothing in it: that the server has still to be told. It outlives page and worker, and both see it. */
const MARK = 'stillhere-access-ends';

/** Takes the pages away and has the server take the cookies. Resolves with whether the server has. */
export async function signOut(): Promise<boolean> {
  await caches.open(MARK);
  await deletePageCaches();
  return tellServer();
}

/** Tells the server what it could not be told before. Until that is done no page of the site is asked for. */
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
