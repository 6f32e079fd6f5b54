// `debug`: prints to the console what was sent, stored, refused and kept, adds `window.stillhere`, and draws a
// timeline. Loaded only if enabled.
import type { DeliveryOutcome, Trigger } from '../../sw/protocol/messages.ts';
import type { Span } from '../../sw/protocol/delivery.ts';
import type { SpanQueue } from '../../sw/channel/queue.ts';
import { consoleCommands, type ConsoleCommands, type DebuggedHeartbeat } from './console-commands.ts';
import { onChannelEvent } from '../ui/channel-events.ts';
import { drawRequest, drawStretch } from './performance-track.ts';

/** Adds `window.stillhere`, and draws all further requests of this device. */
export function openConsole(heartbeat: DebuggedHeartbeat, queue: SpanQueue): void {
  (window as { stillhere?: ConsoleCommands }).stillhere = consoleCommands(heartbeat, queue);
  onChannelEvent(drawRequest, new AbortController().signal);
}

/** Prints one line for the delivery, and one for each problem. `askedAt`: when the page started it, monotonic. */
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
