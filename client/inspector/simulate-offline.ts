// Simulates one minute offline on this device, for testing. It is a pause of the queue with its own cause, so page and
// worker obey it even after a restart. It ends by itself.
import type { Pause } from '../../sw/channel/backoff.ts';
import { withDeliveryLock } from '../../sw/channel/delivery-lock.ts';
import { OFFLINE_COOKIE } from '../cookies.ts';
import { answer, useStores } from '../ui/device-database.ts';

export const OFFLINE_MS = 60_000;

/** When the simulation ends; undefined if it isn't active. */
export function offlineUntil(pause: Pause | undefined, now: number): number | undefined {
  return pause?.cause === 'simulated' && pause.since <= now && now < pause.until ? pause.until : undefined;
}

/** Resolves when this device no longer sends anything. Rejects with a message for people if that is not possible. */
export async function goOffline(): Promise<void> {
  setCookie(OFFLINE_MS);
  try {
    // A receipt that arrives afterwards would end the pause, so it waits for a running request.
    await withDeliveryLock(async () => {
      const isOffline = await useStores('readwrite', async (store) => {
        const state = store('state');
        const before = await answer<Pause | undefined>(state.get('pause'));
        const since = Date.now();
        if (before && isAsked(before, since))
          throw new Error('The server has asked this device to wait, so it is sending nothing already');
        const pause: Pause = { cause: 'simulated', failures: before?.failures ?? 0, since, until: since + OFFLINE_MS };
        await answer(state.put(pause, 'pause'));
        return true;
      });
      if (!isOffline) throw new Error('Nothing is stored on this device yet');
    });
  } catch (error) {
    setCookie(0);
    throw error;
  }
}

/** Ends the simulation. */
export async function goOnline(): Promise<void> {
  setCookie(0);
  await useStores('readwrite', async (store) => {
    const state = store('state');
    const pause = await answer<Pause | undefined>(state.get('pause'));
    if (pause?.cause === 'simulated') await answer(state.delete('pause'));
  });
}

/** True for pauses that must not be replaced. */
function isAsked({ cause, since, until }: Pause, now: number): boolean {
  return (cause === 'server' || cause === 'denied') && since <= now && now < until;
}

function setCookie(forMs: number): void {
  // oxlint-disable-next-line unicorn/no-document-cookie -- Firefox before 140 has no cookieStore
  document.cookie = `${OFFLINE_COOKIE}=1; max-age=${forMs / 1000}; path=/; samesite=strict`;
}
