// The calls to the owner's API. The browser adds the cookie of the login.
import type { SessionDetail, SessionView, SpanList, SpanView } from '../../sw/protocol/owner-api.ts';

const LOGIN_PATH = '/api/owner/login';
const PAGE_SIZE = 100;
/** How long the server may take to answer. */
const ANSWER_MS = 20_000;

/** A request that failed. The message is the server's, unless it could not be reached. */
export class RequestError extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

export interface SessionList {
  /** Newest first. */
  readonly sessions: readonly SessionView[];
  /** There are older ones. */
  readonly isCut: boolean;
}

export async function listSessions(signal: AbortSignal): Promise<SessionList> {
  const path = `/api/sessions?pageSize=${PAGE_SIZE}`;
  const { sessions, next } = await ask<{ sessions: readonly SessionView[]; next?: string }>(path, { signal });
  return { sessions, isCut: next !== undefined };
}

/** @param ref the session's name in URLs. Its id must not appear there: whoever knows the id can write to the session. */
export async function findSession(ref: string, signal: AbortSignal): Promise<SessionDetail> {
  const path = `/api/sessions/${encodeURIComponent(ref)}`;
  const session = await ask<SessionDetail>(path, { signal });
  const spans: SpanView[] = [...session.spans];
  for (let { next } = session; next !== undefined;) {
    const more: SpanList = await ask(`${path}/spans?cursor=${next}`, { signal });
    spans.push(...more.spans);
    ({ next } = more);
  }
  return { ...session, spans };
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

async function ask<Answer>(path: string, { signal, ...options }: RequestInit): Promise<Answer> {
  const limits = [AbortSignal.timeout(ANSWER_MS), ...(signal ? [signal] : [])];
  const response = await fetch(path, { ...options, signal: AbortSignal.any(limits) }).catch((error: unknown) => {
    throw (error as Error).name === 'AbortError' ? error : new RequestError(0, 'The server can’t be reached.');
  });
  const answer = (await response.json().catch(() => ({}))) as Answer & { readonly error?: string };
  if (!response.ok) throw new RequestError(response.status, answer.error ?? `The server answered ${response.status}.`);
  return answer;
}
