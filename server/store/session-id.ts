// Session ids that sort by time, so that the sessions of one day lie together on disk, however many there were before.
import { randomBytes } from 'node:crypto';

const TIME_BITS = 48;
const RANDOM_BYTES = 16;
const REF_BYTES = 8;
const BITS_A_DIGIT = 5;

/**
 * 48 bits of time and 128 random bits, with the digits of base32hex (RFC 4648, section 7), whose order is that of the
 * characters. Whoever knows a session's id can write to the session.
 * @param nowMs epoch milliseconds.
 */
export function makeSessionId(nowMs: number): string {
  return timeAndRandom(nowMs, RANDOM_BYTES);
}

/** Names a session to third parties. Whoever knows it can neither read nor write the session. */
export function makeSessionRef(nowMs: number): string {
  return timeAndRandom(nowMs, REF_BYTES);
}

function timeAndRandom(nowMs: number, bytes: number): string {
  const random = BigInt(`0x${randomBytes(bytes).toString('hex')}`);
  const bits = (BigInt(Math.trunc(nowMs)) << BigInt(bytes * 8)) | random;
  // 176 bits are 36 digits: the first one has only one bit.
  return bits.toString(32).padStart(Math.ceil((TIME_BITS + bytes * 8) / BITS_A_DIGIT), '0');
}
