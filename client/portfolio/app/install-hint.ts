// Offers to install the portfolio: once, at the end of a text that has been read, and never over it.

interface InstallPrompt extends Event {
  prompt(): Promise<{ readonly outcome: 'accepted' | 'dismissed' }>;
}

/** What the browser remembers for us: that it was offered. */
const OFFERED = 'stillhere-install-offered';
/** Who gets to the end sooner has not read. */
const READ_MS = 60_000;

/** @param text what is read on this page, if anything. */
export function hintAtInstalling(text: Element | null): void {
  let prompt: InstallPrompt | undefined;
  addEventListener('beforeinstallprompt', (event) => {
    event.preventDefault();
    prompt = event as InstallPrompt;
  });
  // Asked for at install: what waits for the network should outlast a full disk.
  addEventListener('appinstalled', () => void navigator.storage?.persist?.());
  if (!text || isInstalled() || wasOffered()) return;

  const end = document.createElement('div');
  text.after(end);
  const watch = new IntersectionObserver(
    ([entry]) => {
      // Near, but below the window: what is put there moves nothing that is seen.
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
    ? 'Keep these pages at hand: as an app they open without a network, too.'
    : 'Keep these pages at hand, without a network, too: tap Share, then “Add to Home Screen”.';
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

/** Its browsers install by hand only, and don't say that they can. */
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
    // Then it is offered again.
  }
}
