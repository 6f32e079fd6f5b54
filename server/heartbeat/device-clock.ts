// From the device's clock to the server's. Pure. A wrong device clock changes nothing in the record.

/** A device's clock can't have been set if the difference grew by less: a request may be under way for 20 s. */
const LONGEST_TRANSIT_MS = 30_000;

/**
 * How far the server's clock is ahead of the device's, in milliseconds. A delivery tells it with its time in transit on
 * top, which would carry ends beyond the truth on a slow network: so the smallest difference that the session has shown
 * counts, until one is so much larger that the clock must have been set back.
 * @param known from earlier deliveries of the session; null before the first.
 * @param observed server's clock at the receipt less device's clock at the sending.
 */
export function clockOffset(known: number | null, observed: number): number {
  return known === null || observed < known || observed > known + LONGEST_TRANSIT_MS ? observed : known;
}
