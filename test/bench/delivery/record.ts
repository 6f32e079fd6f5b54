// What the server has of a delivery, read past it: asking the server itself would keep it from answering the device.
import { DatabaseSync } from 'node:sqlite';
import { HEARTBEAT_PATH, type Span } from '../../../sw/protocol/delivery.ts';
import { openStore } from '../../../server/store/open-store.ts';
import type { StillhereServer } from '../../helpers/stillhere-server.ts';
import { QUEUED_PAGE } from './queued.ts';

/** The device's clock and the server's are one here; what is left is the time in transit. */
const SAME_MS = 1_000;

const fileOf = (server: StillhereServer): string => server.storeUrl.replace('file:', '');

/** Sessions that began in the past. */
export async function makeSessions(server: StillhereServer, ids: readonly string[], startMs: number): Promise<void> {
  const store = await openStore(`file:${fileOf(server)}`);
  for (const id of ids) await store.createSession({ id, email: 'ann@example.com', startMs });
  await store.close();
}

export interface Arrived {
  readonly count: number;
  /** Older spans that are still missing beside the newest one that is there. */
  readonly overtaken: number;
}

/** What the server has out of the queue by now. */
export function lookAtArrived(server: StillhereServer, sessions: readonly string[], queued: readonly Span[]): Arrived {
  const stored = readSpans(server, sessions);
  const newestMs = Math.max(...stored.map(({ start_ms }) => start_ms));
  const older = queued.filter(({ start }) => start <= newestMs + SAME_MS);
  return { count: stored.length, overtaken: Math.max(0, older.length - stored.length) };
}

/** How many of the spans that were queued the record lacks or has wrong. */
export function countWrong(server: StillhereServer, sessions: readonly string[], queued: readonly Span[]): number {
  const stored = readSpans(server, sessions);
  const byId = new Map(stored.map((span) => [span.id, span]));
  const isRight = ({ id, start, end }: Span): boolean => {
    const found = byId.get(id);
    return (
      found !== undefined && found.end_ms - found.start_ms === end - start && Math.abs(found.start_ms - start) < SAME_MS
    );
  };
  return queued.filter((span) => !isRight(span)).length;
}

/** When the server had answered each heartbeat since `sinceMs`, by its log, epoch milliseconds. */
export function answeredAt(server: StillhereServer, sinceMs: number): readonly number[] {
  return server.output
    .split('\n')
    .filter((line) => line.includes(HEARTBEAT_PATH))
    .map((line) => JSON.parse(line) as { readonly time: number; readonly status: number })
    .filter(({ time, status }) => time >= sinceMs && status === 200)
    .map(({ time }) => time);
}

interface StoredSpan {
  readonly id: string;
  readonly start_ms: number;
  readonly end_ms: number;
}

function readSpans(server: StillhereServer, sessions: readonly string[]): readonly StoredSpan[] {
  const database = new DatabaseSync(fileOf(server), { readOnly: true });
  try {
    const query = `
      SELECT id, start_ms, end_ms FROM spans
      WHERE session_id IN (SELECT value FROM json_each(?)) AND page = ?`;
    return database.prepare(query).all(JSON.stringify(sessions), QUEUED_PAGE) as unknown as StoredSpan[];
  } finally {
    database.close();
  }
}
