// `debug`: window.stillhere, for use at the console. All results are flat, so that console.table can show them.
import type { Pause } from '../../sw/channel/backoff.ts';
import type { DeliveryOutcome } from '../../sw/protocol/messages.ts';
import type { QueuedSpan } from '../../sw/channel/database.ts';
import { toRow, type SpanQueue } from '../../sw/channel/queue.ts';
import { answer, useStores } from '../ui/device-database.ts';

type Flat = Readonly<Record<string, string | number | boolean | undefined>>;

/** The part of a running heartbeat that the console uses. */
export interface DebuggedHeartbeat {
  status(): { readonly lastDelivery?: DeliveryOutcome | undefined };
  deliver(): Promise<DeliveryOutcome | undefined>;
}

/** The interface of `window.stillhere`. */
export interface ConsoleCommands {
  status(): Flat;
  /** Waiting and refused spans, one row each: `console.table(await stillhere.queue())`. */
  queue(): Promise<readonly Flat[]>;
  /** Delivers now; resolves with the outcome. */
  deliver(): Promise<Flat>;
}

export function consoleCommands(heartbeat: DebuggedHeartbeat, queue: SpanQueue): ConsoleCommands {
  return {
    status: () => {
      const { lastDelivery, ...status } = heartbeat.status();
      return { ...status, ...flatten(lastDelivery) };
    },
    queue: async () => {
      const stored = await readStored().catch(() => undefined);
      const nextTry = describePause(stored?.pause ?? queue.pause, Date.now());
      return [
        ...(stored?.waiting ?? []).map((row) => flattenRow(row, 'waiting', nextTry)),
        ...[...queue.memory.values()].map((span) => flattenRow(toRow(span), 'waiting, in memory only', nextTry)),
        ...(stored?.refused ?? []).map((row) => flattenRow(row, 'refused', 'never')),
      ];
    },
    deliver: async () => flatten(await heartbeat.deliver()),
  };
}

function readStored(): Promise<{ waiting: QueuedSpan[]; refused: QueuedSpan[]; pause: Pause | undefined } | undefined> {
  return useStores('readonly', async (store) => {
    const [waiting, refused, pause] = await Promise.all([
      answer<QueuedSpan[]>(store('spans').index('end').getAll()),
      answer<QueuedSpan[]>(store('refused').index('end').getAll()),
      answer<Pause | undefined>(store('state').get('pause')),
    ]);
    return { waiting, refused, pause };
  });
}

function flattenRow({ id, session, ...row }: QueuedSpan, state: string, nextTry: string): Flat {
  const { page, startTime, endTime, start, end, attempts, lastError } = row;
  const seconds = Math.round((end - start) / 1000);
  return { state, page, start: startTime, end: endTime, seconds, attempts, lastError, nextTry, session, id };
}

function flatten(outcome: DeliveryOutcome | undefined): Flat {
  return outcome ? { ...outcome, refused: outcome.refused.length } : {};
}

/**
 * Doesn't use sw/channel/backoff.ts: that would become a chunk of its own, which pages without a worker would have to
 * load, too.
 */
function describePause(pause: Pause | undefined, now: number): string {
  return pause && pause.since <= now && now < pause.until ? new Date(pause.until).toISOString() : 'next beat';
}
