// The calls to the owner's API. The browser adds the cookie of the login.
import type {
  CreatedShare,
  DayList,
  ErasurePreview,
  ErasureReceipt,
  PageDetail,
  PageList,
  ReaderDetail,
  ReaderExport,
  ReaderList,
  ReaderView,
  RefusalList,
  SessionDetail,
  SessionList,
  ShareList,
  SpanList,
  SpanView,
  Viewer,
} from '../../sw/protocol/owner-api.ts';
import type { CreatedInvitation, InvitationList } from '../../sw/protocol/invitation-api.ts';
import { apiPath } from './owner-path.ts';
import type { TotalsSort } from './totals-table.ts';

const LOGIN_PATH = '/api/owner/login';
const PAGE_SIZE = 100;
const MOST_TOTALS = 500;
/** How many sessions a call looks at, at most, where no index has what is filtered by (docs/http-api.md). */
const LOOKED_AT_A_CALL = 2_000;
const MOST_CALLS = 10;
const FORBIDDEN = 403;
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

/** Readers who read something, and those who only opened a page. */
export interface ReaderLists {
  readonly read: readonly ReaderView[];
  readonly opened: readonly ReaderView[];
  /** Those whose sessions are kept out of the totals. */
  readonly excluded: readonly ReaderView[];
  /** Undefined: not for the holder of a shared link. */
  readonly refusals: RefusalList | undefined;
  /** There are more. */
  readonly isCut: boolean;
}

/** A page of sessions. If it is empty and has a next one, more sessions can be looked at. */
export interface FoundSessions extends SessionList {
  /** The number of sessions that were looked at, at most. */
  readonly lookedAt: number;
}

/**
 * Looks further back while nothing is found, but not through all sessions there ever were.
 * @param filter parameters of the API, like `state` or `cursor`.
 */
export async function listSessions(
  filter: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<FoundSessions> {
  let found: SessionList = { sessions: [] };
  let calls = 0;
  for (let { cursor } = filter; calls === 0 || (calls < MOST_CALLS && cursor !== undefined); cursor = found.next) {
    const query = new URLSearchParams({ ...filter, pageSize: String(PAGE_SIZE), ...(cursor && { cursor }) });
    found = await ask<SessionList>(`/api/sessions?${query}`, { signal });
    calls++;
    if (found.sessions.length > 0) break;
  }
  return { ...found, lookedAt: calls * LOOKED_AT_A_CALL };
}

export async function listReaders(sort: TotalsSort, signal: AbortSignal): Promise<ReaderLists> {
  const [{ readers: read, next }, { readers: opened }, { readers: excluded }, refusals] = await Promise.all([
    ask<ReaderList>(`/api/readers?sort=${sort}&pageSize=${MOST_TOTALS}`, { signal }),
    ask<ReaderList>(`/api/readers?kind=opened&pageSize=${MOST_TOTALS}`, { signal }),
    ask<ReaderList>(`/api/readers?kind=excluded&pageSize=${MOST_TOTALS}`, { signal }),
    ask<RefusalList>('/api/refusals', { signal }).catch(withoutForbidden),
  ]);
  return { read, opened, excluded, refusals, isCut: next !== undefined };
}

/** A shared link shows no addresses, so it is refused. */
function withoutForbidden(error: unknown): undefined {
  if (error instanceof RequestError && error.status === FORBIDDEN) return;
  throw error;
}

/** @param id the keyed hash, because no address stands in a URL. */
export function findReader(id: string, signal: AbortSignal): Promise<ReaderDetail> {
  return ask(`/api/readers/${encodeURIComponent(id)}`, { signal });
}

export function listPages(sort: TotalsSort, signal: AbortSignal): Promise<PageList> {
  return ask(`/api/pages?sort=${sort}&pageSize=${MOST_TOTALS}`, { signal });
}

export function findPage(id: string, signal: AbortSignal): Promise<PageDetail> {
  return ask(`/api/pages/${encodeURIComponent(id)}`, { signal });
}

/** @param to the day after the last one, like `2026-11-24`; missing: up to now. */
export function listDays(to: string | undefined, timeZone: string, signal: AbortSignal): Promise<DayList> {
  const query = new URLSearchParams({ timeZone, ...(to === undefined ? {} : { to }) });
  return ask(`/api/days?${query}`, { signal });
}

/** @param ref identifies the session in URLs. The id must not appear there, because it gives write access to the session. */
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

/**
 * Keeps something out of the totals, or counts it again. It stays recorded and listed.
 * @param id of a reader, or the ref of a session.
 */
export async function setExcluded(what: 'sessions' | 'readers', id: string, isExcluded: boolean): Promise<void> {
  await ask(`/api/${what}/${encodeURIComponent(id)}/excluded`, { method: isExcluded ? 'PUT' : 'DELETE' });
}

/**
 * Takes the access of a reader, or gives it back.
 * @param id of the reader.
 */
export async function setBlocked(id: string, isBlocked: boolean): Promise<void> {
  await ask(`/api/readers/${encodeURIComponent(id)}/access`, { method: isBlocked ? 'DELETE' : 'PUT' });
}

/** @param ref of the session. */
export async function endAccess(ref: string): Promise<void> {
  await ask(`/api/sessions/${encodeURIComponent(ref)}/access`, { method: 'DELETE' });
}

/** What an erasure of this reader would delete. */
export function previewErasure(reader: string): Promise<ErasurePreview> {
  return ask(`/api/readers/${encodeURIComponent(reader)}/erasure`, {});
}

export function eraseReader(reader: string): Promise<ErasureReceipt> {
  return ask(`/api/readers/${encodeURIComponent(reader)}`, { method: 'DELETE' });
}

/** Everything that is kept about the reader. */
export function exportReader(reader: string, signal: AbortSignal): Promise<ReaderExport> {
  return ask(`/api/readers/${encodeURIComponent(reader)}/export`, { signal });
}

/** The same as a file. */
export function hrefOfReaderExport(reader: string): string {
  return apiPath(`/api/readers/${encodeURIComponent(reader)}/export`);
}

export function listInvitations(signal: AbortSignal): Promise<InvitationList> {
  return ask('/api/invitations', { signal });
}

/** @param options what is filled in: `email`, `pages` and `expires`. */
export function makeInvitation(options: Readonly<Record<string, string>>): Promise<CreatedInvitation> {
  return ask('/api/invitations', post(options));
}

export async function revokeInvitation(id: string): Promise<void> {
  await ask(`/api/invitations/${encodeURIComponent(id)}`, { method: 'DELETE' });
}

export function listShares(signal: AbortSignal): Promise<ShareList> {
  return ask('/api/shares', { signal });
}

/** @param options what is filled in: `pages`, `expires` and `label`. */
export function makeShare(options: Readonly<Record<string, string>>): Promise<CreatedShare> {
  return ask('/api/shares', post(options));
}

export async function revokeShare(id: string): Promise<void> {
  await ask(`/api/shares/${encodeURIComponent(id)}`, { method: 'DELETE' });
}

/** Who has logged in. */
export function findViewer(signal: AbortSignal): Promise<Viewer> {
  return ask(LOGIN_PATH, { signal });
}

/** By the code of a link, by the owner's token, or by the token of a shared link. */
export async function logIn(
  key: { readonly code: string } | { readonly token: string } | { readonly share: string },
): Promise<void> {
  await ask(LOGIN_PATH, post(key));
}

export async function logOut(): Promise<void> {
  await ask(LOGIN_PATH, { method: 'DELETE' });
}

/** Calls `listener` soon after sessions have changed, and when the connection is lost or back. */
export function watchChanges(listener: () => void, signal: AbortSignal): void {
  const source = new EventSource(apiPath('/api/live'));
  for (const type of ['changed', 'open', 'error']) source.addEventListener(type, listener);
  signal.addEventListener('abort', () => source.close());
}

function post(body: object): RequestInit {
  return { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}

async function ask<Answer>(path: string, { signal, ...options }: RequestInit): Promise<Answer> {
  const limits = [AbortSignal.timeout(ANSWER_MS), ...(signal ? [signal] : [])];
  const response = await fetch(apiPath(path), { ...options, signal: AbortSignal.any(limits) }).catch(
    (error: unknown) => {
      throw (error as Error).name === 'AbortError' ? error : new RequestError(0, 'The server can’t be reached.');
    },
  );
  const answer = (await response.json().catch(() => ({}))) as Answer & { readonly error?: string };
  if (!response.ok) throw new RequestError(response.status, answer.error ?? `The server answered ${response.status}.`);
  return answer;
}
