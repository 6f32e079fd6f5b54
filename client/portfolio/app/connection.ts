// Says that the device is offline, and that nothing is lost by it.
import { showNote } from './note.ts';

export function sayWhenOffline(): void {
  let hide: (() => void) | undefined;
  const look = (): void => {
    hide?.();
    hide = navigator.onLine ? undefined : showNote('Offline. Your place is kept.');
  };
  addEventListener('online', look);
  addEventListener('offline', look);
  if (!navigator.onLine) look();
}
