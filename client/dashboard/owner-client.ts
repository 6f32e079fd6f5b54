// The owner's API, as the pages use it. The login's cookie comes with each request by itself.
import type { SessionDetail, SessionView } from '../../sw/protocol/owner-api.ts';

const LOGIN_PATH = '/api/owner/login';
const PAGE_SIZE = 100;

/** The server's own words, or the browser's where no server answered. */
export class RequestError extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** Newest first. */
export async function listSessions(signal: AbortSignal): Promise<readonly SessionView[]> {
  const { sessions } = await ask<{ sessions: readonly SessionView[] }>(`/api/sessions?pageSize=${PAGE_SIZE}`, {
    signal,
  });
  return sessions;
}

/** @param ref names the session in addresses: its id would let whoever sees it write to the session. */
export function findSession(ref: string, signal: AbortSignal): Promise<SessionDetail> {
  return ask(`/api/sessions/${encodeURIComponent(ref)}`, { signal });
}

export async function logIn(key: { readonly code: string } | { readonly token: string }): Promise<void> {
  const headers = { 'content-type': 'application/json' };
  await ask(LOGIN_PATH, { method: 'POST', headers, body: JSON.stringify(key) });
}

export async function logOut(): Promise<void> {
  await ask(LOGIN_PATH, { method: 'DELETE' });
}

/** Calls `listener` soon after sessions have changed, and when the connection is lost or back. */
export function watchChanges(listener: () => void, signal: AbortSignal): void {
  const source = new EventSource('/api/live');
  for (const type of ['changed', 'open', 'error']) source.addEventListener(type, listener);
  signal.addEventListener('abort', () => source.close());
}

async function ask<Answer>(path: string, options: RequestInit): Promise<Answer> {
  const response = await fetch(path, options).catch((error: unknown) => {
    throw (error as Error).name === 'AbortError' ? error : new RequestError(0, 'The server can’t be reached.');
  });
  const answer = (await response.json().catch(() => ({}))) as Answer & { readonly error?: string };
  if (!response.ok) throw new RequestError(response.status, answer.error ?? `The server answered ${response.status}.`);
  return answer;
}
