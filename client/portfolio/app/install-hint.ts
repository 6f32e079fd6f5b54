// Offers to install the portfolio: once, at the end of a text that has been read, and never over it.

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
  const line = document.createElement('p');
  line.textContent = prompt
    ? 'Install these pages as an app to read them offline, too.'
    : 'To read these pages offline, too, tap Share, then “Add to Home Screen”.';
  const button = (text: string, act: () => void): HTMLButtonElement => {
    const made = document.createElement('button');
    made.type = 'button';
    made.textContent = text;
    made.addEventListener('click', () => {
      aside.remove();
      act();
    });
    return made;
  };
  aside.append(line);
  if (prompt) aside.append(button('Install', () => void prompt.prompt()));
  aside.append(button('No, thank you', () => {}));
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
  try {
    return localStorage.getItem(OFFERED) !== null;
  } catch {
    return true;
  }
}

function rememberOffer(): void {
  try {
    localStorage.setItem(OFFERED, new Date().toISOString());
  } catch {
    // The hint will be offered again.
  }
}
