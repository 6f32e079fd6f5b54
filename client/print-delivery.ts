// `debug`: what was sent, stored, refused and kept, for a person to read in the console. Loaded only when it is asked for.
import type { Trigger } from '../sw/backoff.ts';
import type { Outcome } from '../sw/deliver.ts';
import type { Span } from '../sw/protocol.ts';

/** One line for the delivery, and one for each thing that needs a look. */
export function printDelivery(trigger: Trigger, spans: readonly Span[], outcome: Outcome | undefined): void {
  const said = spans.map(({ page, start, end }) => `${page} ${Math.round((end - start) / 1000)} s`).join(', ');
  if (!outcome) return console.info(`stillhere: ${trigger}: ${said}: could not be delivered from this page`);
  const { stored, refused, waiting, retryInMs, error } = outcome;
  console.info(
    `stillhere: ${trigger}: ${said || 'nothing new'} → ${stored} stored, ${refused.length} refused, ${waiting} waiting`,
  );
  if (error) console.info(`stillhere: ${error}; next try in ${Math.ceil(retryInMs / 1000)} s`);
  for (const { id, reason } of refused) console.info(`stillhere: span ${id} refused: ${reason}`);
}
