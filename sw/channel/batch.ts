// What the next request carries, and what follows from the answer to it. Pure: it reads, sends and writes nothing.
import { MAX_DELIVERY_BYTES, type Receipt, type Span } from '../protocol/delivery.ts';
import type { Sent } from './read-response.ts';

/** What the requests since the queue was last at rest have shown. */
export interface Course {
  /** Spans in the next request, at most. */
  readonly most: number;
  /** Not to be asked about twice: the span that is being read grows while we send. */
  readonly answered: ReadonlySet<string>;
  /** The server answers: a request that fails all the same may fail for what is in it. */
  readonly hasWorked: boolean;
  /** A span that fails alone is left for another time: once, until something works. */
  readonly isPassedOver: boolean;
}

/** What follows from an answer. */
export interface Lesson {
  readonly course: Course;
  /** To be taken: the server's word, or our own about a span that it can't read. */
  readonly word?: Pick<Receipt, 'stored' | 'refused'>;
  /** To be noted on what was sent, with a pause. */
  readonly error?: string;
  /** Nothing more may be sent now. */
  readonly isOver?: boolean;
}

/**
 * Before the first request. The more failures there were in a row, the fewer of the `queued` spans it carries, so that one
 * that no request with it gets through comes to be alone. Each success doubles it.
 */
export function setOut(failures: number, queued: number): Course {
  const most = Math.max(1, queued / 2 ** Math.max(0, failures - 2));
  return { most, answered: new Set(), hasWorked: false, isPassedOver: false };
}

/** As many of the queued spans, from the first on, as the next request may carry; none when there is nothing left to ask. */
export function nextSpans<T extends Span>({ most, answered }: Course, queued: readonly T[]): readonly T[] {
  const spans = queued.filter(({ id }) => !answered.has(id));
  let bytes = 0;
  const end = spans.findIndex((span, nth) => {
    bytes += JSON.stringify(span).length;
    return nth > 0 && (nth >= most || bytes > MAX_DELIVERY_BYTES);
  });
  return end < 0 ? spans : spans.slice(0, end);
}

/** What the answer to a request with these spans, one at least, teaches. */
export function learn(course: Course, spans: readonly Span[], sent: Sent): Lesson {
  const { most, hasWorked, isPassedOver } = course;
  const ids = spans.map(({ id }) => id);
  const answered = new Set([...course.answered, ...ids]);
  if (sent.type === 'receipt')
    return { course: { most: most * 2, answered, hasWorked: true, isPassedOver: false }, word: sent.receipt };
  const isUnfit = sent.type === 'unfit';
  if (spans.length > 1 && (isUnfit || (sent.isAnswer && hasWorked)))
    return { course: { ...course, most: spans.length / 2 } };
  if (isUnfit && sent.isOurs)
    return { course, word: { stored: [], refused: ids.map((id) => ({ id, reason: 'malformed' })) } };
  const isItsFault = spans.length === 1 && (isUnfit || sent.isAnswer) && !isPassedOver;
  return {
    course: { ...course, answered: isItsFault ? answered : course.answered, isPassedOver: true },
    error: sent.error,
    isOver: !isItsFault,
  };
}
