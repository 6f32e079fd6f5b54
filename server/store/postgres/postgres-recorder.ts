// Records sightings on a connection to PostgreSQL, inside of a transaction: loads what record.ts needs, and saves what it returns. All
// sessions of a batch are loaded and saved together, because each statement is a way to the database and back.
import { bucketOf } from '../bucket.ts';
import { groupBySession } from '../group-by-session.ts';
import type { Interval } from '../reading-time.ts';
import { recordSession, type KnownSpan, type SessionChange, type SessionState } from '../record.ts';
import { MAX_STRETCHES, type Recorded, type Sighting } from '../session-store.ts';
import { NO_STRETCHES, type LoadedStretches } from '../stretches.ts';
import type { PoolClient } from './pool.ts';
import { OF_ANY_BUCKET, OF_ONE_BUCKET, SAVED, type RecordStatements } from './record-statements.ts';

/** One session of a batch. */
interface Recording {
  readonly id: string;
  /** Of its sightings in the batch. */
  readonly places: readonly number[];
  readonly sightings: readonly Sighting[];
  readonly state: SessionState;
  readonly spans: ReadonlyMap<string, KnownSpan>;
  stretches: LoadedStretches;
  isCrowded: boolean;
  /** Where stretches have to be loaded before it can be decided. */
  missing: readonly Interval[];
}

interface Decided extends Pick<Recording, 'id' | 'places' | 'sightings'> {
  readonly change: SessionChange;
}

type SpanRow = Interval & { readonly session: string; readonly id: string } & Readonly<
    Record<'isClamped' | 'isClosed' | 'isReplayed', number>
  >;
type StretchRow = Interval & { readonly session: string };

/** Runs one of the statements with its parameters after the buckets and sessions. @returns its rows. */
type Ask = <Row extends object>(
  statement: keyof RecordStatements,
  sessions: readonly string[],
  ...others: readonly (readonly unknown[])[]
) => Promise<readonly Row[]>;

/**
 * Results are in the order of the sightings.
 * @param bucket of all their sessions; undefined: they are of any bucket.
 */
export async function recordBatch(
  client: PoolClient,
  sightings: readonly Sighting[],
  bucket?: number,
): Promise<readonly Recorded[]> {
  const [statements, last] = bucket === undefined ? [OF_ANY_BUCKET, []] : [OF_ONE_BUCKET, [bucket]];
  const buckets = new Map(sightings.map(({ session }) => [session, bucketOf(session)]));
  const ask: Ask = async <Row extends object>(
    statement: keyof RecordStatements,
    sessions: readonly string[],
    ...others: readonly (readonly unknown[])[]
  ) => {
    const parameters = [sessions.map((id) => buckets.get(id)), sessions, ...others, ...last];
    return (await client.query<Row>(statements[statement], parameters)).rows;
  };
  const recorded: Recorded[] = sightings.map(() => 'unknown-session');
  const decided = await decideAll(ask, await load(ask, sightings));
  for (const { places, change } of decided)
    for (const [nth, what] of change.recorded.entries()) {
      const place = places[nth];
      if (place !== undefined) recorded[place] = what;
    }
  await save(ask, decided);
  return recorded;
}

/** Those that exist and are measured, in the order of the batch. */
async function load(ask: Ask, sightings: readonly Sighting[]): Promise<readonly Recording[]> {
  const groups = groupBySession(sightings);
  const loaded = await ask<SessionState & { id: string }>('loadSessions', [...groups.keys()]);
  const states = new Map(loaded.map(({ id, ...state }) => [id, state]));
  const spans = await loadSpans(
    ask,
    sightings.filter(({ session }) => states.has(session)),
  );
  return [...groups].flatMap(([id, places]) => {
    const state = states.get(id);
    if (!state) return [];
    const its = places.flatMap((place) => sightings[place] ?? []);
    return {
      id,
      places,
      sightings: its,
      state,
      spans: spans.get(id) ?? new Map(),
      stretches: NO_STRETCHES,
      isCrowded: false,
      missing: [],
    };
  });
}

/** Those of the sightings' spans that are stored, by session and id. */
async function loadSpans(
  ask: Ask,
  sightings: readonly Sighting[],
): Promise<ReadonlyMap<string, ReadonlyMap<string, KnownSpan>>> {
  const named = new Map<string, Set<string>>();
  for (const { session, span } of sightings) {
    if (!span) continue;
    const known = named.get(session);
    if (known) known.add(span.id);
    else named.set(session, new Set([span.id]));
  }
  const pairs = [...named].flatMap(([session, ids]) => [...ids].map((id) => [session, id] as const));
  const spans = new Map<string, Map<string, KnownSpan>>();
  if (pairs.length === 0) return spans;
  const [sessions, ids] = [pairs.map(([session]) => session), pairs.map(([, id]) => id)];
  const rows = await ask<SpanRow>('loadSpans', sessions, ids);
  for (const { session, id, startMs, endMs, isClamped, isClosed, isReplayed } of rows) {
    const span = { startMs, endMs, isClamped: isClamped === 1, isClosed: isClosed === 1, isReplayed: isReplayed === 1 };
    const ofSession = spans.get(session);
    if (ofSession) ofSession.set(id, span);
    else spans.set(session, new Map([[id, span]]));
  }
  return spans;
}

async function decideAll(ask: Ask, recordings: readonly Recording[]): Promise<readonly Decided[]> {
  const decided: Decided[] = [];
  let open = decideSome(recordings, decided);
  let stretchesLoaded = 0;
  while (open.length > 0) {
    const group = takeGroup(open);
    open = open.slice(group.length);
    let left = group;
    if (stretchesLoaded > MAX_STRETCHES) {
      for (const one of group) one.isCrowded = true;
      left = decideSome(group, decided);
    }
    for (; left.length > 0; left = decideSome(left, decided)) await loadStretches(ask, left);
    stretchesLoaded += group.reduce((sum, { stretches }) => sum + stretches.stretches.length, 0);
  }
  return decided;
}

/** @returns those for which stretches have to be loaded first. */
function decideSome(recordings: readonly Recording[], decided: Decided[]): readonly Recording[] {
  return recordings.filter((one) => {
    const { id, places, sightings, state, spans, stretches, isCrowded } = one;
    const change = recordSession(state, sightings, { spans, stretches, isCrowded });
    if ('missing' in change) {
      one.missing = change.missing;
      return true;
    }
    decided.push({ id, places, sightings, change });
    return false;
  });
}

/** The first ones, with no more stretches than one session may have: that many are in memory at a time. */
function takeGroup(recordings: readonly Recording[]): readonly Recording[] {
  let sum = 0;
  const end = recordings.findIndex(({ state }, nth) => (sum += state.stretchCount) > MAX_STRETCHES && nth > 0);
  return end < 0 ? recordings : recordings.slice(0, end);
}

/** Loads what is missing of each session. */
async function loadStretches(ask: Ask, recordings: readonly Recording[]): Promise<void> {
  const ranges = recordings.flatMap(({ id, missing }) => missing.map((range) => ({ id, ...range })));
  const rows = await ask<StretchRow>(
    'loadTouched',
    ranges.map(({ id }) => id),
    ranges.map(({ startMs }) => Math.max(startMs, Number.MIN_SAFE_INTEGER)),
    ranges.map(({ endMs }) => Math.min(endMs, Number.MAX_SAFE_INTEGER)),
  );
  const bySession = Map.groupBy(rows, ({ session }) => session);
  for (const one of recordings) {
    const stretches = (bySession.get(one.id) ?? []).map(({ startMs, endMs }) => ({ startMs, endMs }));
    one.stretches = { ranges: one.missing, stretches };
  }
}

async function save(ask: Ask, decided: readonly Decided[]): Promise<void> {
  const spans = decided.flatMap(({ id, change }) => change.spans.map((span) => ({ session: id, ...span })));
  const removed = decided.flatMap(({ id, change }) => change.removed.map((startMs) => ({ id, startMs })));
  const added = decided.flatMap(({ id, change }) => change.added.map((stretch) => ({ id, ...stretch })));
  const sessions = decided.flatMap(({ id, change: { session, isVisible } }) =>
    session ? { id, isVisible, state: session } : [],
  );
  const visible = decided.filter(({ change }) => change.isVisible);
  if (spans.length > 0)
    await ask(
      'saveSpans',
      spans.map(({ session }) => session),
      spans.map(({ id }) => id),
      spans.map(({ page }) => page),
      spans.map(({ startMs }) => startMs),
      spans.map(({ endMs }) => endMs),
      spans.map(({ isLate }) => Number(isLate)),
      spans.map(({ isClamped }) => Number(isClamped)),
      spans.map(({ isClosed }) => Number(isClosed)),
      spans.map(({ isReplayed }) => Number(isReplayed)),
      spans.map(({ receivedMs }) => receivedMs ?? null),
    );
  if (removed.length > 0)
    await ask(
      'removeStretches',
      removed.map(({ id }) => id),
      removed.map(({ startMs }) => startMs),
    );
  if (added.length > 0)
    await ask(
      'addStretches',
      added.map(({ id }) => id),
      added.map(({ startMs }) => startMs),
      added.map(({ endMs }) => endMs),
    );
  if (sessions.length > 0)
    await ask(
      'saveSessions',
      sessions.map(({ id }) => id),
      sessions.map(({ isVisible }) => Number(isVisible)),
      ...SAVED.map((name) => sessions.map(({ state }) => state[name])),
    );
  if (visible.length > 0)
    await ask(
      'addToOutbox',
      visible.map(({ id }) => id),
      visible.map(({ sightings }) => sightings.at(-1)?.receivedMs ?? 0),
    );
}
