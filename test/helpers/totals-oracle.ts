// The totals as anybody would add them up from the sessions and their spans, which shares nothing with how the store counts.
import type { SessionStore, StoredSpan } from '../../server/store/session-store.ts';
import type { Session } from '../../server/store/session.ts';
import { coveredMs } from './covered-ms.ts';

const MINUTE = 60_000;

export interface TrueTotals {
  readonly sessions: number;
  readonly readingMs: number;
  /** Of the sessions whose reading time is known. */
  readonly times: readonly number[];
}

export interface TrueReader extends TrueTotals {
  readonly opened: number;
  readonly visits: number;
  /** Of all sessions, also of excluded ones. */
  readonly firstMs: number;
  readonly lastMs: number;
}

export interface TrueDay extends TrueTotals {
  readonly opened: number;
  readonly visits: number;
  readonly readers: number;
}

export interface TruePage extends TrueTotals {
  readonly readers: number;
  readonly lastMs: number;
}

interface Known extends Session {
  readonly spans: readonly StoredSpan[];
  readonly isMeasured: boolean;
  readonly isRead: boolean;
  readonly visitsMs: readonly number[];
}

export interface Oracle {
  readers(): ReadonlyMap<string, TrueReader>;
  /** By name, without a slash at the end. */
  pages(): ReadonlyMap<string, TruePage>;
  day(fromMs: number, toMs: number): TrueDay;
}

export async function readTruth(store: SessionStore, excludedReaders: ReadonlySet<string>): Promise<Oracle> {
  const all: Known[] = [];
  const firstMs = new Map<string, number>();
  for (const session of await store.listSessions({ pageSize: 10_000 })) {
    firstMs.set(session.email, Math.min(session.startMs, firstMs.get(session.email) ?? Infinity));
    if (!session.isExcluded && !excludedReaders.has(session.email)) {
      const spans = await store.listSpans(session.id);
      const isMeasured = coveredMs(spans) > 0 || session.endKnownBy !== 'beat';
      const visible = isMeasured ? coveredMs(spans) : (session.endMs ?? 0) - session.startMs;
      all.push({ ...session, spans, isMeasured, isRead: visible >= 5_000, visitsMs: findVisits(session, spans) });
    }
  }
  const read = all.filter(({ isRead }) => isRead);
  const timesOf = (sessions: readonly Known[]): number[] =>
    sessions.filter(({ isMeasured }) => isMeasured).map(({ spans }) => coveredMs(spans));
  return {
    readers: () => {
      const emails = [...new Set(all.map(({ email }) => email))];
      return new Map(
        emails.map((email) => {
          const own = read.filter((session) => session.email === email);
          const seen = all.filter((session) => session.email === email);
          const times = timesOf(own);
          return [
            email,
            {
              sessions: own.length,
              opened: seen.length - own.length,
              visits: sum(own.map(({ visitsMs }) => visitsMs.length)),
              readingMs: sum(times),
              firstMs: firstMs.get(email) ?? NaN,
              lastMs: Math.max(...seen.map(({ startMs, endMs }) => endMs ?? startMs)),
              times,
            },
          ];
        }),
      );
    },
    pages: () => {
      const names = [...new Set(read.flatMap(({ spans }) => spans.map(({ page }) => withoutSlash(page))))];
      const pages = names.map((name) => {
        const own = read
          .map(({ email, spans }) => ({ email, spans: spans.filter(({ page }) => withoutSlash(page) === name) }))
          .filter(({ spans }) => coveredMs(spans) > 0);
        const times = own.map(({ spans }) => coveredMs(spans));
        const page: TruePage = {
          sessions: own.length,
          readers: new Set(own.map(({ email }) => email)).size,
          readingMs: sum(times),
          lastMs: Math.max(...own.flatMap(({ spans }) => spans.map(({ endMs }) => endMs))),
          times,
        };
        return [name, page] as const;
      });
      return new Map(pages.filter(([, { sessions }]) => sessions > 0));
    },
    day: (fromMs, toMs) => {
      const isIn = (ms: number): boolean => ms >= fromMs && ms < toMs;
      const cut = (spans: readonly StoredSpan[]): StoredSpan[] =>
        spans
          .map((span) => ({ ...span, startMs: Math.max(fromMs, span.startMs), endMs: Math.min(toMs, span.endMs) }))
          .filter(({ startMs, endMs }) => startMs < endMs);
      const began = read.filter(({ startMs }) => isIn(startMs));
      const there = read.filter(({ spans, visitsMs }) => visitsMs.some(isIn) || cut(spans).length > 0);
      return {
        sessions: began.length,
        opened: all.filter(({ startMs, isRead }) => isIn(startMs) && !isRead).length,
        visits: sum(read.map(({ visitsMs }) => visitsMs.filter(isIn).length)),
        readers: new Set(there.map(({ email }) => email)).size,
        readingMs: sum(read.map(({ spans }) => coveredMs(cut(spans)))),
        times: timesOf(began),
      };
    },
  };
}

/** When the visits began. */
function findVisits({ startMs }: Session, spans: readonly StoredSpan[]): readonly number[] {
  const begins = spans.filter(
    (span) =>
      span.startMs > startMs + 30 * MINUTE &&
      !spans.some((other) => other.startMs < span.startMs && other.endMs >= span.startMs - 30 * MINUTE),
  );
  return [startMs, ...new Set(begins.map((span) => span.startMs))];
}

const withoutSlash = (page: string): string => page.replace(/\/$/, '');

const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0);
