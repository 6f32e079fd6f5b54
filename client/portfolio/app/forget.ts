// "Forget this device": the reading is delivered first, then everything that the reader left here goes.
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
  // Other pages that are open keep their session without its cookie, but not over this.
  document.cookie = `${FORGOTTEN_COOKIE}=${Date.now()}; Path=/; SameSite=Lax`;
  const isTold = await signOut();
  document.querySelector('main')?.replaceChildren(farewell());
  button.remove();
  const lines = [
    'This device has forgotten you.',
    ...(isTold ? [] : ['The pages can’t be opened again; the last trace, a cookie, goes with the next connection.']),
    ...(waiting > 0
      ? [
          `${waiting === 1 ? 'One reading waits' : `${waiting} readings wait`} for the network: which page, when and how long, no name.`,
        ]
      : []),
  ];
  showNote(lines.join(' '), { text: 'To the first page', act: () => location.assign('/') });
}

/** What was confidential must not stay on the screen. */
function farewell(): Element {
  const head = document.createElement('div');
  head.className = 'page-head';
  const title = document.createElement('h1');
  title.textContent = 'Thank you for reading.';
  head.append(title);
  return head;
}
