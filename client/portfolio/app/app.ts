// Entry of the portfolio's own script, which makes it an app. /stillhere.js records reading time.
import { sayWhenOffline } from './connection.ts';
import { letForget } from './forget.ts';
import { hintAtInstalling } from './install-hint.ts';
import { keepPage } from './keep-page.ts';
import { listPagesIn } from './offline-list.ts';
import { offerUpdates } from './update.ts';

const isConfidential = document.querySelector('session-heartbeat:not([deliver-only])') !== null;

sayWhenOffline();
offerUpdates();
hintAtInstalling(document.querySelector('article'));
if (isConfidential) {
  letForget(document.querySelector('[data-forget]'));
  // After the page's own images, because this is not urgent.
  if (document.readyState === 'complete') void keepPage();
  else addEventListener('load', () => void keepPage());
}
const list = document.querySelector('[data-offline-list]');
if (list) void listPagesIn(list);
