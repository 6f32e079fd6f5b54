// "Forget this device": asks first, then delivers the reading, and deletes everything that the reader left on the device.
import { signOut } from '../../../sw/offline/sign-out.ts';
import { FORGOTTEN_COOKIE, SESSION_COOKIE } from '../../../sw/protocol/delivery.ts';
import type { SessionHeartbeat } from '../../element.ts';
import { askToForget } from './forget-dialog.ts';
import { forgetPlaces } from './places.ts';
import { say, sayIn } from './translate.ts';

export function letForget(button: Element | null): void {
  if (!(button instanceof HTMLButtonElement)) return;
  button.hidden = false;
  button.addEventListener('click', () => void forgetIfSure(button));
}

async function forgetIfSure(button: HTMLButtonElement): Promise<void> {
  if (await askToForget()) await forget(button);
}

async function forget(button: HTMLButtonElement): Promise<void> {
  button.disabled = true;
  const heartbeat = document.querySelector<SessionHeartbeat>('session-heartbeat')?.heartbeat;
  await heartbeat?.stop();
  const waiting = heartbeat?.status().lastDelivery?.waiting ?? 0;
  document.cookie = `${SESSION_COOKIE}=; Path=/; Max-Age=0`;
  // Other open pages keep their session without its cookie, but stop when they see this cookie.
  document.cookie = `${FORGOTTEN_COOKIE}=${Date.now()}; Path=/; SameSite=Lax`;
  forgetPlaces();
  const isTold = await signOut();
  button.remove();
  showFarewell([
    say('forgotten'),
    ...(isTold ? [] : [say('lastCookie')]),
    ...(waiting > 0 ? [waiting === 1 ? say('oneWaits') : say('manyWait').replace('{count}', String(waiting))] : []),
  ]);
}

/** Replaces the confidential content by a word of thanks, what became of the device, and what the owner keeps. */
function showFarewell(onDevice: readonly string[]): void {
  const head = document.createElement('div');
  head.className = 'page-head farewell';
  const title = sayIn('h1', say('farewell'));
  title.tabIndex = -1;
  const home = sayIn('a', say('toHome'));
  home.className = 'button';
  home.href = '/';
  head.append(title, section(say('onThisDevice'), onDevice), section(say('whatStays'), [say('recorded')]), home);
  document.querySelector('main')?.replaceChildren(head);
  document.querySelector('.site-foot [data-text=recorded]')?.closest('p')?.remove();
  document.title = say('farewell');
  scrollTo({ top: 0, behavior: 'instant' });
  title.focus();
}

function section(heading: string, lines: readonly string[]): Element {
  const made = document.createElement('section');
  made.append(sayIn('h2', heading), ...lines.map((line) => sayIn('p', line)));
  return made;
}
