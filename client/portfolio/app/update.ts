// Offers a new version of the site and never forces it, so that pages don't change while they are read.
import type { SkipWaiting } from '../../../sw/protocol/messages.ts';
import { showNote } from './note.ts';
import { say } from './translate.ts';

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
    // Only this tab reloads. Others stay as they are and get the new version on their next page.
    navigator.serviceWorker.addEventListener('controllerchange', () => location.reload(), { once: true });
    const takeOver: SkipWaiting = { type: 'stillhere-take-over' };
    waiting.postMessage(takeOver, []);
    // Chromium 156 takes 30 s if the page requests an image from the old worker while that is ending: the worker is
    // restarted and not told to end. Asking again changes nothing (measured).
    showNote(say('updating'));
  };
  showNote(say('newVersion'), [{ text: say('update'), act: take }], () => {});
}
