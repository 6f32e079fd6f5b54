// A page with two clocks that a test controls, and the resulting spans.
import { notReading, step, type Instant, type Place, type Reading, type ReadingEvent } from '../../client/reading.ts';
import type { Span } from '../../sw/protocol/delivery.ts';

export const START = Date.parse('2026-11-24T08:00:00Z');
export const SETTINGS = { tick: 5_000, idleAfter: 300_000 };
export const MINUTE = 60_000;

/** `spans`: the server's spans if everything were delivered. */
export class ClockedPage {
  readonly spans = new Map<string, Span>();
  turns = 0;
  /** The spans that were ended by a gap that looks like sleep. */
  readonly slept: Span[] = [];
  place: Place = { session: 'ann', page: '/a/' };
  #at: Instant = { wall: START, monotonic: 1_000 };
  #reading: Reading = notReading(this.#at);
  readonly #settings: typeof SETTINGS;

  constructor(settings: Partial<typeof SETTINGS> = {}) {
    this.#settings = { ...SETTINGS, ...settings };
  }

  /** A page that is visible from the start. */
  static shown(settings?: Partial<typeof SETTINGS>): ClockedPage {
    return new ClockedPage(settings).happen('shown');
  }

  get isOpen(): boolean {
    return this.#reading.open !== undefined;
  }

  get now(): Instant {
    return this.#at;
  }

  happen(event: ReadingEvent): this {
    const { reading, changed, isTurn, slept } = step(this.#reading, event, this.#at, this.place, this.#settings, () =>
      String(this.spans.size),
    );
    this.#reading = reading;
    for (const span of changed) this.spans.set(span.id, span);
    if (isTurn) this.turns++;
    if (slept) this.slept.push(slept);
    return this;
  }

  /** Sets the time since the reader's last sign, which was in another document. */
  untouchedFor(ms: number): this {
    this.#reading = { ...this.#reading, activeAt: this.#at.monotonic - ms };
    return this;
  }

  /** Time passes without events, by default on both clocks. */
  pass(wall: number, monotonic = wall): this {
    this.#at = { wall: this.#at.wall + wall, monotonic: this.#at.monotonic + monotonic };
    return this;
  }

  /** Time passes with ticks, as from the page's timer while a span is open. */
  tick(ms: number): this {
    for (let passed = 0; passed < ms; passed += SETTINGS.tick) {
      this.pass(Math.min(SETTINGS.tick, ms - passed));
      if (this.isOpen) this.happen('tick');
    }
    return this;
  }

  /** Lengths of the spans, in milliseconds. */
  get lengths(): number[] {
    return [...this.spans.values()].map(({ start, end }) => end - start);
  }

  /** Spans as minutes since the start of the test. */
  get minutes(): [number, number][] {
    return [...this.spans.values()].map(({ start, end }) => [(start - START) / MINUTE, (end - START) / MINUTE]);
  }
}
