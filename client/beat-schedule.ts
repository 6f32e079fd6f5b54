// Decides what the page does with spans that an event changed, and when the next beat is due. Pure.
import type { Trigger } from '../sw/protocol/messages.ts';
import type { Settings } from './options.ts';
import type { ReadingEvent, Step } from './reading.ts';

/**
 * `keep`: write to the device, without network. `beat`: write, and deliver the whole queue. `lastWords`: do both at
 * once without waiting, because the page may be gone in a moment.
 * @param trigger anything but `beat` causes a delivery in any case.
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

/** Additional beats at the start, so that the owner sees a new reader soon. */
const SOON_MS = [5_000, 15_000, 30_000, 60_000];

/**
 * When the next beat is due, monotonic; the first tick at or after that sends it. The longer the reader had been
 * inactive at the last beat, the later: between `interval` and 4 × `interval`. Any activity ends the delay at once.
 * @param beganAt start of reading. The first minute has additional beats.
 */
export function beatDueAt(
  lastBeatAt: number,
  activeAt: number,
  { interval, tick, adaptive }: Pick<Settings, 'interval' | 'tick' | 'adaptive'>,
  beganAt = -Infinity,
): number {
  const untouchedMs = adaptive ? lastBeatAt - activeAt : 0;
  // Ticks drift, so one that is half a tick early is on time. A tick after the deadline would be too late.
  const regular = lastBeatAt + Math.min(Math.max(interval, untouchedMs), 4 * interval - tick / 2) - tick / 2;
  return Math.min(regular, ...SOON_MS.map((ms) => beganAt + ms - tick / 2).filter((dueAt) => dueAt > lastBeatAt));
}
