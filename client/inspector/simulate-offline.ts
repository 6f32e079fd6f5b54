// This device is offline for a minute, for somebody who wants to see what happens then. It is a pause of the queue with a
// cause of its own, so page and worker obey it, also after a restart; and it ends by itself, whether or not anyone looks.
import type { Pause } from '../../sw/channel/backoff.ts';
import { withDeliveryLock } from '../../sw/channel/delivery-lock.ts';
import { OFFLINE_COOKIE } from '../cookies.ts';
import { answer, useStores } from '../ui/device-database.ts';

export const OFFLINE_MS = 60_000;

/** The device is offline for show, until then; undefined if it isn't. */
export function offlineUntil(pause: Pause | undefined, now: number): number | undefined {
  return pause?.cause === 'simulated' && pause.since <= now && now < pause.until ? pause.until : undefined;
}

/** Resolves when nothing leaves this device any more. Rejects, with words for a person, where that can't be had. */
export async function goOffline(): Promise<void> {
  setCookie(OFFLINE_MS);
  try {
    // A receipt that comes after it would end it: so not while a request is under way.
    await withDeliveryLock(async () => {
      const isOffline = await useStores('readwrite', async (store) => {
        const state = store('state');
        const before = await answer<Pause | undefined>(state.get('pause'));
        const since = Date.now();
        if (before && isAsked(before, since))
          throw new Error('The server has asked this device to wait: nothing leaves it');
        const pause: Pause = { cause: 'simulated', failures: before?.failures ?? 0, since, until: since + OFFLINE_MS };
        await answer(state.put(pause, 'pause'));
        return true;
      });
      if (!isOffline) throw new Error('Nothing is kept on this device yet');
    });
  } catch (error) {
    setCookie(0);
    throw error;
  }
}

/** Ends it at once. */
export async function goOnline(): Promise<void> {
  setCookie(0);
  await useStores('readwrite', async (store) => {
    const state = store('state');
    const pause = await answer<Pause | undefined>(state.get('pause'));
    if (pause?.cause === 'simulated') await answer(state.delete('pause'));
  });
}

/** A pause that isn't ours to put aside. */
function isAsked({ cause, since, until }: Pause, now: number): boolean {
  return (cause === 'server' || cause === 'denied') && since <= now && now < until;
}

function setCookie(forMs: number): void {
  // oxlint-disable-next-line unicorn/no-document-cookie -- Firefox before 140 has no cookieStore
  document.cookie = `${OFFLINE_COOKIE}=1; max-age=${forMs / 1000}; path=/; samesite=strict`;
}
