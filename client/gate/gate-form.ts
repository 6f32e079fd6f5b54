// Entry of the gate's own script, for the form that server/gate/gate-page.ts writes. The form works without it: it puts the
// caret after what was typed, shows that the button works, and says that an app on iOS has an access of its own.

/** If the browser gives up meanwhile, no event tells. The server makes one session of a form that is sent again. */
const PATIENCE_MS = 10_000;

const form = document.querySelector<HTMLFormElement>('form.stillhere-form');
const field = form?.querySelector<HTMLInputElement>('input[name=email]');
const button = form?.querySelector('button');

if (form && field && button) {
  moveCaretToEnd(field);
  showSending(form, button);
  tellOfInstalledApp(field);
}

/** Browsers put it before the text of a focused field. Fields for e-mail addresses have no selection to set. */
function moveCaretToEnd(input: HTMLInputElement): void {
  const { value } = input;
  if (value === '' || value !== input.defaultValue || document.activeElement !== input) return;
  input.value = '';
  input.value = value;
}

function showSending(sender: HTMLFormElement, sending: HTMLButtonElement): void {
  const text = sending.textContent;
  let isSending = false;
  let patience: ReturnType<typeof setTimeout> | undefined;
  const show = (is: boolean): void => {
    isSending = is;
    // Not `disabled`: the button would lose the focus.
    sending.setAttribute('aria-disabled', String(is));
    sender.setAttribute('aria-busy', String(is));
    sending.textContent = is ? (sending.dataset['opening'] ?? text) : text;
    clearTimeout(patience);
    if (is) patience = setTimeout(show, PATIENCE_MS, false);
  };
  sender.addEventListener('submit', (event) => {
    if (isSending) event.preventDefault();
    else show(true);
  });
  // Also when the page comes out of the back/forward cache.
  addEventListener('pageshow', () => show(false));
}

/** Only iOS has this property. There, an app on the home screen has cookies, and a queue of reading, of its own. */
function tellOfInstalledApp(input: HTMLInputElement): void {
  const note = document.getElementById('installed');
  if (!note || (navigator as { standalone?: boolean }).standalone !== true) return;
  note.hidden = false;
  input.setAttribute('aria-describedby', [input.getAttribute('aria-describedby'), note.id].filter(Boolean).join(' '));
}
