// The server's background copy of sessions into NocoDB. It is in nobody's way: it reads what waits in the store, has it
// written, and goes by what NocoDB shows; whatever fails, the sessions stay unmirrored in the store and are written later.
//
// The outbox is the session row itself (revision and mirrored revision), so nothing is lost between commit and mirror.
// A session is written once a round however many beats it had, and never by two requests at a time.
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import { RECORD_IN_DOUBT, type Outbox, type Unmirrored } from '../store/outbox.ts';
import type { NocoFailure } from './answer.ts';
import { backoffMs } from './backoff.ts';
import { NocoClient, type NocoConfig } from './client.ts';
import { GoneRecords } from './find-gone.ts';
import { readKnownTable, writeKnownTable } from './known-table.ts';
import { Lease } from './lease.ts';
import { RecordWriter } from './record-writer.ts';
import { RequestBudget } from './request-budget.ts';
import { prepareTable, type MirrorTable } from './table.ts';
import { takeDue, WaitingTimes } from './take-due.ts';
import { WrongRows } from './wrong-rows.ts';

/** What one round takes from the store. */
const ROUND = 500;
/** More only wait longer: NocoDB is one process (measured on 0.301.3). */
const IN_FLIGHT = 2;
/** How often people's hands are looked after: fields and records that were deleted. */
const CHECK_MS = 10 * 60_000;
const FRUGAL_CHECK_MS = 24 * 60 * 60_000;
/** A session that was not seen for so long has ended, as far as a frugal mirror is concerned. */
const QUIET_MS = 15 * 60_000;
/** A round each quarter of the freshness: so much of it may be over before a change is noticed. */
const ROUND_PART = 1 / 4;

export interface MirrorStatus {
  /** Why nothing is written now; undefined when all goes well. */
  readonly trouble: string | undefined;
  /** Requests to NocoDB so far. */
  readonly requests: number;
}

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
  const now = clock.monotonic;
  const stopping = new AbortController();
  const budget = new RequestBudget(outbox, config.requestsPerMonth, clock.wall);
  const client = new NocoClient(config, budget, stopping.signal);
  const wrong = new WrongRows(log);
  const writer = new RecordWriter(client, outbox, wrong, now);
  const goneRecords = new GoneRecords(client, outbox);
  const lease = new Lease(outbox, clock.wall);
  const waitingTimes = new WaitingTimes();
  let table: MirrorTable | undefined;
  let checkAt = -Infinity;
  let trouble: string | undefined;
  let failures = 0;
  let restUntil = -Infinity;

  /** NocoDB as a whole failed: nothing comes of this round any more. */
  const rest = (failure: NocoFailure): undefined => {
    if (stopping.signal.aborted || restUntil > now()) return;
    failures++;
    restUntil = now() + (failure.retryAfterMs ?? backoffMs(failures));
    if (!['unavailable', 'limited', 'redirected'].includes(failure.type)) table = undefined;
    if (trouble !== failure.message)
      log.warn({ nocodb: failure.type, reason: failure.message }, 'NocoDB: mirroring rests');
    trouble = failure.message;
  };

  const succeed = (): void => {
    failures = 0;
    if (trouble !== undefined) log.info('NocoDB: mirroring goes on');
    trouble = undefined;
  };

  /** Makes or mends the table, and has the records made again that people deleted. */
  const check = async (): Promise<MirrorTable | undefined> => {
    const prepared = await prepareTable(client, config.table, await readKnownTable(outbox));
    if (prepared.type !== 'ok') return rest(prepared);
    const { table: at, done } = prepared.value;
    for (const sentence of done) log.info(`NocoDB: ${sentence}`);
    await writeKnownTable(outbox, at);
    const gone = await goneRecords.find(at);
    if (gone.type !== 'ok') return rest(gone);
    if (gone.value.length > 0)
      log.info({ records: gone.value.length }, 'NocoDB: records were deleted, and are made again');
    await outbox.forgetMirrored({ ids: gone.value });
    checkAt = now() + (budget.isLimited ? FRUGAL_CHECK_MS : CHECK_MS);
    succeed();
    return at;
  };

  /** Finds out what became of records in doubt; undefined if it can't be known now. */
  const listDue = async (at: MirrorTable): Promise<readonly (readonly Unmirrored[])[] | undefined> => {
    const quietSinceMs = (await budget.isAmple()) ? undefined : clock.wall() - QUIET_MS;
    const listed = await outbox.listUnmirrored(ROUND + wrong.size, quietSinceMs);
    const waiting = listed.filter(({ session }) => !wrong.isResting(session.id, now()));
    const since = waitingTimes.see(
      waiting.map(({ session }) => session.id),
      now(),
    );
    const isDoubtful = ({ recordId }: Unmirrored): boolean => recordId === RECORD_IN_DOUBT;
    const resolved = await writer.resolveDoubts(waiting.filter(isDoubtful), at);
    if (resolved.type !== 'ok') return rest(resolved);
    const all = [...waiting.filter((one) => !isDoubtful(one)), ...resolved.value];
    const dueSince = now() - config.freshnessMs * (1 - ROUND_PART);
    const due = (some: readonly Unmirrored[]) =>
      takeDue(some, writer.batchSize, ({ session }) => since.get(session.id) ?? 0, dueSince);
    return [
      ...due(all.filter(({ recordId }) => recordId === null)),
      ...due(all.filter(({ recordId }) => recordId !== null)),
    ];
  };

  /** Writes one batch after the other; false where nothing more can be done in this round. */
  const writeOne = async (batch: readonly Unmirrored[], at: MirrorTable): Promise<boolean> => {
    if (stopping.signal.aborted || restUntil > now() || !(await lease.hold())) return false;
    waitingTimes.forget(batch.map(({ session }) => session.id));
    const written = await writer.write(batch, at);
    if (written.type !== 'ok') rest(written);
    else {
      succeed();
      // A field that was deleted is dropped without a word: look at the table again before the next round.
      if (!written.isAllShown) table = undefined;
    }
    return written.type === 'ok';
  };

  const round = async (): Promise<boolean> => {
    if (restUntil > now() || !(await lease.hold())) return false;
    if (!table || now() >= checkAt) table = await check();
    const at = table;
    const due = at && (await listDue(at));
    if (!due) return false;
    const batches = due.values();
    const lane = async (): Promise<void> => {
      for (const batch of batches) if (!(await writeOne(batch, at))) return;
    };
    await Promise.all(Array.from({ length: IN_FLIGHT }, lane));
    return due.flat().length >= ROUND;
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
    status: () => ({ trouble, requests: client.requests }),
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
