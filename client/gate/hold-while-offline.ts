// Keeps the form on the screen while there is no network: a browser that sends it then shows an error page instead, and an installed
// app has no button that leads back. server/gate/gate-page.ts writes the text.

/** Then the form is sent all the same, and the browser tells what is wrong. */
const PATIENCE_MS = 5_000;

/** Call it before other listeners for `submit` are added: they don't hear of a form that is held. */
export function holdWhileOffline(form: HTMLFormElement): void {
  let isReachable = false;
  let note: HTMLElement | undefined;
  const tell = (): void => {
    note?.remove();
    note = document.createElement('p');
    note.role = 'alert';
    note.textContent = form.dataset['offline'] ?? '';
    form.querySelector('button')?.before(note);
  };
  const submit = (submitter: HTMLElement | null): void => {
    isReachable = true;
    form.requestSubmit(submitter);
    isReachable = false;
  };
  form.addEventListener('submit', (event) => {
    if (navigator.onLine || isReachable) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    const { submitter } = event;
    // A browser may say so on a machine that reaches the server all the same.
    void isAnswered().then((is) => (is ? submit(submitter) : tell()));
  });
  addEventListener('online', () => note?.remove());
}

async function isAnswered(): Promise<boolean> {
  const signal = AbortSignal.timeout(PATIENCE_MS);
  return fetch(location.href, { method: 'HEAD', cache: 'no-store', redirect: 'manual', signal }).then(
    () => true,
    (error: unknown) => (error as Error).name === 'TimeoutError',
  );
}
