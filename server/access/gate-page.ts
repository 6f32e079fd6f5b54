// The form page of the gate. It works without its one script, which delivers what an earlier visit left on the device:
// who comes back after access ended comes here.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

export interface GateForm {
  /** Where the form is sent. */
  readonly action: string;
  /** Where it leads. */
  readonly next: string;
  /** Why it is shown again. */
  readonly reason?: string;
  /** What was typed. */
  readonly email?: string | undefined;
}

const STYLE = readFileSync(new URL('gate.css', import.meta.url), 'utf8');

/** For `style-src` of the Content-Security-Policy: the page's one stylesheet. */
export const GATE_STYLE_HASH = `'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`;

export function gatePage({ action, next, reason, email = '' }: GateForm): string {
  const refusal = reason && `<p id="reason" role="alert">${escapeHtml(reason)}</p>`;
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="robots" content="noindex">
    <link rel="icon" href="data:,">
    <title>Confidential</title>
    <style>${STYLE}</style>
    <script type="module" src="/stillhere.js"></script>
  </head>
  <body>
    <main>
      <h1>Confidential</h1>
      <p>These pages are shown to people who say who they are. Your e-mail address is all it takes.</p>
      <form method="post" action="${escapeHtml(action)}" novalidate>
        <input type="hidden" name="next" value="${escapeHtml(next)}">
        <label for="email">E-mail address</label>
        <input id="email" name="email" type="email" inputmode="email" autocomplete="email" autocapitalize="none"
          spellcheck="false" required autofocus value="${escapeHtml(email)}"${reason ? ' aria-invalid="true" aria-describedby="reason"' : ''}>
        ${refusal ?? ''}
        <button>Read on</button>
        <small>By entering you agree that the owner of these pages sees your address, which pages you read, and for how
          long. Nothing else is recorded.</small>
      </form>
    </main>
    <session-heartbeat deliver-only></session-heartbeat>
  </body>
</html>
`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
}
