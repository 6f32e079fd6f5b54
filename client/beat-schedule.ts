// What the page does with the spans that an event changed, and how often it says "still here" over the network. Pure.
import type { Trigger } from '../sw/protocol/messages.ts';
import type { Settings } from './options.ts';
import type { ReadingEvent, Step } from './reading.ts';

/**
 * `keep`: written to the device, without network; `beat`: written, and delivered with all that waits; `lastWords`: both at
 * once and without waiting, since the page may be gone in a moment.
 * @param trigger other than `beat`: a delivery is tried whatever has changed.
 * @param isDue a beat is due ({@link beatDueAt}).
 */
export function chooseAction(
  event: ReadingEvent,
  trigger: Trigger,
  { reading, isTurn }: Step,
  isDue: boolean,
): 'keep' | 'beat' | 'lastWords' | undefined {
  if (!reading.isShown && event !== 'stopped') return isTurn ? 'lastWords' : undefined;
  if (isTurn || isDue || trigger !== 'beat') return 'beat';
  return event === 'tick' ? 'keep' : undefined;
}

/** Beats after the beginning, so that the owner sees a new reader's time while it is short. */
const SOON_MS = [5_000, 15_000, 30_000, 60_000];

/**
 * When the next beat is due, monotonic; it goes out with the first tick at or after that.
 * The longer the reader had not touched anything at the last beat, the later: after `interval` at the soonest, after
 * 4 × `interval` at the latest. Whatever the reader does ends that at once.
 * @param beganAt when the page began to be read: the first minute has some more beats.
 */
export function beatDueAt(
  lastBeatAt: number,
  activeAt: number,
  { interval, tick, adaptive }: Pick<Settings, 'interval' | 'tick' | 'adaptive'>,
  beganAt = -Infinity,
): number {
  const untouchedMs = adaptive ? lastBeatAt - activeAt : 0;
  // Ticks drift: one that comes half a tick early is on time. And the one after the last moment would be too late.
  const regular = lastBeatAt + Math.min(Math.max(interval, untouchedMs), 4 * interval - tick / 2);
  const soon = SOON_MS.map((ms) => beganAt + ms).find((dueAt) => dueAt - tick / 2 > lastBeatAt);
  return Math.min(regular, soon ?? Infinity) - tick / 2;
}
