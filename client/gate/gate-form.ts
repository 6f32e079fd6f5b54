// Entry of the gate's own script, for the form that server/gate/gate-page.ts or code-page.ts writes. It works without the script, which
// puts the caret after what was typed, shows that a button works, keeps the form while there is no network, says that an app on iOS
// has an access of its own, and follows personal links.

import { holdWhileOffline } from './hold-while-offline.ts';
import { followInvitation } from './invitation-link.ts';

/** If the browser gives up meanwhile, no event tells. The server makes one session of a form that is sent again. */
const PATIENCE_MS = 10_000;

const form = document.querySelector<HTMLFormElement>('form.stillhere-form');
const field = form?.querySelector<HTMLInputElement>('input[name=email]');

const firstButton = form?.querySelector('button');

// First: a form that is held is not sent, so nobody else is to hear of it.
if (form) holdWhileOffline(form);
if (form && field && firstButton) followInvitation(form, field, firstButton);
if (field) {
  moveCaretToEnd(field);
  tellOfInstalledApp(field);
}
if (form) showSending(form);

/** Browsers put it before the text of a focused field. Fields for e-mail addresses have no selection to set. */
function moveCaretToEnd(input: HTMLInputElement): void {
  const { value } = input;
  if (value === '' || value !== input.defaultValue) return;
  if (document.activeElement !== input) {
    // A field with `autofocus` gets the focus when the page is next drawn (HTML, "flush autofocus candidates").
    input.addEventListener('focus', () => moveCaretToEnd(input), { once: true });
    return;
  }
  input.value = '';
  input.value = value;
}

function showSending(sender: HTMLFormElement): void {
  const buttons = [...sender.querySelectorAll('button')].map((button) => ({ button, text: button.textContent }));
  let sending: HTMLElement | undefined;
  let patience: ReturnType<typeof setTimeout> | undefined;
  /** @param pressed the button by which it is sent; undefined: it isn't. */
  const show = (pressed?: HTMLElement): void => {
    sending = pressed;
    sender.setAttribute('aria-busy', String(Boolean(pressed)));
    for (const { button, text } of buttons) {
      const is = button === pressed;
      // Not `disabled`: the button would lose the focus.
      button.setAttribute('aria-disabled', String(is));
      button.textContent = is ? (button.dataset['opening'] ?? text) : text;
    }
    clearTimeout(patience);
    if (pressed) patience = setTimeout(show, PATIENCE_MS);
  };
  sender.addEventListener('submit', (event) => {
    if (sending) event.preventDefault();
    else show(event.submitter ?? buttons[0]?.button);
  });
  // Also when the page comes out of the back/forward cache.
  addEventListener('pageshow', () => show());
}

/** Only iOS has this property. There, an app on the home screen has cookies, and a queue of reading, of its own. */
function tellOfInstalledApp(input: HTMLInputElement): void {
  const note = document.getElementById('installed');
  if (!note || (navigator as { standalone?: boolean }).standalone !== true) return;
  note.hidden = false;
  input.setAttribute('aria-describedby', [input.getAttribute('aria-describedby'), note.id].filter(Boolean).join(' '));
}
