// What the holder of a shared link may see: no addresses, no ids of sessions, and where the link is for some pages, nothing of others.
import { createHash } from 'node:crypto';
import type { Context } from 'koa';
import { HttpError } from '../http/http-error.ts';
import { isBelow } from '../store/page-prefix.ts';
import { unionMs } from '../store/reading-time.ts';
import type { Share } from '../store/shares.ts';
import type { StoredSpan } from '../store/session-store.ts';
import type { Session } from '../store/session.ts';
import type { Totals } from '../store/totals.ts';

const NAME_DIGITS = 6;

/** Undefined: the owner asks. */
export function shareOf(ctx: Context): Share | undefined {
  return ctx.state['share'] as Share | undefined;
}

/** @throws HttpError 403 where the link is for some pages only. */
export function refuseSomePages(share: Share | undefined, what: string): void {
  if (share && share.pages !== null)
    throw new HttpError(403, `This link is for pages below ${share.pages}, and ${what} can't be limited to them`);
}

/** The same for the same reader, and nobody finds the address by it. */
export function readerName(readerId: string): string {
  return `Reader ${createHash('sha256').update(readerId).digest('hex').slice(0, NAME_DIGITS)}`;
}

export interface NamedByAddress {
  readonly email: string;
}

/** With a name in place of the address. */
export async function withoutAddress<One extends NamedByAddress>(one: One, totals: Totals): Promise<One> {
  return { ...one, email: readerName(await totals.readerIdOf(one.email)) };
}

/** With a name in place of the address, and its ref in place of the id, which lets its holder write to the session. */
export async function sharedSession(session: Session, totals: Totals): Promise<Session> {
  return { ...(await withoutAddress(session, totals)), id: session.ref };
}

export function spansBelow(spans: readonly StoredSpan[], pages: string | null): readonly StoredSpan[] {
  return pages === null ? spans : spans.filter(({ page }) => isBelow(page, pages));
}

/**
 * The session as if nothing else had been read in it.
 * @param spans those that are shown, at least one, ordered by start.
 */
export function narrowSession(session: Session, spans: readonly StoredSpan[]): Session {
  const last = spans.reduce((latest, span) => (span.endMs >= latest.endMs ? span : latest));
  const readingMs = unionMs(spans);
  return {
    ...session,
    endMs: last.endMs,
    readingMs,
    offlineMs: readingMs - unionMs(spans.filter(({ isReplayed }) => !isReplayed)),
    endKnownBy: last.isClamped ? 'bounded' : last.isClosed ? 'goodbye' : 'tick',
    currentPage: last.page,
  };
}
