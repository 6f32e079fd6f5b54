// Records sightings on a SQLite connection: loads what record.ts needs, and saves what it returns.
import type { DatabaseSync } from 'node:sqlite';
import { groupBySession } from '../group-by-session.ts';
import { recordSession, type Known, type KnownSpan, type SessionChange, type SessionState } from '../record.ts';
import type { Interval } from '../reading-time.ts';
import { MAX_STRETCHES, type Recorded, type Sighting } from '../session-store.ts';
import { NO_STRETCHES } from '../stretches.ts';
import { prepareRecording, type LoadedRow, type SpanRow } from './record-statements.ts';
import { inTransaction } from './transaction.ts';

interface Loaded {
  readonly state: SessionState;
  /** Those of the sightings' spans that are stored, by id. */
  readonly spans: ReadonlyMap<string, KnownSpan>;
}

export class SqliteRecorder {
  readonly #connection: DatabaseSync;
  readonly #statements: ReturnType<typeof prepareRecording>;

  constructor(connection: DatabaseSync) {
    this.#connection = connection;
    this.#statements = prepareRecording(connection);
  }

  /** Records all sightings in one transaction. Results are in the same order. */
  record(sightings: readonly Sighting[]): readonly Recorded[] {
    return inTransaction(this.#connection, () => {
      const recorded: Recorded[] = sightings.map(() => 'unknown-session');
      let stretchesLoaded = 0;
      const consumers = this.#statements.listConsumers.all().map(({ name }) => String(name));
      for (const [id, places] of groupBySession(sightings)) {
        const ofSession = places.flatMap((place) => sightings[place] ?? []);
        const loaded = this.#load(id, ofSession);
        if (!loaded) continue;
        const { change, known } = this.#decide(id, ofSession, loaded, stretchesLoaded > MAX_STRETCHES);
        stretchesLoaded += known.stretches.stretches.length;
        this.#save(id, change);
        if (change.isVisible) this.#addToOutbox(consumers, id, ofSession.at(-1)?.receivedMs ?? 0);
        for (const [nth, what] of change.recorded.entries()) {
          const place = places[nth];
          if (place !== undefined) recorded[place] = what;
        }
      }
      return recorded;
    });
  }

  #load(id: string, sightings: readonly Sighting[]): Loaded | undefined {
    const spans = new Map<string, KnownSpan>();
    const [first, ...others] = new Set(sightings.flatMap(({ span }) => (span ? [span.id] : [])));
    const row = this.#statements.findSession.get(first ?? '', id) as unknown as LoadedRow | undefined;
    if (!row) return undefined;
    const { state, span } = readRow(row);
    if (first !== undefined && span) spans.set(first, span);
    for (const other of others) {
      const found = this.#statements.findSpan.get(id, other) as unknown as SpanRow | undefined;
      if (found)
        spans.set(other, toKnownSpan(found.startMs, found.endMs, [found.isClamped, found.isClosed, found.isReplayed]));
    }
    return { state, spans };
  }

  #decide(
    id: string,
    sightings: readonly Sighting[],
    { state, spans }: Loaded,
    isCrowded: boolean,
  ): { readonly change: SessionChange; readonly known: Known } {
    let known: Known = { spans, stretches: NO_STRETCHES, isCrowded };
    for (;;) {
      const change = recordSession(state, sightings, known);
      if (!('missing' in change)) return { change, known };
      const ranges = change.missing;
      known = { spans, stretches: { ranges, stretches: this.#listTouched(id, ranges) }, isCrowded };
    }
  }

  /** @param ranges ordered by start. */
  #listTouched(id: string, ranges: readonly Interval[]): readonly Interval[] {
    const byStart = new Map<number, Interval>();
    for (const { startMs, endMs } of ranges)
      for (const stretch of this.#statements.listTouched.all(id, startMs, endMs) as unknown as Interval[])
        byStart.set(stretch.startMs, stretch);
    return [...byStart.values()];
  }

  #save(id: string, { session, isVisible, spans, removed, added }: SessionChange): void {
    const { insertSpan, growSpan, noteReceipt, removeStretch, addStretch, saveSession } = this.#statements;
    for (const { id: span, page, startMs, endMs, receivedMs, isNew, ...its } of spans) {
      const isLate = Number(its.isLate);
      const isClamped = Number(its.isClamped);
      const isClosed = Number(its.isClosed);
      const isReplayed = Number(its.isReplayed);
      if (isNew) {
        insertSpan.run(id, span, page, startMs, endMs, isLate, isClamped, isClosed, isReplayed, receivedMs ?? null);
        continue;
      }
      growSpan.run(endMs, isLate, isClamped, isClosed, isReplayed, id, span);
      if (receivedMs !== undefined) noteReceipt.run(receivedMs, id, span);
    }
    for (const startMs of removed) removeStretch.run(id, startMs);
    for (const { startMs, endMs } of added) addStretch.run(id, startMs, endMs);
    if (session)
      saveSession.run(
        session.endMs,
        session.readingMs,
        session.currentPage,
        session.offsetMs,
        session.formerOffsetMs,
        session.spanCount,
        session.stretchCount,
        session.lastStartMs,
        session.lastEndMs,
        session.lastSpanStartMs,
        session.lastSpanId,
        session.offlineMs,
        session.endKnownBy,
        session.nextBeatMs,
        Number(isVisible),
        id,
      );
  }

  #addToOutbox(consumers: readonly string[], id: string, dueMs: number): void {
    for (const consumer of consumers) this.#statements.addToOutbox.run(consumer, id, dueMs);
  }
}

/** The session, and its span if that is stored. */
function readRow([
  startMs,
  endMs,
  readingMs,
  currentPage,
  offsetMs,
  formerOffsetMs,
  spanCount,
  stretchCount,
  lastStartMs,
  lastEndMs,
  lastSpanStartMs,
  lastSpanId,
  offlineMs,
  endKnownBy,
  nextBeatMs,
  spanStartMs,
  spanEndMs,
  ...flags
]: LoadedRow): { readonly state: SessionState; readonly span: KnownSpan | undefined } {
  const state = {
    startMs,
    endMs,
    readingMs,
    currentPage,
    offsetMs,
    formerOffsetMs,
    spanCount,
    stretchCount,
    lastStartMs,
    lastEndMs,
    lastSpanStartMs,
    lastSpanId,
    offlineMs,
    endKnownBy,
    nextBeatMs,
  };
  const isStored = spanStartMs !== null && spanEndMs !== null;
  return { state, span: isStored ? toKnownSpan(spanStartMs, spanEndMs, flags) : undefined };
}

function toKnownSpan(
  startMs: number,
  endMs: number,
  [isClamped, isClosed, isReplayed]: readonly (number | null)[],
): KnownSpan {
  return { startMs, endMs, isClamped: isClamped === 1, isClosed: isClosed === 1, isReplayed: isReplayed === 1 };
}
