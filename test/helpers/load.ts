// Readers who deliver as fast as the server answers, or more slowly, and what it acknowledged to them: nothing of that may be lost.
import { setTimeout as delay } from 'node:timers/promises';
import { HEARTBEAT_PATH, type Receipt, type Span } from '../../sw/protocol/delivery.ts';
import type { StillhereServer } from './stillhere-server.ts';

const READERS = 8;
const SPANS_EACH = 20;
const PAUSE_MS = 5;

/** How many spans of all readers there are. */
export const SPANS = READERS * SPANS_EACH;

/**
 * What the channel waits for an answer, as in sw/channel/send-delivery.ts. A process that is killed while a connection is handed to it leaves
 * that one without an answer.
 */
const ANSWER_TIMEOUT_MS = 20_000;

/** Each reader has a session of their own. */
export class Load {
  readonly #server: StillhereServer;
  readonly #pauseMs: number;
  /** The ids of their sessions. */
  readonly sessions: string[] = [];
  /** The largest end that the server acknowledged, by span. */
  readonly acknowledged = new Map<string, number>();
  /** Answers that acknowledge nothing: how many of each status and Retry-After there were. */
  readonly refusals = new Map<string, number>();
  receipts = 0;
  /** Requests that got no answer at all: how many there were for each reason. */
  readonly unanswered = new Map<string, number>();
  /** The longest time without a receipt since {@link run}, in milliseconds. */
  longestPauseMs = 0;
  /** By the monotonic clock. */
  #lastReceiptMs = 0;
  #startMs: number | undefined;
  #isRunning = false;
  #readers: Promise<void>[] = [];

  /** @param pauseMs of each reader, between two deliveries. */
  constructor(server: StillhereServer, pauseMs = 0) {
    this.#server = server;
    this.#pauseMs = pauseMs;
  }

  async makeSessions(): Promise<void> {
    for (let nth = 0; nth < READERS; nth++) {
      const response = await fetch(`${this.#server.url}/api/verify-temp-access`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ email: `reader${nth}@example.com` }),
      });
      const cookie = response.headers.getSetCookie()[0] ?? '';
      this.sessions.push(/session_record_id=([^;]+)/.exec(cookie)?.[1] ?? '');
    }
  }

  /** How many answers acknowledged nothing. */
  get refused(): number {
    return [...this.refusals.values()].reduce((sum, count) => sum + count, 0);
  }

  run(): void {
    this.#isRunning = true;
    this.longestPauseMs = 0;
    this.#lastReceiptMs = performance.now();
    this.#readers = this.sessions.map((session) => this.#read(session));
  }

  /** Resolves when what was sent is answered, or has failed. */
  async stop(): Promise<void> {
    this.#isRunning = false;
    await Promise.all(this.#readers);
  }

  async #read(session: string): Promise<void> {
    const start = (this.#startMs ??= Date.now());
    while (this.#isRunning) {
      const now = Date.now();
      const spans = Array.from({ length: SPANS_EACH }, (_, nth): Span => ({
        id: `s${nth}`,
        session,
        page: '/a/',
        // Like a device's: a jump of more than half a minute would count as a clock change.
        start,
        end: now,
      }));
      const isStored = await this.#deliver(session, now, spans).catch((error: unknown) => {
        // As by a server that was killed.
        const { cause } = error as { readonly cause?: unknown };
        const reason = String(cause ?? error);
        this.unanswered.set(reason, (this.unanswered.get(reason) ?? 0) + 1);
        return false;
      });
      if (!isStored) await delay(PAUSE_MS);
      else if (this.#pauseMs > 0) await delay(this.#pauseMs);
    }
  }

  async #deliver(session: string, now: number, spans: readonly Span[]): Promise<boolean> {
    const response = await fetch(this.#server.url + HEARTBEAT_PATH, {
      method: 'POST',
      body: JSON.stringify({ sentAt: now, spans }),
      signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS),
    });
    if (!response.ok) {
      const refusal = `${response.status}, Retry-After: ${response.headers.get('retry-after')}`;
      this.refusals.set(refusal, (this.refusals.get(refusal) ?? 0) + 1);
      return false;
    }
    const receipt = (await response.json()) as Receipt;
    this.receipts++;
    const receivedMs = performance.now();
    this.longestPauseMs = Math.max(this.longestPauseMs, receivedMs - this.#lastReceiptMs);
    this.#lastReceiptMs = receivedMs;
    for (const id of receipt.stored) this.acknowledged.set(`${session}/${id}`, now);
    return true;
  }

  /**
   * Acknowledged spans that are missing or have an earlier end.
   * @param server to which the store was moved.
   */
  async findLost(server: StillhereServer = this.#server): Promise<string[]> {
    const lost: string[] = [];
    for (const session of this.sessions) {
      const { spans } = await server.session(session);
      const ends = new Map(spans.map(({ id, end }) => [`${session}/${id}`, Date.parse(end)]));
      for (const [span, end] of this.acknowledged)
        if (span.startsWith(session) && (ends.get(span) ?? 0) < end)
          lost.push(`${span}: ${end} acknowledged, ${ends.get(span)} stored`);
    }
    return lost;
  }
}
