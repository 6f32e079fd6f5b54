// The server's background copy of sessions into NocoDB. It is in nobody's way: it reads what waits in the store, has it
// written, and goes by what NocoDB shows; whatever fails, the sessions stay unmirrored in the store and are written later.
//
// The outbox is the session row itself (revision and mirrored revision), so nothing is lost between commit and mirror.
// A session is written once a round however many beats it had, and never by two requests at a time.
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Outbox, Unmirrored } from '../store/outbox.ts';
import type { NocoFailure } from './response.ts';
import { FRUGAL, USUAL } from './backoff.ts';
import { BatchChooser, ROUND } from './choose-batches.ts';
import { NocoClient, type NocoConfig } from './client.ts';
import { Lease } from './lease.ts';
import { MirrorStatusBoard, type MirrorStatus } from './mirror-status.ts';
import { RecordWriter } from './record-writer.ts';
import { RejectedValues } from './rejected-values.ts';
import { RequestBudget } from './request-budget.ts';
import { TableCheck } from './table-check.ts';
import { RejectedRows } from './rejected-rows.ts';

export type { MirrorStatus } from './mirror-status.ts';

/** More only wait longer: NocoDB is one process (measured on 0.301.3). */
const IN_FLIGHT = 2;
/** A round each quarter of the freshness: so much of it may be over before a change is noticed. */
const ROUND_PART = 1 / 4;

export interface Mirror {
  status(): MirrorStatus;
  /** One round: all that is due, once. True: more waits than fits in a round. Rejects only when the store fails. */
  round(): Promise<boolean>;
  /** Rounds, until {@link stop}. */
  start(): void;
  /** Breaks off the requests that are under way; what they wrote is found again at the next start. */
  stop(): Promise<void>;
}

/** Milliseconds of both clocks. */
export interface MirrorClock {
  /** Since 1970: for what other servers read, too, or what outlives this one. */
  readonly wall: () => number;
  /** Never set by anybody: for what only this process waits for. Two processes have nothing of it in common. */
  readonly monotonic: () => number;
}

const CLOCK: MirrorClock = { wall: () => Date.now(), monotonic: () => performance.now() };

export function createMirror(config: NocoConfig, outbox: Outbox, log: Logger, clock = CLOCK): Mirror {
  const stopping = new AbortController();
  const budget = new RequestBudget(outbox, config.requestsPerMonth, clock.wall);
  const lease = new Lease(outbox, clock.wall);
  const client = new NocoClient(config, budget, stopping.signal, () => lease.hold());
  const patience = budget.isLimited ? FRUGAL : USUAL;
  const wrong = new RejectedRows(log, patience.row, budget.isLimited);
  const refused = new RejectedValues(outbox, log, patience.value, clock.wall);
  const table = new TableCheck({ client, outbox, budget, log, table: config.table, clock });
  const board = new MirrorStatusBoard(log, clock, budget.intervalMs);
  const writer = new RecordWriter({
    client,
    outbox,
    wrong,
    refused,
    clock,
    isStale: (isCertain) => table.isStale(isCertain),
    onShown: (ids) => chooser.forget(ids),
  });
  const chooser = new BatchChooser({ outbox, budget, writer, wrong, clock });
  let isLoaded = false;
  let columns: string | undefined;

  /** NocoDB as a whole failed: nothing comes of this round any more. */
  const rest = (failure: NocoFailure, from: 'reading' | 'writing'): void => {
    if (stopping.signal.aborted || failure.type === 'displaced') return;
    board.rest(failure, from);
    if (['denied', 'no-table', 'no-record', 'refused', 'too-many'].includes(failure.type)) table.force();
  };

  /** False where nothing more is to be done in this round. */
  const writeOne = async (batch: readonly Unmirrored[]): Promise<boolean> => {
    const at = table.table;
    if (!at || stopping.signal.aborted || board.isResting() || !(await lease.hold())) return false;
    const written = await writer.write(batch, at);
    if (written.type === 'ok') board.succeed('writing');
    else if (written.type === 'stale') table.force();
    else if (written.type !== 'spoilt') rest(written, 'writing');
    return written.type === 'ok';
  };

  /** Answers whether more waits than was written. */
  const writeDue = async (): Promise<boolean> => {
    const at = await table.ask();
    if (at.type !== 'ok') {
      rest(at, 'reading');
      return false;
    }
    // What columns did not take, others may.
    if (JSON.stringify(at.value.columns) !== columns) for (const one of [wrong, refused]) one.forgive();
    columns = JSON.stringify(at.value.columns);
    const due = await chooser.choose(at.value, config.freshnessMs * (1 - ROUND_PART));
    if (due.type !== 'ok') {
      rest(due, 'reading');
      return false;
    }
    board.succeed('reading');
    const batches = due.value.values();
    let isAllWritten = true;
    const lane = async (): Promise<void> => {
      for (const batch of batches) {
        isAllWritten &&= await writeOne(batch);
        if (!isAllWritten) return;
      }
    };
    await Promise.all(Array.from({ length: budget.isLimited ? 1 : IN_FLIGHT }, lane));
    return isAllWritten && (budget.isLimited ? due.value.length > 0 : due.value.flat().length >= ROUND);
  };

  const load = async (): Promise<void> => {
    isLoaded = true;
    await refused.load();
    if (budget.isLimited) await writer.loadBatchSize();
  };

  const round = async (): Promise<boolean> => {
    if (!isLoaded) await load();
    let isMoreWaiting = false;
    if (!board.isResting() && (await lease.hold())) {
      isMoreWaiting = await writeDue();
      // A limited one writes batch by batch, each time the best.
      while (isMoreWaiting && budget.isLimited && !stopping.signal.aborted) isMoreWaiting = await writeDue();
    }
    board.see({
      waiting: await outbox.countUnmirrored(),
      oldestWaitingMs: await outbox.findOldestUnmirroredMs(),
      leftOut: table.table ? [...table.table.leftOut, ...refused.describe(table.table)] : [],
    });
    return isMoreWaiting;
  };

  let running: Promise<void> | undefined;
  const run = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      const isMoreWaiting = await round().catch((error: unknown) => {
        log.error({ err: error }, 'NocoDB: a round failed');
        return false;
      });
      if (!isMoreWaiting)
        await delay(config.freshnessMs * ROUND_PART, undefined, { signal: stopping.signal }).catch(() => {});
    }
  };
  return {
    status: () => board.status(client.requests),
    round,
    start: () => {
      running = run();
    },
    stop: async () => {
      stopping.abort();
      await running;
      await lease.release();
    },
  };
}
