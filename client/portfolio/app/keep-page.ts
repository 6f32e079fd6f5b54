// Keeps the confidential page that is being read, with all that it needs, for reading it offline while the access lasts.
import {
  openPageCache,
  findGrant,
  deletePageCaches,
  grantOf,
  cachePage,
  type Grant,
} from '../../../sw/offline/page-cache.ts';
import { readSession } from '../../cookies.ts';

/** Longer than any timer can wait: those that are set for longer run at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Never rejects: a browser without room, or without caches (private windows), has nothing offline. */
export async function keepPage(): Promise<void> {
  const session = readSession();
  if (!session || !('caches' in window)) return;
  try {
    const url = location.origin + location.pathname;
    // The page before its pictures: what goes first when there is no room is a page, never a page's picture.
    const grant = await keepWhatAnswers(url, session);
    if (!grant) return;
    endWith(grant, session);
    for (const needed of whatPageNeeds()) await keepBeside(grant, needed);
  } catch {
    // The page is there all the same.
  }
}

async function keepWhatAnswers(url: string, session: string): Promise<Grant | undefined> {
  const grant = await findGrant((owner) => owner === session);
  const answer = await fetch(url, { cache: 'no-cache', priority: 'low' });
  const answered = grantOf(answer, session);
  if (answered === 'none') await deletePageCaches();
  // The reader may have had the device forget meanwhile.
  if (!answered || answered === 'none' || readSession() !== session) return undefined;
  // What comes from the device's own cache tells of an hour that has gone by: the first answer counts.
  const kept = grant ?? answered;
  if (!grant) await openPageCache(kept);
  await cachePage(kept, url, answer);
  return kept;
}

async function keepBeside(grant: Grant, url: string): Promise<void> {
  await cachePage(grant, url, await fetch(url, { priority: 'low' }));
}

/** Style sheets, scripts, fonts and pictures of this site, those too that are not loaded before they are scrolled to. */
function whatPageNeeds(): ReadonlySet<string> {
  const loaded = performance.getEntriesByType('resource').map(({ name }) => name);
  const pictures = Array.from(document.images, (image) => image.currentSrc || image.src);
  const isFile = (url: string): boolean =>
    url.startsWith(`${location.origin}/`) && !url.startsWith(`${location.origin}/api/`);
  return new Set([...loaded, ...pictures].filter(isFile));
}

/** A page may stay open longer than the access lasts. */
function endWith({ untilMs }: Grant, session: string): void {
  const takeWhatIsOver = (): void => void findGrant((owner) => owner === session);
  setTimeout(takeWhatIsOver, Math.min(untilMs - Date.now(), LONGEST_TIMER_MS));
}
