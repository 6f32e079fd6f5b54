// Why a span is still on the device, and what will send it, in words for people. Pure.
import { type Pause, type PauseCause, waitMs } from '../../sw/channel/backoff.ts';
import type { QueuedSpan } from '../../sw/channel/database.ts';
import { formatTime } from '../ui/format.ts';

/** A span that has grown lately is still read. Pages write theirs every 5 s, or as often as their options say. */
export const OPEN_MS = 15_000;

/** A span in the queue, with the current pause. */
export type WaitingRow = QueuedSpan & { readonly pause: Pause | undefined };

/** The span of a page that is being read, of which nothing was tried in vain: nothing is wrong with it. */
export function isBeingRead({ closed, end, attempts }: QueuedSpan, now: number): boolean {
  return closed !== true && attempts === 0 && now - end < OPEN_MS;
}

export function whyWaiting(row: WaitingRow, now: number): string {
  const { pause, attempts } = row;
  if (pause && waitMs(pause, 'beat', now) > 0) return WHY_PAUSED[pause.cause](formatTime(pause.until, now));
  if (isBeingRead(row, now)) return 'is being read, and goes with the next beat';
  return attempts === 0 ? 'not tried yet, and goes with the next beat' : 'is tried again with the next beat';
}

const AT_ONCE = 'or at once when a page opens or the network returns';
const WHY_PAUSED: Readonly<Record<PauseCause, (until: string) => string>> = {
  network: (until) => `the server was not reached: next try ${until}, ${AT_ONCE}`,
  backoff: (until) => `the server failed, or the browser is offline: next try ${until}, ${AT_ONCE}`,
  server: (until) => `the server asked to wait until ${until}`,
  denied: () => 'the server denied access: goes when a page opens for which the reader has access',
  simulated: (until) => `offline for show until ${until}`,
};
