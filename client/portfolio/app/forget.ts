// "Forget this device": delivers the reading first, then deletes everything that the reader left on the device.
import { signOut } from '../../../sw/offline/sign-out.ts';
import { FORGOTTEN_COOKIE, SESSION_COOKIE } from '../../../sw/protocol/delivery.ts';
import type { SessionHeartbeat } from '../../element.ts';
import { showNote } from './note.ts';

export function letForget(button: Element | null): void {
  if (!(button instanceof HTMLButtonElement)) return;
  button.hidden = false;
  button.addEventListener('click', () => {
    button.disabled = true;
    void forget(button);
  });
}

async function forget(button: Element): Promise<void> {
  const heartbeat = document.querySelector<SessionHeartbeat>('session-heartbeat')?.heartbeat;
  await heartbeat?.stop();
  const waiting = heartbeat?.status().lastDelivery?.waiting ?? 0;
  document.cookie = `${SESSION_COOKIE}=; Path=/; Max-Age=0`;
  // Other open pages keep their session without its cookie, but stop when they see this cookie.
  document.cookie = `${FORGOTTEN_COOKIE}=${Date.now()}; Path=/; SameSite=Lax`;
  const isTold = await signOut();
  document.querySelector('main')?.replaceChildren(farewell());
  button.remove();
  const lines = [
    'This device has forgotten you.',
    ...(isTold ? [] : ['The pages can’t be opened again. The last cookie will be deleted when you are back online.']),
    ...(waiting > 0
      ? [
          `${waiting === 1 ? 'One reading waits' : `${waiting} readings wait`} for the network, with the page, the time and the duration, but no name.`,
        ]
      : []),
  ];
  showNote(lines.join(' '), { text: 'Go to the home page', act: () => location.assign('/') });
}

/** Removes confidential content from the screen. */
function farewell(): Element {
  const head = document.createElement('div');
  head.className = 'page-head';
  const title = document.createElement('h1');
  title.textContent = 'Thank you for reading.';
  head.append(title);
  return head;
}
