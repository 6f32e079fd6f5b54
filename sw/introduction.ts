// What a worker tells of itself to whoever asks it by message: the inspector does.
import type { Announced } from './channel/events.ts';

/** That of package.json. */
export const VERSION = '0.1.0';

/** The question; the answer comes through the port that is sent along. */
export const INTRODUCE_YOURSELF = 'stillhere-introduce-yourself';

export interface Introduction {
  readonly version: string;
  /** What it has announced lately. */
  readonly announced: readonly Announced[];
}
