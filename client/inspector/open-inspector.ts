// Opens and closes the inspector: by Ctrl+Shift+H, by ?heartbeat-inspector in the address, and on each further page of
// the tab until it is closed. Switches the option `debug` on by ?heartbeat-debug. A separate script, so that readers' pages
// load only this.
import '../served-base.ts';

/** In the same folder as this script. */
const INSPECTOR = './stillhere-inspector.js';
const OPEN_KEY = 'stillhere-inspector';
let openedFrom: Element | null = null;

function isRemembered(): boolean {
  try {
    return sessionStorage.getItem(OPEN_KEY) !== null;
  } catch {
    return false;
  }
}

function remember(isOpen: boolean): void {
  try {
    if (isOpen) sessionStorage.setItem(OPEN_KEY, 'open');
    else sessionStorage.removeItem(OPEN_KEY);
  } catch {
    // Storage is denied, so the inspector must be opened again on each page.
  }
}

async function open(): Promise<HTMLElement> {
  remember(true);
  await import(/* @vite-ignore */ new URL(/* @vite-ignore */ INSPECTOR, import.meta.url).href);
  const inspector = document.createElement('heartbeat-inspector');
  inspector.addEventListener('close', () => {
    remember(false);
    if (openedFrom instanceof HTMLElement) openedFrom.focus();
  });
  document.body.append(inspector);
  return inspector;
}

async function toggle(): Promise<void> {
  const inspector = document.querySelector('heartbeat-inspector');
  if (inspector) return inspector.remove();
  openedFrom = document.activeElement;
  (await open()).focus();
}

addEventListener('keydown', (event) => {
  if (event.code !== 'KeyH' || !event.ctrlKey || !event.shiftKey || event.altKey || event.metaKey) return;
  // Otherwise Firefox opens its history.
  event.preventDefault();
  void toggle();
});

const asked = new URLSearchParams(location.search);
if (asked.has('heartbeat-inspector') || isRemembered()) void open();
// The element reads it when it is defined, by a script that comes after this one.
if (asked.has('heartbeat-debug'))
  for (const heartbeat of document.querySelectorAll('session-heartbeat')) heartbeat.setAttribute('debug', '');
