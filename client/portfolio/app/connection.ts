// While the device is offline, shows a note which says that nothing is lost. A reader who closes it sees it again in the next outage.
import { showNote } from './note.ts';
import { openStorage } from './open-storage.ts';
import { say } from './translate.ts';

/** Set in this tab while the reader wants no note of the current outage. */
const CLOSED = 'stillhere-offline-note-closed';

/** @param isRecorded what is read on this page is recorded. */
export function sayWhenOffline(isRecorded: boolean): void {
  const storage = openStorage('sessionStorage');
  let hide: (() => void) | undefined;
  const look = (): void => {
    hide?.();
    hide = undefined;
    if (navigator.onLine) storage?.removeItem(CLOSED);
    else if (!storage?.getItem(CLOSED))
      hide = showNote(say(isRecorded ? 'offline' : 'offlineOnPublicPage'), [], () => storage?.setItem(CLOSED, 'true'));
  };
  addEventListener('online', look);
  addEventListener('offline', look);
  look();
}
