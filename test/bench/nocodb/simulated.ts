// An hour and a month of readers against a real NocoDB, on a clock that runs as fast as the mirror does.
import { pino } from 'pino';
import type { NocoConfig } from '../../../server/nocodb/client.ts';
import { createMirror } from '../../../server/nocodb/mirror.ts';
import { NOCODB } from '../../../server/store/outbox.ts';
import type { SessionStore } from '../../../server/store/session-store.ts';
import type { Row } from '../table.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const INTERVAL = 3 * MINUTE;
const START = Date.parse('2026-11-01T00:00:00Z');

/** What happens at a time: a session begins, or is seen. */
interface Happening {
  readonly at: number;
  readonly id: string;
  readonly startMs: number;
}

/**
 * Plays the happenings in their order with a round of the mirror each `roundMs`, and goes on for an hour.
 * @returns the requests to NocoDB.
 */
async function play(
  happenings: readonly Happening[],
  config: NocoConfig,
  store: SessionStore,
  roundMs: number,
): Promise<number> {
  let now = START;
  const mirror = createMirror(config, store, pino({ level: 'silent' }), {
    wall: () => now,
    monotonic: () => now,
  });
  const ordered = happenings.toSorted((a, b) => a.at - b.at);
  const end = (ordered.at(-1)?.at ?? START) + HOUR;
  let nth = 0;
  for (; now < end; now += roundMs) {
    for (let next = ordered[nth]; next && next.at <= now; next = ordered[++nth]) await happen(next, store);
    await mirror.round();
    if (Math.floor(now / HOUR) !== Math.floor((now + roundMs) / HOUR) && (now - START) % DAY < 2 * roundMs)
      console.info(`  simulated to ${new Date(now).toISOString()}: ${mirror.status().requests} requests`);
  }
  await mirror.stop();
  const waiting = await store.outboxOf(NOCODB).countUntold();
  if (waiting > 0) throw new Error(`${waiting} sessions were not mirrored: ${mirror.status().trouble}`);
  return mirror.status().requests;
}

async function happen({ at, id, startMs }: Happening, store: SessionStore): Promise<void> {
  if (at === startMs) await store.createSession({ id, email: `${id}@example.com`, startMs });
  const span = { id: 'span', page: '/portfolio/confidential/', startMs, endMs: at, offsetMs: 0 };
  await store.record([{ session: id, receivedMs: at, span }]);
}

/** 2,000 readers who beat every three minutes for an hour: each beat changes a session, and is to be seen in NocoDB. */
export async function simulateHour(config: NocoConfig, store: SessionStore): Promise<Row> {
  const readers = 2_000;
  const happenings: Happening[] = [];
  for (let reader = 0; reader < readers; reader++) {
    const startMs = START + Math.floor((reader / readers) * INTERVAL);
    for (let at = startMs; at < startMs + HOUR; at += INTERVAL) happenings.push({ at, id: `reader${reader}`, startMs });
  }
  const requests = await play(happenings, { ...config, freshnessMs: 2 * SECOND }, store, SECOND / 2);
  const floor = happenings.length / 10;
  return {
    what: 'requests ÷ floor, 2,000 readers for an hour',
    measured: requests / floor,
    required: { most: 1.1 },
    how: `${requests} ÷ (${happenings.length} changed sessions ÷ 10)`,
  };
}

/** Ten sessions a day for 31 days under the free plan's limit: two visits each, of 2 to 20 minutes. */
export async function simulateMonth(config: NocoConfig, store: SessionStore): Promise<Row> {
  const happenings: Happening[] = [];
  for (let day = 0; day < 31; day++)
    for (let nth = 0; nth < 10; nth++) {
      const id = `day${day}-${nth}`;
      const startMs = START + day * DAY + nth * 2 * HOUR + ((day * 7 + nth * 11) % 60) * MINUTE;
      const visits = [startMs, startMs + 2.5 * HOUR];
      const lengths = [2 + ((day + nth * 5) % 19), 2 + ((day * 3 + nth) % 19)];
      for (const [visit, from] of visits.entries())
        for (let at = from; at <= from + (lengths[visit] ?? 0) * MINUTE; at += INTERVAL)
          happenings.push({ at, id, startMs });
    }
  const limited = { ...config, freshnessMs: 2 * SECOND, requestsPerMonth: 1_000 };
  const requests = await play(happenings, limited, store, MINUTE);
  return {
    what: 'requests in a month of 10 sessions a day',
    measured: requests,
    required: { most: 1_000 },
    how: `310 sessions of two visits, ${happenings.length} beats; the limit set to 1,000`,
  };
}
