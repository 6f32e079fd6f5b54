// The state of the device and its workers as plain data. Reading it changes nothing and uses no network.
import type { EmittedEvent } from '../../sw/protocol/messages.ts';
import type { Pause } from '../../sw/channel/backoff.ts';
import type { QueuedSpan } from '../../sw/channel/database.ts';
import type { HeartbeatStatus } from '../heartbeat.ts';
import { answer, useStores } from '../ui/device-database.ts';
import { readWorkers, type SyncSupport, type WorkerState } from './workers.ts';

/** Times are epoch milliseconds on the device's clock. */
export interface Snapshot {
  readonly at: number;
  readonly site: string;
  readonly storage: Storage;
  /** By end, in the order of delivery. */
  readonly waiting: readonly QueuedSpan[];
  readonly refused: readonly QueuedSpan[];
  /** Number of spans dropped after a week in the queue. */
  readonly expired: number;
  readonly pause?: Pause | undefined;
  readonly workers: readonly WorkerState[];
  /** `none`: not available here. */
  readonly workerSupport: 'yes' | 'none';
  readonly sync: SyncSupport;
  /** Recent events from the workers. */
  readonly announced: readonly EmittedEvent[];
  /** Status of the page's own heartbeat, if its element has one. */
  readonly heartbeat?: HeartbeatStatus | undefined;
}

export interface Storage {
  /** `empty`: nothing was ever stored. `memory`: the page could not write. `denied`: not readable. */
  readonly mode: 'stored' | 'empty' | 'memory' | 'denied';
  readonly reason?: string | undefined;
  /** The browser has promised not to evict it. */
  readonly isPersistent?: boolean | undefined;
  readonly usedBytes?: number | undefined;
  readonly quotaBytes?: number | undefined;
}

type Rows = Pick<Snapshot, 'waiting' | 'refused' | 'expired' | 'pause'>;

const NO_ROWS: Rows = { waiting: [], refused: [], expired: 0 };

/** Never rejects: failures are part of the result. */
export async function takeSnapshot(heartbeat: HeartbeatStatus | undefined): Promise<Snapshot> {
  const [{ rows, ...kept }, room, workers] = await Promise.all([readRows(), readRoom(), readWorkers()]);
  const mode = kept.mode !== 'denied' && heartbeat?.storage === 'memory' ? 'memory' : kept.mode;
  return {
    at: Date.now(),
    site: location.origin,
    storage: { ...kept, mode, ...room },
    ...rows,
    ...workers,
    heartbeat,
  };
}

async function readRows(): Promise<Pick<Storage, 'mode' | 'reason'> & { rows: Rows }> {
  try {
    const rows = await useStores('readonly', async (store): Promise<Rows> => {
      const spans = (name: 'spans' | 'refused'): Promise<QueuedSpan[]> => answer(store(name).index('end').getAll());
      const [waiting, refused, expired, pause] = await Promise.all([
        spans('spans'),
        spans('refused'),
        answer<unknown>(store('state').get('expired')),
        answer<Pause | undefined>(store('state').get('pause')),
      ]);
      return { waiting, refused, expired: Number(expired ?? 0), pause };
    });
    return { mode: rows ? 'stored' : 'empty', rows: rows ?? NO_ROWS };
  } catch (error) {
    return { mode: 'denied', reason: String(error), rows: NO_ROWS };
  }
}

/** WebKitGTK 2.50 has no navigator.storage. */
async function readRoom(): Promise<Pick<Storage, 'isPersistent' | 'usedBytes' | 'quotaBytes'>> {
  try {
    const [isPersistent, { usage, quota }] = await Promise.all([
      navigator.storage.persisted(),
      navigator.storage.estimate(),
    ]);
    return { isPersistent, usedBytes: usage, quotaBytes: quota };
  } catch {
    return {};
  }
}
