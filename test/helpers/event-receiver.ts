// Somebody who is told of events and believes them: keeps the visits of each session, and takes each event once.
import type { EventSession } from '../../server/outbox/base-event-consumer.ts';
import type { SessionEvent } from '../../server/outbox/session-events.ts';

interface HeldVisit {
  readonly number: number;
  readonly startMs: number;
  readonly endMs: number;
  readonly readingMs: number | null;
  readonly pages: readonly string[];
  readonly hasEnded: boolean;
}

export class EventReceiver {
  readonly #events = new Map<string, string>();
  readonly #visits = new Map<string, Map<number, HeldVisit>>();
  /** Events that contradict what was told before. */
  readonly complaints: string[] = [];
  /** Of all that was told, repetitions included. */
  count = 0;

  take(event: SessionEvent, { ref }: EventSession): void {
    this.count++;
    const text = JSON.stringify(event);
    const known = this.#events.get(event.id);
    if (known !== undefined && known !== text) this.complaints.push(`${event.id} says something else than before`);
    if (known !== undefined) return;
    this.#events.set(event.id, text);
    const visits = this.#visits.get(ref) ?? new Map<number, HeldVisit>();
    this.#visits.set(ref, visits);
    const { kind, visit, pages, replaces } = event;
    const before = visits.get(visit.number);
    const isExpected = {
      'session.started': before === undefined,
      'session.ended': before?.hasEnded === false,
      'session.amended': before?.hasEnded === true || replaces.some((number) => visits.get(number)?.hasEnded),
    }[kind];
    if (!isExpected || replaces.some((number) => !visits.has(number)))
      this.complaints.push(`${event.id} after ${JSON.stringify([...visits.values()])}`);
    for (const number of replaces) visits.delete(number);
    visits.set(visit.number, {
      ...visit,
      pages: pages.map(({ page, readingMs }) => `${page} ${readingMs}`).toSorted(),
      hasEnded: kind !== 'session.started',
    });
  }

  /** Of one session, in the order of their starts. */
  visitsOf(ref: string): readonly Omit<HeldVisit, 'number'>[] {
    return [...(this.#visits.get(ref)?.values() ?? [])]
      .toSorted((one, other) => one.startMs - other.startMs)
      .map(({ startMs, endMs, readingMs, pages, hasEnded }) => ({ startMs, endMs, readingMs, pages, hasEnded }));
  }
}
