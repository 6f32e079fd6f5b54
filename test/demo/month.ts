// A month of plausible readers of the sample portfolio: some in tunnels, some at the office with two tabs, some mail scanners.
// The same month for the same seed.
import { makeSessionId } from '../../server/store/session-id.ts';
import type { SessionStore, Sighting } from '../../server/store/session-store.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
const DAYS = 30;

const PAGES = [
  '/portfolio/confidential/',
  '/portfolio/confidential/four-minutes/',
  '/portfolio/confidential/night-handover/',
  '/portfolio/confidential/plain-letters/',
];

const READERS = [
  'ines.halloran@northline-rail.example',
  'tomasz.wieczorek@kolm-transit.example',
  'recruiting@harbour-health.example',
  'jade.okafor@lumen-credit.example',
  'friederike.brandt@stadtbahn-west.example',
  'samuel.lindqvist@nordgleis.example',
  'a.very.long.address.of.somebody.in.procurement@department-of-transport-and-waterways.example',
  'yuki.tanabe@ferrystudio.example',
  'priya.raman@medisend.example',
  'lucas.oliveira@linha-sete.example',
];

/** A mulberry32 generator: numbers from 0 to 1. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Adds the month before `now` (epoch milliseconds) to the store; the last readers are still reading. */
export async function fillMonth(store: SessionStore, now: number, seed = 7): Promise<void> {
  const random = randomFrom(seed);
  const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)] as T;
  const within = (least: number, most: number): number => least + random() * (most - least);

  for (let day = DAYS; day >= 0; day--) {
    const visitors = Math.floor(within(0, 5));
    for (let nth = 0; nth < visitors; nth++) {
      // From eight in the morning on.
      const startMs = Math.floor((now - day * DAY_MS) / DAY_MS) * DAY_MS + within(7, 19) * 60 * MINUTE_MS;
      if (startMs > now - 90 * MINUTE_MS) continue;
      const kind = random();
      if (kind < 0.12) await scan(startMs);
      else await read(pick(READERS), Math.round(startMs), kind);
    }
  }
  await readOnATrain(now - 3 * 60 * MINUTE_MS);
  await readNow(READERS[0] as string, now - 6 * MINUTE_MS);
  await readNow(READERS[3] as string, now - 95_000);

  async function begin(email: string, startMs: number): Promise<string> {
    const id = makeSessionId(startMs);
    await store.createSession({ id, email, startMs });
    return id;
  }

  /** A link scanner: it passes the gate, and leaves within seconds. */
  async function scan(startMs: number): Promise<void> {
    const session = await begin('recruiting@harbour-health.example', Math.round(startMs));
    if (random() < 0.5) await store.record([span(session, PAGES[0], startMs, startMs + 1_500, { isClosed: true })]);
  }

  async function read(email: string, startMs: number, kind: number): Promise<void> {
    const session = await begin(email, startMs);
    const sightings: Sighting[] = [];
    let at = startMs + 2_000;
    const visits = random() < 0.2 ? 2 : 1;
    for (let visit = 0; visit < visits; visit++) {
      const pages = 1 + Math.floor(random() * 5);
      for (let nth = 0; nth < pages; nth++) {
        const end = at + within(0.3, 6) * MINUTE_MS;
        const isOffline = kind > 0.7 && nth === 1;
        sightings.push(
          span(session, pick(PAGES), at, end, {
            isClosed: random() < 0.85,
            isReplayed: isOffline,
            receivedMs: isOffline ? end + within(2, 20) * MINUTE_MS : end,
          }),
        );
        at = end + (random() < 0.3 ? within(0.5, 5) * MINUTE_MS : 800);
      }
      at += within(2, 5) * 60 * MINUTE_MS;
    }
    for (const one of sightings.filter(({ receivedMs }) => receivedMs < now)) await store.record([one]);
  }

  /** Two pages, the second one in a tunnel, a third, and out of the tunnel back at the second: eleven minutes in all. */
  async function readOnATrain(startMs: number): Promise<void> {
    const session = await begin(READERS[4] as string, startMs);
    const at = (minutes: number): number => startMs + minutes * MINUTE_MS;
    const out = at(13.1);
    await store.record([span(session, PAGES[0], at(0.1), at(1.4), { isClosed: true })]);
    await store.record([span(session, PAGES[1], at(1.4), at(4.1), { isClosed: true })]);
    await store.record([
      span(session, PAGES[1], at(4.1), at(6), { isClosed: true, isReplayed: true, receivedMs: out }),
      span(session, PAGES[2], at(6), at(9.2), { isClosed: true, isReplayed: true, receivedMs: out }),
    ]);
    await store.record([span(session, PAGES[1], at(13.4), at(15.6), { isClosed: true })]);
  }

  async function readNow(email: string, startMs: number): Promise<void> {
    const session = await begin(email, startMs);
    const turned = startMs + (now - startMs) * 0.4;
    await store.record([span(session, PAGES[0], startMs + 3_000, turned, { isClosed: true })]);
    await store.record([span(session, PAGES[1], turned, now - 4_000, {})]);
  }

  function span(
    session: string,
    page: string | undefined,
    startMs: number,
    endMs: number,
    { isClosed, isReplayed, receivedMs = endMs }: { isClosed?: boolean; isReplayed?: boolean; receivedMs?: number },
  ): Sighting {
    const times = { startMs: Math.round(startMs), endMs: Math.round(endMs), offsetMs: 0 };
    const id = Math.floor(random() * 2 ** 48).toString(36);
    return {
      session,
      receivedMs: Math.round(receivedMs),
      nextBeatMs: 3 * MINUTE_MS,
      span: { id, page: page ?? '/', isClosed, isReplayed, ...times },
    };
  }
}
