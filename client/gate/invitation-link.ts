// A personal link, `/access/invited#<token>`: takes the token out of the address, asks the server whose it is, and fills in the form.
// The reader's click sends it. server/gate/gate-page.ts writes the fields, and server/gate/invitation-routes.ts answers.

/** Without an answer, the form can be sent all the same: the server checks the token again. */
const PATIENCE_MS = 10_000;

interface LinkAnswer {
  readonly email?: string;
  readonly error?: string;
}

/** Does nothing where the form isn't that of a personal link. */
export function followInvitation(form: HTMLFormElement, field: HTMLInputElement, button: HTMLButtonElement): void {
  const token = form.querySelector<HTMLInputElement>('input[name=invitation]');
  const status = form.querySelector<HTMLElement>('#link');
  const label = form.querySelector('label');
  const below = [button, ...form.querySelectorAll<HTMLElement>('small, .stillhere-choice')];
  const [typed, byLink] = ['#typed', '#by-link'].map((notice) => form.querySelector<HTMLElement>(notice));
  if (!token || !status || !label) return;
  /** `missing` is what to say without a token, where no address can be typed. */
  const { lookUp = '', failed = '', missing } = status.dataset;
  const isTypable = missing === undefined;
  let asked = '';

  const show = (hasAddress: boolean, canSend: boolean, isByLink = true): void => {
    for (const part of [label, field]) part.hidden = !hasAddress;
    for (const part of below) part.hidden = !canSend;
    if (typed) typed.hidden = isByLink;
    if (byLink) byLink.hidden = !isByLink;
  };
  const tell = (reason: string): void => {
    const alert = document.createElement('p');
    alert.id = 'reason';
    alert.role = 'alert';
    alert.textContent = reason;
    field.after(alert);
  };
  const follow = async (): Promise<void> => {
    const found = takeToken();
    // After a refusal, the server has written the token, or the reason, into the form.
    if (found === '') {
      if (missing !== undefined && token.value === '' && asked === '' && !form.querySelector('#reason')) tell(missing);
      return;
    }
    asked = found;
    form.querySelector('#reason')?.remove();
    token.value = '';
    field.readOnly = false;
    show(false, false);
    status.hidden = false;
    const { state, answer } = await ask(lookUp, found);
    if (asked !== found) return;
    status.hidden = true;
    if (state === 'bad') {
      keep(undefined);
      tell(answer.error ?? failed);
      show(isTypable, isTypable, false);
      return;
    }
    token.value = found;
    if (state === 'failed') {
      tell(answer.error ?? failed);
      show(false, true);
      return;
    }
    field.value = answer.email ?? '';
    field.readOnly = true;
    show(true, true);
    field.focus();
    // The caret is at the end of a long address.
    field.scrollLeft = 0;
  };
  addEventListener('hashchange', () => void follow());
  form.addEventListener('submit', () => keep(undefined));
  void follow();
}

/**
 * Removes it from the address at once, so that no other page, script or bookmark gets it. The browser keeps it with the entry in the tab's
 * history, for when the page is loaded again.
 */
function takeToken(): string {
  const token = location.hash.slice(1);
  if (location.hash !== '') keep(token);
  return (history.state as { readonly invitation?: string } | null)?.invitation ?? '';
}

function keep(invitation: string | undefined): void {
  history.replaceState(invitation && { invitation }, '', location.pathname + location.search);
}

async function ask(
  address: string,
  invitation: string,
): Promise<{ readonly state: 'good' | 'bad' | 'failed'; readonly answer: LinkAnswer }> {
  try {
    const response = await fetch(address, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ invitation }),
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    const answer = (await response.json()) as LinkAnswer;
    if (response.ok) return { state: 'good', answer };
    // Of a server that fails, the error is not for readers.
    return response.status < 500
      ? { state: response.status === 403 ? 'bad' : 'failed', answer }
      : { state: 'failed', answer: {} };
  } catch {
    return { state: 'failed', answer: {} };
  }
}
