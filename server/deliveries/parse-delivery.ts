// Parses a request body into a delivery in which every field has its declared type. Pure. An invalid span does not
// affect the valid ones beside it. An invalid body gets an error message that describes the expected format.
import sjson from 'secure-json-parse';
import * as v from 'valibot';
import type { Refusal, Span } from '../../sw/protocol/delivery.ts';
import { MAX_SPANS } from '../../sw/protocol/limits.ts';
import { isHarmfulName, toPageName } from './page-name.ts';

const Id = v.pipe(v.string(), v.regex(/^[\w-]{1,64}$/));
/** The range of a JavaScript Date (ECMA-262, 21.4.1.1). Sums and differences of two such values are safe integers. */
const LATEST_MS = 8.64e15;
const Time = v.pipe(v.number(), v.minValue(-LATEST_MS), v.maxValue(LATEST_MS), v.transform(Math.round));
const SpanSchema = v.object({
  id: Id,
  session: Id,
  page: v.pipe(
    v.string(),
    v.startsWith('/'),
    v.check((page) => !isHarmfulName(page)),
    v.transform(toPageName),
  ),
  start: Time,
  end: Time,
  // Not worth losing a span for.
  closed: v.fallback(v.optional(v.boolean()), undefined),
  replayed: v.fallback(v.optional(v.boolean()), undefined),
});
const DAY_MS = 86_400_000;
const Wait = v.pipe(v.number(), v.minValue(0), v.maxValue(DAY_MS), v.transform(Math.round));
const DeliverySchema = v.object({
  sentAt: Time,
  nextBeatMs: v.fallback(v.optional(Wait), undefined),
  spans: v.pipe(v.array(v.unknown()), v.maxLength(MAX_SPANS)),
});

export interface ParsedDelivery {
  readonly sentAt: number;
  readonly nextBeatMs: number | undefined;
  readonly spans: readonly Span[];
  /** Spans that can't be stored. A span without a valid id is identified by its index, for example `#3`. */
  readonly refused: readonly Refusal[];
}

/** Returns the delivery in `body`, or an error message. */
export function parseDelivery(body: string): ParsedDelivery | { readonly error: string } {
  const json: unknown = sjson.safeParse(body);
  const delivery = v.safeParse(DeliverySchema, json);
  if (!delivery.success)
    return {
      error: `The body must be JSON like {"sentAt":<epoch ms>,"spans":[…]} with at most ${MAX_SPANS} spans, or empty`,
    };
  const spans: Span[] = [];
  const refused: Refusal[] = [];
  for (const [place, unknownSpan] of delivery.output.spans.entries()) {
    const span = v.safeParse(SpanSchema, unknownSpan);
    if (!span.success) refused.push({ id: nameOf(unknownSpan, place), reason: 'malformed' });
    else if (span.output.start > span.output.end) refused.push({ id: span.output.id, reason: 'start-after-end' });
    else spans.push(span.output);
  }
  const { sentAt, nextBeatMs } = delivery.output;
  return { sentAt, nextBeatMs, spans, refused };
}

function nameOf(span: unknown, place: number): string {
  const id = v.safeParse(v.object({ id: Id }), span);
  return id.success ? id.output.id : `#${place}`;
}
