// The server's background copy of sessions into NocoDB. It is in nobody's way: it reads what waits in the store, writes
// it, and compares each answer; whatever fails, the sessions stay unmirrored in the store and are written later.
//
// The outbox is the session row itself (revision and mirrored revision), so nothing is lost between commit and mirror.
// A session is written once a round however many beats it had, and never by two requests at a time.
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import { RECORD_IN_DOUBT, type SessionStore, type Unmirrored } from '../store/session-store.ts';
import type { NocoFailure } from './answer.ts';
import { backoffMs } from './backoff.ts';
import { MAX_IDS, MAX_RECORDS, NocoClient, type NocoConfig, type NocoRecord } from './client.ts';
import { readKnownTable, writeKnownTable } from './known-table.ts';
import { findDifferences, toFields } from './record.ts';
import { prepareTable, type MirrorTable } from './table.ts';
import { WrongRows } from './wrong-rows.ts';

/** What one round takes from the store. */
const ROUND = 500;

export interface MirrorStatus {
  /** Why nothing is written now; undefined when all goes well. */
  readonly trouble: string | undefined;
  /** Requests to NocoDB so far. */
  readonly requests: number;
}

export interface Mirror {
  status(): MirrorStatus;
  /** One round: everything that waits, once. Rejects only when the store fails. */
  round(): Promise<void>;
  /** Rounds, until {@link stop}. */
  start(): void;
  /** Breaks off the request that is under way; what it wrote is found again at the next start. */
  stop(): Promise<void>;
}

type MirrorStore = Pick<
  SessionStore,
  'listUnmirrored' | 'markMirrored' | 'setRecord' | 'forgetMirrored' | 'readNote' | 'writeNote'
>;

export function createMirror(config: NocoConfig, store: MirrorStore, log: Logger): Mirror {
  const stopping = new AbortController();
  const client = new NocoClient(config, stopping.signal);
  let table: MirrorTable | undefined;
  let trouble: string | undefined;
  let failures = 0;
  let restUntil = 0;
  const wrong = new WrongRows(log);

  /** Notes a failure of NocoDB as a whole; the round ends with it. */
  const rest = (failure: NocoFailure): undefined => {
    if (stopping.signal.aborted) return;
    failures++;
    restUntil = performance.now() + (failure.retryAfterMs ?? backoffMs(failures));
    if (failure.type === 'no-table' || failure.type === 'denied' || failure.type === 'refused') table = undefined;
    if (trouble !== failure.message)
      log.warn({ nocodb: failure.type, reason: failure.message }, 'NocoDB: mirroring rests');
    trouble = failure.message;
  };

  const prepare = async (): Promise<MirrorTable | undefined> => {
    const prepared = await prepareTable(client, config.table, await readKnownTable(store));
    if (prepared.type !== 'ok') return rest(prepared);
    const { value } = prepared;
    for (const done of value.done) log.info(`NocoDB: ${done}`);
    await writeKnownTable(store, value.table);
    return value.table;
  };

  /** Compares the answer with what was sent, session by session. True if all of it is shown rightly. */
  const settle = async (
    sent: readonly Unmirrored[],
    shown: readonly NocoRecord[],
    at: MirrorTable,
  ): Promise<boolean> => {
    const mirrored: { id: string; revision: number; recordId: string }[] = [];
    for (const [nth, { session, revision }] of sent.entries()) {
      const record = shown[nth];
      const differences = record ? findDifferences(session, record.fields, at) : ['all'];
      if (record && differences.length === 0) {
        mirrored.push({ id: session.id, revision, recordId: String(record.id) });
        wrong.clear(session.id);
      } else if (record) await store.setRecord([session.id], String(record.id));
      if (differences.length > 0)
        wrong.note(
          session.id,
          record ? String(record.id) : null,
          `it differs in ${differences.join(', ')}`,
          performance.now(),
        );
    }
    await store.markMirrored(mirrored);
    return mirrored.length === sent.length;
  };

  /** Sends a batch; one that can't be taken is taken apart, so that a bad row never blocks the others. */
  const write = async (batch: readonly Unmirrored[], at: MirrorTable): Promise<boolean> => {
    const isNew = batch[0]?.recordId === null;
    const ids = batch.map(({ session }) => session.id);
    if (isNew) await store.setRecord(ids, RECORD_IN_DOUBT);
    const answer = isNew
      ? await client.create(
          at.id,
          batch.map(({ session }) => toFields(session, at)),
        )
      : await client.update(
          at.id,
          batch.map(({ session, recordId }) => ({ id: Number(recordId), fields: toFields(session, at) })),
        );
    if (answer.type === 'ok') {
      // A field that was deleted is dropped without a word: look at the table again before the next round.
      if (!(await settle(batch, answer.value, at))) table = undefined;
      return true;
    }
    if (answer.type === 'no-record') {
      const gone = batch.filter(({ recordId }) => recordId === answer.recordId);
      await store.setRecord(
        (gone.length > 0 ? gone : batch).map(({ session }) => session.id),
        RECORD_IN_DOUBT,
      );
      return true;
    }
    if (answer.type !== 'refused') {
      rest(answer);
      return false;
    }
    if (isNew) await store.setRecord(ids, RECORD_IN_DOUBT);
    const [only, ...others] = batch;
    if (only && others.length === 0) {
      wrong.note(only.session.id, only.recordId, answer.message, performance.now());
      return true;
    }
    for (const one of batch) if (!(await write([one], at))) return false;
    return true;
  };

  /** Finds out which records NocoDB made after all, and which are gone. */
  const resolveDoubts = async (
    doubtful: readonly Unmirrored[],
    at: MirrorTable,
  ): Promise<readonly Unmirrored[] | undefined> => {
    const resolved: Unmirrored[] = [];
    for (const some of chunk(doubtful, MAX_IDS)) {
      const found = await client.find(
        at.id,
        at.ids.sessionId,
        some.map(({ session }) => session.id),
      );
      if (found.type !== 'ok') return rest(found);
      const recordIds = new Map(found.value.map(({ id, fields }) => [fields[at.titles.sessionId], String(id)]));
      for (const one of some) resolved.push({ ...one, recordId: recordIds.get(one.session.id) ?? null });
    }
    return resolved;
  };

  const round = async (): Promise<void> => {
    if (performance.now() < restUntil) return;
    const now = performance.now();
    const waiting = (await store.listUnmirrored(ROUND + wrong.size)).filter(
      ({ session }) => !wrong.isResting(session.id, now),
    );
    if (waiting.length === 0) return;
    table ??= await prepare();
    if (!table) return;
    const at = table;
    const { doubtful = [], clear = [] } = Object.groupBy(waiting, ({ recordId }) =>
      recordId === RECORD_IN_DOUBT ? 'doubtful' : 'clear',
    );
    const resolved = await resolveDoubts(doubtful, at);
    if (!resolved) return;
    const { fresh = [], known = [] } = Object.groupBy([...clear, ...resolved], ({ recordId }) =>
      recordId === null ? 'fresh' : 'known',
    );
    for (const batch of [...chunk(fresh, MAX_RECORDS), ...chunk(known, MAX_RECORDS)]) {
      if (stopping.signal.aborted || !(await write(batch, at))) return;
      failures = 0;
      if (trouble !== undefined) log.info('NocoDB: mirroring goes on');
      trouble = undefined;
    }
  };

  let running: Promise<void> | undefined;
  const run = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      await round().catch((error: unknown) => log.error({ err: error }, 'NocoDB: a round failed'));
      await delay(config.freshnessMs, undefined, { signal: stopping.signal }).catch(() => {});
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
    },
  };
}

function chunk<T>(items: readonly T[], size: number): readonly (readonly T[])[] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, nth) => items.slice(nth * size, (nth + 1) * size));
}
