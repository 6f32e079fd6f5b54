// The `report` command: what was read in the last days, as text for a terminal.
import { ConfigError } from '../config/config.ts';
import { readInstant } from '../sessions/instant.ts';
import { walkSessions } from '../sessions/walk-sessions.ts';
import { stateOf, seenOf } from '../store/session-state.ts';
import type { SessionStore } from '../store/session-store.ts';
import { withStore } from './existing-store.ts';
import { duration, localTime, textTable } from './text-table.ts';

const UNITS_MS: Readonly<Record<string, number>> = { h: 3_600_000, d: 86_400_000, w: 7 * 86_400_000 };
const MOST_DAYS = 366;

interface Sum {
  sessions: number;
  readingMs: number;
}

export async function printReport({ since }: { readonly since: string }): Promise<void> {
  const now = Date.now();
  const fromMs = readSince(since, now);
  const lines = await withStore((store) => report(store, fromMs, now));
  for (const line of lines) console.info(line);
}

/**
 * Sessions that began since `fromMs`, in the time zone of the machine. Nothing is left out.
 * @param now epoch milliseconds.
 */
export async function report(store: SessionStore, fromMs: number, now: number): Promise<readonly string[]> {
  const readers = new Map<string, Sum>();
  const pages = new Map<string, Sum>();
  const all: Sum = { sessions: 0, readingMs: 0 };
  let opened = 0;
  for await (const session of walkSessions(store, { filter: { fromMs, toMs: now }, sort: 'start' }, now)) {
    if (session.isExcluded) continue;
    if (stateOf(seenOf(session), now) === 'opened') {
      opened++;
      continue;
    }
    add(all, session.readingMs);
    add(sumOf(readers, session.email), session.readingMs);
    for (const { page, readingMs } of await store.totals.listPagesOfSession(session.id))
      add(sumOf(pages, page), readingMs);
  }
  const { timeZone } = new Intl.DateTimeFormat().resolvedOptions();
  const days = await store.totals.listDays({ fromMs, toMs: now, timeZone });
  return [
    `${localTime(fromMs)} to ${localTime(now)} (${timeZone})`,
    '',
    `Sessions: ${all.sessions}, readers: ${readers.size}, reading time: ${duration(all.readingMs)}`,
    ...(opened > 0 ? [`Only opened, for less than 5 seconds: ${opened}`] : []),
    ...section('reader', readers),
    ...section('page', pages),
    '',
    ...textTable([
      ['day', 'sessions', 'readers', 'read', 'refused'],
      ...days.map((day) => [
        day.day,
        String(day.sessions),
        String(day.readers),
        duration(day.readingMs),
        String(day.refused),
      ]),
    ]),
  ];
}

function sumOf(sums: Map<string, Sum>, name: string): Sum {
  const sum = sums.get(name) ?? { sessions: 0, readingMs: 0 };
  sums.set(name, sum);
  return sum;
}

function add(sum: Sum, readingMs: number): void {
  sum.sessions++;
  sum.readingMs += readingMs;
}

/** Those with the most reading first. */
function section(heading: string, sums: ReadonlyMap<string, Sum>): readonly string[] {
  if (sums.size === 0) return [];
  const rows = [...sums].toSorted(([, one], [, other]) => other.readingMs - one.readingMs);
  return [
    '',
    ...textTable([
      [heading, 'sessions', 'read'],
      ...rows.map(([name, { sessions, readingMs }]) => [name, String(sessions), duration(readingMs)]),
    ]),
  ];
}

/** @throws ConfigError for what is neither a time nor a number of hours, days or weeks, or lies more than a year back. */
export function readSince(since: string, now: number): number {
  const [, count, unit = ''] = /^(\d{1,4})([hdw])$/.exec(since) ?? [];
  const fromMs = count === undefined ? readInstant(since) : now - Number(count) * (UNITS_MS[unit] ?? 0);
  if (fromMs === undefined || fromMs >= now || now - fromMs > MOST_DAYS * (UNITS_MS['d'] ?? 0))
    throw new ConfigError('--since: must be like 24h, 7d, 4w or 2026-11-24, and at most a year ago');
  return fromMs;
}
