import type { Instant } from './reading.ts';

/** This moment on both clocks. */
export function now(): Instant {
  return { wall: Math.round(Date.now()), monotonic: performance.now() };
}
