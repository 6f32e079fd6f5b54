// Caches the confidential page that is being read, with its resources, for offline reading while the access lasts.
import {
  openPageCache,
  findGrant,
  deletePageCaches,
  grantOf,
  cachePage,
  type Grant,
} from '../../../sw/offline/page-cache.ts';
import { readSession } from '../../cookies.ts';
import { dropEndedPlaces, forgetPlaces } from './places.ts';

/** The maximum timer delay. Longer ones fire immediately. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/**
 * Never rejects. Without storage space or caches (private windows), nothing is available offline.
 * @param onGrant called once, as soon as it is known how long the access lasts.
 */
export async function keepPage(onGrant: (grant: Grant) => void): Promise<void> {
  const session = readSession();
  if (!session || !('caches' in window)) return;
  try {
    const url = location.origin + location.pathname;
    // The page before its images: if space runs out, whole pages are deleted first, never a page's image.
    const known = await findGrant((owner) => owner === session);
    if (known) onGrant(known);
    const grant = await keepWhatAnswers(url, session, known);
    if (!grant) return;
    if (!known) onGrant(grant);
    endWith(grant, session);
    for (const needed of whatPageNeeds()) await keepBeside(grant, needed);
  } catch {
    // The page itself still works.
  }
}

async function keepWhatAnswers(url: string, session: string, grant: Grant | undefined): Promise<Grant | undefined> {
  const answer = await fetch(url, { cache: 'no-cache', priority: 'low' });
  const answered = grantOf(answer, session);
  if (answered === 'none') {
    forgetPlaces();
    await deletePageCaches();
  }
  // The reader may have used "Forget this device" meanwhile.
  if (!answered || answered === 'none' || readSession() !== session) return undefined;
  // A response from the device's own cache contains an outdated access time, so the first response counts.
  const kept = grant ?? answered;
  if (!grant) await openPageCache(kept);
  await cachePage(kept, url, answer);
  return kept;
}

async function keepBeside(grant: Grant, url: string): Promise<void> {
  await cachePage(grant, url, await fetch(url, { priority: 'low' }));
}

/** The site's style sheets, scripts, fonts and images, including images that load only on scrolling. */
function whatPageNeeds(): ReadonlySet<string> {
  const loaded = performance.getEntriesByType('resource').map(({ name }) => name);
  const pictures = Array.from(document.images, (image) => image.currentSrc || image.src);
  const isFile = (url: string): boolean =>
    url.startsWith(`${location.origin}/`) && !url.startsWith(`${location.origin}/api/`);
  return new Set([...loaded, ...pictures].filter(isFile));
}

/** A page may stay open longer than the access lasts. */
function endWith({ untilMs }: Grant, session: string): void {
  const takeWhatIsOver = (): void => {
    dropEndedPlaces(session);
    void findGrant((owner) => owner === session);
  };
  setTimeout(takeWhatIsOver, Math.min(untilMs - Date.now(), LONGEST_TIMER_MS));
}
