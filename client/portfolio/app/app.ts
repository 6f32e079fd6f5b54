// Entry of the portfolio's own script, which makes it an app. /stillhere.js records reading time.
import { readSession } from '../../cookies.ts';
import { sayWhenOffline } from './connection.ts';
import { letForget } from './forget.ts';
import { hintAtInstalling } from './install-hint.ts';
import { keepPage } from './keep-page.ts';
import { rememberPlace, returnToPlace } from './keep-place.ts';
import { listPagesIn } from './offline-list.ts';
import { dropEndedPlaces } from './places.ts';
import { translatePage } from './translate.ts';
import { offerUpdates } from './update.ts';

const isConfidential = document.querySelector('session-heartbeat:not([deliver-only])') !== null;
const text = document.querySelector('article');

translatePage();
dropEndedPlaces(readSession());
sayWhenOffline(isConfidential);
offerUpdates();
hintAtInstalling(text);
if (isConfidential) {
  if (text) returnToPlace(text);
  letForget(document.querySelector('[data-forget]'));
  const keep = (): void => void keepPage((access) => text && rememberPlace(text, access));
  // After the page's own images, because this is not urgent.
  if (document.readyState === 'complete') keep();
  else addEventListener('load', keep);
}
const list = document.querySelector('[data-offline-list]');
if (list) void listPagesIn(list);
