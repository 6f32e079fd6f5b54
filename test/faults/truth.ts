// Who knows what was visible when, and compares the server's record with it.
import type { Sighting, StoredSpan } from '../../server/store/session-store.ts';
import type { Span } from '../../sw/protocol/delivery.ts';

/** How often an open span is written down. */
export const TICK_MS = 5_000;

/** After the storage was silent nobody asks it for so long (sw/channel/database.ts), and then a tick may pass. */
export const SPARED_MS = 45_000;

/** A span as a page began it. Times are true: the server's. */
export interface Began {
  readonly id: string;
  readonly tab: object;
  readonly session: string;
  readonly page: string;
  readonly at: number;
}

interface TrueSpan extends Began {
  end?: number;
  /** It ended in a way that leaves the last tick as the last word. */
  isLoose: boolean;
  /** A version of it was written to a storage that works. */
  isWritten: boolean;
  /** The storage broke while it was read or being written: all that is surely stored is its end until then, if any. */
  heldFrom?: number | undefined;
  /** Its page went while it was held: more than that may be lost. */
  isAtRisk: boolean;
  /** How long it was read on after a sleep that neither clock showed. */
  readOnMs: number;
}

/** A span over which the device fell asleep, until its page notices. */
interface Dozing {
  readonly span: TrueSpan;
  /** When the device fell asleep. */
  readonly since: number;
  /** How long the monotonic clock has stood still. */
  readonly stoodMs: number;
  /** Undefined: it sleeps. */
  readonly wokeAt?: number;
}

/** What the server stored, and when. */
interface Arrival {
  readonly id: string;
  readonly session: string;
  readonly at: number;
  readonly transitMs: number;
}

export class Truth {
  /** When each session began. */
  readonly sessions = new Map<string, number>();
  readonly #spans = new Map<string, TrueSpan>();
  readonly #open = new Map<object, TrueSpan>();
  /** Ended since the device last came to rest: who is killed now may not have written them down. */
  readonly #recent = new Set<TrueSpan>();
  readonly #sentAt = new Map<string, number>();
  readonly #arrivals: Arrival[] = [];
  readonly #clockMoves: { readonly at: number; readonly ms: number }[] = [];
  readonly #dozing = new Map<object, Dozing>();
  readonly #gone = new WeakSet<object>();
  #isStorageBroken = false;
  #isStorageSilent = false;
  /** Until then pages may hold in memory what they read, though the storage works. */
  #sparedUntil = -Infinity;

  began(began: Began): void {
    this.ended(began.tab, began.at, true);
    const heldFrom = this.#isStorageBroken || began.at < this.#sparedUntil ? -Infinity : undefined;
    const span = { ...began, isLoose: false, isWritten: false, heldFrom, isAtRisk: false, readOnMs: 0 };
    this.#spans.set(began.id, span);
    this.#open.set(began.tab, span);
  }

  ended(tab: object, end: number, isSure: boolean): void {
    const span = this.#open.get(tab);
    this.#open.delete(tab);
    this.#readOn(tab, end);
    this.#dozing.delete(tab);
    if (!span) return;
    Object.assign(span, { end, isLoose: !isSure });
    this.#recent.add(span);
  }

  fellAsleep(at: number): void {
    for (const tab of this.#dozing.keys()) this.#readOn(tab, at);
    for (const [tab, span] of this.#open) {
      this.ended(tab, at, false);
      this.#dozing.set(tab, { span, since: at, stoodMs: 0 });
    }
  }

  /** @param stoodMs how long the monotonic clock stood still. If it ran, every page sees that it slept. */
  woke(at: number, stoodMs: number): void {
    for (const [tab, dozing] of this.#dozing)
      if (stoodMs === 0) this.#dozing.delete(tab);
      else this.#dozing.set(tab, { ...dozing, stoodMs: dozing.stoodMs + stoodMs, wokeAt: at });
  }

  /** If it is set forward, the page notices with its next event, and begins another span. */
  clockMoved(at: number, ms: number): void {
    this.#clockMoves.push({ at, ms });
  }

  /** Where the clock was set back by at least as much as the device slept, the page sees no sleep, and its span goes on. */
  #readOn(tab: object, until: number): void {
    const dozing = this.#dozing.get(tab);
    // Without time awake, nothing has run that could notice.
    if (dozing?.wokeAt === undefined || dozing.wokeAt === until) return;
    this.#dozing.delete(tab);
    const { span, since, stoodMs, wokeAt } = dozing;
    // Counted from the last tick before the sleep, which is one of these moments.
    const moves = this.#clockMoves.filter(({ at }) => at >= since - TICK_MS && at <= wokeAt);
    const jumps = moves.map((_, nth) => moves.slice(nth).reduce((sum, { ms }) => sum + ms, stoodMs));
    if (!jumps.some((ms) => ms <= 0)) return;
    span.readOnMs += until - wokeAt;
    this.#dozing.set(tab, { span, since: until, stoodMs: 0 });
  }

  /** The device has come to rest: what it has to write down is written. */
  settled(): void {
    this.#recent.clear();
    if (!this.#isStorageBroken) for (const span of this.#spans.values()) span.isWritten = true;
  }

  storageBroke(at: number, isSilent: boolean): void {
    this.#isStorageBroken = true;
    this.#isStorageSilent ||= isSilent;
    for (const span of [...this.#open.values(), ...this.#recent]) {
      // Of two ticks one was surely written.
      span.heldFrom ??= span.isWritten ? Math.min(span.end ?? at, at) - 2 * TICK_MS : -Infinity;
      span.isAtRisk ||= this.#gone.has(span.tab);
    }
  }

  storageHealed(at: number): void {
    this.#isStorageBroken = false;
    if (this.#isStorageSilent) this.#sparedUntil = at + SPARED_MS;
    this.#isStorageSilent = false;
  }

  /** The page has had time to write down what it held in memory. */
  wroteDown(tab: object): void {
    if (this.#isStorageBroken) return;
    for (const span of this.#spans.values()) if (span.tab === tab && !span.isAtRisk) span.heldFrom = undefined;
  }

  /** The page is gone, and its memory with it. */
  left(tab: object): void {
    this.#gone.add(tab);
    for (const span of this.#spans.values()) if (span.tab === tab) span.isAtRisk ||= span.heldFrom !== undefined;
  }

  /** Somebody is gone: what had just ended before, of this tab or of all, may not have been written down. */
  cutShort(tab?: object): void {
    for (const span of this.#recent) if (!tab || span.tab === tab) span.isLoose = true;
  }

  isOpen(span: Pick<Began, 'tab' | 'session' | 'page'> | { readonly id: string }): boolean {
    return [...this.#open.values()].some((open) =>
      'id' in span
        ? open.id === span.id
        : open.tab === span.tab && open.session === span.session && open.page === span.page,
    );
  }

  /** How many spans were read. */
  get count(): number {
    return this.#spans.size;
  }

  get hasMovedClock(): boolean {
    return this.#clockMoves.length > 0;
  }

  sent(sentAt: number, spans: readonly Span[], at: number): void {
    for (const { id } of spans) this.#sentAt.set(`${id} ${sentAt}`, at);
  }

  stored({ session, receivedMs, span }: Sighting): void {
    if (!span) return;
    const sentAt = this.#sentAt.get(`${span.id} ${receivedMs - span.offsetMs}`) ?? receivedMs;
    this.#arrivals.push({ id: span.id, session, at: receivedMs, transitMs: receivedMs - sentAt });
  }

  /** What is wrong in the record; empty when it is true. */
  compare(record: ReadonlyMap<string, readonly StoredSpan[]>): string[] {
    const wrong: string[] = [];
    const found = new Set<string>();
    for (const [session, spans] of record)
      for (const { id, page, startMs, endMs } of spans) {
        const span = this.#spans.get(id);
        const name = `span ${id.slice(0, 6)} of ${session}`;
        if (!span || found.has(id)) wrong.push(`${name} ${span ? 'is there twice' : 'was never read'}`);
        found.add(id);
        if (!span) continue;
        if (span.session !== session) wrong.push(`${name} was read in ${span.session}`);
        if (span.page !== page) wrong.push(`${name} was on ${span.page}, not ${page}`);
        const arrivals = this.#arrivals.filter((arrival) => arrival.id === id);
        const last = Math.max(...arrivals.map(({ at }) => at));
        if (endMs > last) wrong.push(`${name} ends after it was received`);
        if (startMs < (this.sessions.get(session) ?? Infinity)) wrong.push(`${name} starts before its session`);
        const first = Math.min(...arrivals.map(({ at }) => at));
        const wasSet = (until: number): boolean => this.#clockMoves.some(({ at }) => at >= span.at && at <= until);
        const end = span.end ?? Infinity;
        const lateMs = this.#lateMs(session, id);
        const stored = span.isAtRisk ? (span.heldFrom ?? end) : end;
        const least = Math.min(stored, span.isLoose ? Math.max(span.at, end - TICK_MS) : end);
        // A span keeps the start that it first arrived with.
        if (!wasSet(first) && (startMs < span.at || startMs > span.at + lateMs))
          wrong.push(`${name} starts ${startMs - span.at} ms late`);
        // If the clock was set, its length counts, and where its start is a guess, that may reach beyond the receipt.
        const movedMs = wasSet(last) ? startMs - span.at : 0;
        const latest = end + movedMs + span.readOnMs + lateMs;
        const earliest = wasSet(last) ? Math.min(least + movedMs, wasSet(first) ? last : Infinity) - lateMs : least;
        if (endMs > latest)
          wrong.push(`${name} ends ${endMs - end - movedMs} ms after the truth (${lateMs} in transit)`);
        if (endMs < earliest) wrong.push(`${name} ends ${end + movedMs - endMs} ms before the truth`);
      }
    for (const { id, session, at, end, isAtRisk, heldFrom } of this.#spans.values())
      if (!found.has(id) && end !== at && !(isAtRisk && heldFrom === -Infinity))
        wrong.push(`span ${id.slice(0, 6)} of ${session} is missing`);
    return wrong;
  }

  /** Time in transit that the server can't know of: the least that the session had shown when the span came. */
  #lateMs(session: string, id: string): number {
    let least = Infinity;
    let most = 0;
    for (const arrival of this.#arrivals) {
      if (arrival.session !== session) continue;
      // A clock that was set makes the server forget what it had learned.
      least = this.hasMovedClock ? Math.max(arrival.transitMs, most) : Math.min(least, arrival.transitMs);
      if (this.hasMovedClock || arrival.id === id) most = Math.max(most, least);
    }
    return most;
  }
}
