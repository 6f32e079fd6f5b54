// Offers to install the portfolio: once, at the end of a text that has been read, and never over it.
import { openStorage } from './open-storage.ts';
import { say, sayIn } from './translate.ts';

interface InstallPrompt extends Event {
  prompt(): Promise<{ readonly outcome: 'accepted' | 'dismissed' }>;
}

/** The key that records that the offer was made. */
const OFFERED = 'stillhere-install-offered';
/** A reader who reaches the end sooner has not read the text. */
const READ_MS = 60_000;

/** @param text the text on this page, if any. */
export function hintAtInstalling(text: Element | null): void {
  let prompt: InstallPrompt | undefined;
  addEventListener('beforeinstallprompt', (event) => {
    event.preventDefault();
    prompt = event as InstallPrompt;
  });
  // Requested on installation, so that a full disk doesn't evict undelivered reading.
  addEventListener('appinstalled', () => void navigator.storage?.persist?.());
  if (!text || isInstalled() || wasOffered()) return;

  const end = document.createElement('div');
  text.after(end);
  const watch = new IntersectionObserver(
    ([entry]) => {
      // Close to the window but below it, so that inserting the hint moves no visible content.
      const isNear = entry?.isIntersecting && entry.boundingClientRect.top > innerHeight;
      if (!isNear || performance.now() < READ_MS || !(prompt ?? isIos())) return;
      watch.disconnect();
      rememberOffer();
      end.replaceWith(hint(prompt));
    },
    { rootMargin: '0px 0px 50% 0px' },
  );
  watch.observe(end);
}

function hint(prompt: InstallPrompt | undefined): Element {
  const aside = document.createElement('aside');
  aside.className = 'hint';
  const line = sayIn('p', say(prompt ? 'install' : 'installOnIos'));
  const button = (text: string, act: () => void, isQuiet = false): HTMLButtonElement => {
    const made = sayIn('button', text);
    made.type = 'button';
    made.className = isQuiet ? 'button quiet' : 'button';
    made.addEventListener('click', () => {
      aside.remove();
      act();
    });
    return made;
  };
  aside.append(line);
  if (prompt) aside.append(button(say('installButton'), () => void prompt.prompt()));
  aside.append(button(say('noInstall'), () => {}, true));
  return aside;
}

function isInstalled(): boolean {
  return (
    matchMedia('(display-mode: standalone)').matches || (navigator as { standalone?: boolean }).standalone === true
  );
}

/** iOS browsers support only manual installation and fire no event for it. */
function isIos(): boolean {
  return 'standalone' in navigator;
}

function wasOffered(): boolean {
  const storage = openStorage('localStorage');
  return !storage || storage.getItem(OFFERED) !== null;
}

function rememberOffer(): void {
  try {
    openStorage('localStorage')?.setItem(OFFERED, new Date().toISOString());
  } catch {
    // The hint will be offered again.
  }
}
