// `debug`: what was sent, stored, refused and kept, for a person to read in the console; what that person may ask there; and
// all of it on the timeline. Loaded only when it is asked for.
import type { DeliveryOutcome, Trigger } from '../../sw/protocol/messages.ts';
import type { Span } from '../../sw/protocol/delivery.ts';
import type { SpanQueue } from '../../sw/channel/queue.ts';
import { consoleCommands, type ConsoleCommands, type DebuggedHeartbeat } from './console-commands.ts';
import { onChannelEvent } from '../ui/channel-events.ts';
import { drawRequest, drawStretch } from './performance-track.ts';

/** Opens `window.stillhere`, and draws every request of this device from now on. */
export function openConsole(heartbeat: DebuggedHeartbeat, queue: SpanQueue): void {
  (window as { stillhere?: ConsoleCommands }).stillhere = consoleCommands(heartbeat, queue);
  onChannelEvent(drawRequest, new AbortController().signal);
}

/** One line for the delivery, and one for each thing that needs a look. `askedAt`: when the page began with it, monotonic. */
export function printDelivery(
  trigger: Trigger,
  spans: readonly Span[],
  outcome: DeliveryOutcome | undefined,
  askedAt: number,
): void {
  drawStretch(
    `beat, ${trigger}`,
    askedAt,
    performance.now(),
    [['spans', String(spans.length)]],
    !outcome || !!outcome.error,
  );
  const said = spans.map(({ page, start, end }) => `${page} ${Math.round((end - start) / 1000)} s`).join(', ');
  if (!outcome) return console.info(`stillhere: ${trigger}: ${said}: could not be delivered from this page`);
  const { stored, refused, waiting, retryInMs, error } = outcome;
  console.info(
    `stillhere: ${trigger}: ${said || 'nothing new'} → ${stored} stored, ${refused.length} refused, ${waiting} waiting`,
  );
  if (error) console.info(`stillhere: ${error}; next try in ${Math.ceil(retryInMs / 1000)} s`);
  for (const { id, reason } of refused) console.info(`stillhere: span ${id} refused: ${reason}`);
}
