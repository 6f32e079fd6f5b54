// A new version of the site is offered, never forced: what is being read doesn't change in the middle.
import type { SkipWaiting } from '../../../sw/protocol/messages.ts';
import { showNote } from './note.ts';

export function offerUpdates(): void {
  if (!('serviceWorker' in navigator)) return;
  void navigator.serviceWorker.ready.then(watchFor);
}

function watchFor(registration: ServiceWorkerRegistration): void {
  const look = (): void => {
    const { installing, waiting } = registration;
    if (waiting) offer(waiting);
    else installing?.addEventListener('statechange', look, { once: true });
  };
  registration.addEventListener('updatefound', look);
  look();
}

function offer(waiting: ServiceWorker): void {
  const take = (): void => {
    // Only the tab in which it was asked for is loaded anew; the others go on, and get it with their next page.
    navigator.serviceWorker.addEventListener('controllerchange', () => location.reload(), { once: true });
    const takeOver: SkipWaiting = { type: 'stillhere-take-over' };
    waiting.postMessage(takeOver, []);
    // Chromium 156 takes 30 s where the page still asks the old worker for a picture as it ends: it is started again then, and
    // nobody tells it to end. Asking again changes nothing (measured).
    showNote('The new version is coming …');
  };
  showNote('There is a new version of this site.', { text: 'Show it', act: take }, { text: 'Later', act: () => {} });
}
