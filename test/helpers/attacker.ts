// Requests of somebody who wants to break the server, among them valid deliveries of the dearest kinds. Seeded: the same requests each
// time, but for the clock.
import { HEARTBEAT_PATH } from '../../sw/protocol/delivery.ts';
import { MAX_SPANS } from '../../sw/protocol/limits.ts';
import { BODIES, EMAIL, METHODS, PATHS, SECRET_MARK, TEXTS } from './hostile-inputs.ts';
import { randomFrom } from './seeded-random.ts';

const SEED = 20_261_126;

export interface Sent {
  readonly method: string;
  readonly path: string;
  readonly headers?: Record<string, string>;
  readonly body?: string | Buffer;
}

const JSON_TYPE = { 'content-type': 'application/json' };

export class Attacker {
  readonly #random: (below: number) => number;
  /** Sessions that there are. */
  readonly #own: readonly string[];
  /** And others. */
  readonly #sessions: readonly string[];
  #count = 0;

  /** @param own sessions that there are. */
  constructor(own: readonly string[]) {
    this.#random = randomFrom(SEED);
    this.#own = own;
    this.#sessions = [...own, 'nobody', 'x'.repeat(64)];
  }

  next(): Sent {
    const kind = this.#random(10);
    if (kind < 6) return this.#delivery();
    if (kind < 7)
      return this.#try(
        '/api/verify-temp-access',
        JSON_TYPE,
        JSON.stringify({
          email: this.#pick([EMAIL, 'x', '"><b>@example.com', `${'z'.repeat(300)}@example.com`]),
          next: this.#pick(PATHS),
        }),
      );
    if (kind < 8)
      return this.#try(
        HEARTBEAT_PATH,
        this.#pick([
          JSON_TYPE,
          {},
          { 'content-encoding': 'gzip' },
          { cookie: `session_record_id=${this.#pick(this.#sessions)}` },
        ]),
        this.#pick(BODIES),
      );
    return {
      method: this.#pick(METHODS),
      path: this.#pick(PATHS),
      headers: this.#pick<Record<string, string>>([
        {},
        { cookie: `stillhere_access=${SECRET_MARK}.1.x` },
        { authorization: `Bearer ${SECRET_MARK}` },
        { host: `${SECRET_MARK}.example` },
        { 'x-forwarded-for': EMAIL },
        { range: 'bytes=9-1,2-' },
      ]),
    };
  }

  /** Spans that a real device could send, and others: from clocks that are set, without an end. */
  #delivery(): Sent {
    if (this.#random(8) === 0) return this.#valid();
    const now = Date.now();
    const clock = this.#pick([0, 0, 0, 3_600_000, -3_600_000, 86_400_000 * 365]);
    const spans = Array.from({ length: this.#pick([1, 1, 2, 5, 20]) }, () => {
      const start = now + clock - this.#random(120_000);
      const length = this.#pick([0, 1, 500, 5_000, 100_000, 10_000_000_000]);
      return {
        id: this.#pick([`s${this.#random(400)}`, `n${this.#count++}`]),
        session: this.#pick(this.#sessions),
        page: this.#random(5) === 0 ? this.#pick(TEXTS) : '/report/',
        start,
        end: this.#random(50) === 0 ? 'soon' : start + length,
      };
    });
    return this.#try(HEARTBEAT_PATH, JSON_TYPE, JSON.stringify({ sentAt: now + this.#pick([clock, 0]), spans }));
  }

  /** As many valid spans as a delivery may have, of one session, chosen so that its union is dear: thousands a session in the end. */
  #valid(): Sent {
    const now = Date.now();
    const session = this.#pick(this.#own);
    const shape = this.#pick<(nth: number) => readonly [start: number, end: number]>([
      // Tiny ones, each apart from the others, the last one first.
      (nth) => [now - 2 * nth - 1, now - 2 * nth],
      // Each within the one before.
      (nth) => [now - 60_000 + nth, now - nth],
      // Each reaches over the end of the one before.
      (nth) => [now - 60_000 + 100 * nth, now - 50_000 + 100 * nth],
      // All cover everything there is.
      () => [now - 3_600_000, now],
      // All the same moment.
      () => [now - 1, now],
    ]);
    const spans = Array.from({ length: MAX_SPANS }, (_, nth) => {
      const [start, end] = shape(nth);
      return { id: `v${this.#count++}`, session, page: '/report/', start, end };
    });
    return this.#try(HEARTBEAT_PATH, JSON_TYPE, JSON.stringify({ sentAt: now, spans }));
  }

  #try(path: string, headers: Record<string, string>, body: string | Buffer): Sent {
    return { method: 'POST', path, headers, body };
  }

  #pick<T>(all: readonly T[]): T {
    return all[this.#random(all.length)] as T;
  }
}
