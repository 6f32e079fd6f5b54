// Shows a note while the device is offline, and that nothing is lost.
import { showNote } from './note.ts';

export function sayWhenOffline(): void {
  let hide: (() => void) | undefined;
  const look = (): void => {
    hide?.();
    hide = navigator.onLine ? undefined : showNote('You are offline. Your reading is saved.');
  };
  addEventListener('online', look);
  addEventListener('offline', look);
  if (!navigator.onLine) look();
}
