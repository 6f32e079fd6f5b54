// Writes batches of sessions as records, compares each answer with what was sent, and notes in the store what NocoDB shows.
// It doesn't decide when: that is mirror.ts.
import { RECORD_IN_DOUBT, type Outbox, type Unmirrored } from '../store/outbox.ts';
import type { NocoAnswer, NocoFailure } from './answer.ts';
import { MAX_IDS, type NocoClient } from './client.ts';
import { findDifferences, toFields } from './record.ts';
import type { NocoRecord } from './shapes.ts';
import type { MirrorTable } from './table.ts';
import { chunk } from './take-due.ts';
import type { WrongRows } from './wrong-rows.ts';

/** More in one request gains little (1,500 records/s at 100, 1,900 at 1,000, measured on 0.301.3). */
const LARGEST_BATCH = 100;

/** Answers after which a record that was to be made is not in doubt. */
const CERTAINLY_NOT_WRITTEN: readonly NocoFailure['type'][] = ['limited', 'denied', 'no-table', 'too-many'];

/** What became of a batch. A row that can't be taken is no failure: it waits for itself alone. */
export type Written = NocoFailure | { readonly type: 'ok'; readonly isAllShown: boolean };

export class RecordWriter {
  readonly #client: NocoClient;
  readonly #outbox: Outbox;
  readonly #wrong: WrongRows;
  readonly #now: () => number;
  /** Records in one request: as many as are worth it, until NocoDB says how many it takes (10 by default). */
  batchSize = LARGEST_BATCH;

  constructor(client: NocoClient, outbox: Outbox, wrong: WrongRows, now: () => number) {
    this.#client = client;
    this.#outbox = outbox;
    this.#wrong = wrong;
    this.#now = now;
  }

  /** Finds out which records NocoDB made after all, and which are gone. */
  async resolveDoubts(doubtful: readonly Unmirrored[], at: MirrorTable): Promise<NocoAnswer<readonly Unmirrored[]>> {
    const resolved: Unmirrored[] = [];
    for (const some of chunk(doubtful, MAX_IDS)) {
      const ids = some.map(({ session }) => session.id);
      const found = await this.#client.find(at.id, at.ids.sessionId, ids);
      if (found.type !== 'ok') return found;
      const recordIds = new Map(found.value.map(({ id, fields }) => [fields[at.titles.sessionId], String(id)]));
      const known = some.map((one) => ({ ...one, recordId: recordIds.get(one.session.id) ?? null }));
      await this.#outbox.setRecords(known.map(({ session, recordId }) => ({ id: session.id, recordId })));
      resolved.push(...known);
    }
    return { type: 'ok', value: resolved };
  }

  /** Makes the records of the batch, or changes them: all of it is new, or none. */
  async write(batch: readonly Unmirrored[], at: MirrorTable): Promise<Written> {
    const isNew = batch[0]?.recordId === null;
    if (isNew) await this.#note(batch, RECORD_IN_DOUBT);
    const answer = isNew
      ? await this.#client.create(
          at.id,
          batch.map(({ session }) => toFields(session, at)),
        )
      : await this.#client.update(
          at.id,
          batch.map(({ session, recordId }) => ({ id: Number(recordId), fields: toFields(session, at) })),
        );
    if (answer.type === 'ok') return { type: 'ok', isAllShown: await this.#settle(batch, answer.value, at) };
    if (answer.type === 'no-record') {
      const gone = batch.filter(({ recordId }) => recordId === answer.recordId);
      await this.#note(gone.length > 0 ? gone : batch, RECORD_IN_DOUBT);
      return { type: 'ok', isAllShown: true };
    }
    if (isNew && CERTAINLY_NOT_WRITTEN.includes(answer.type)) await this.#note(batch, null);
    if (answer.type === 'too-many') {
      this.batchSize = answer.most ?? Math.max(1, Math.floor(batch.length / 2));
      return this.#writeEach(chunk(batch, this.batchSize), at);
    }
    if (answer.type !== 'refused') return answer;
    const [only, ...others] = batch;
    // One that can't be taken is found by taking the batch apart, so that it never blocks the others.
    if (others.length > 0) return this.#writeEach(chunk(batch, 1), at);
    if (only) this.#wrong.note(only.session.id, only.recordId, answer.message, this.#now());
    return { type: 'ok', isAllShown: true };
  }

  async #writeEach(batches: readonly (readonly Unmirrored[])[], at: MirrorTable): Promise<Written> {
    let isAllShown = true;
    for (const batch of batches) {
      const written = await this.write(batch, at);
      if (written.type !== 'ok') return written;
      isAllShown &&= written.isAllShown;
    }
    return { type: 'ok', isAllShown };
  }

  async #note(batch: readonly Unmirrored[], recordId: string | null): Promise<void> {
    await this.#outbox.setRecords(batch.map(({ session }) => ({ id: session.id, recordId })));
  }

  /** True if all of it is shown as it was sent. */
  async #settle(sent: readonly Unmirrored[], shown: readonly NocoRecord[], at: MirrorTable): Promise<boolean> {
    const mirrored: { id: string; revision: number; recordId: string }[] = [];
    const wrong: { id: string; recordId: string }[] = [];
    for (const [nth, { session, revision }] of sent.entries()) {
      const record = shown[nth];
      const recordId = record ? String(record.id) : null;
      const differences = record ? findDifferences(session, record.fields, at) : ['all'];
      if (recordId !== null && differences.length === 0) {
        mirrored.push({ id: session.id, revision, recordId });
        this.#wrong.clear(session.id);
      } else {
        if (recordId !== null) wrong.push({ id: session.id, recordId });
        this.#wrong.note(session.id, recordId, `it differs in ${differences.join(', ')}`, this.#now());
      }
    }
    await this.#outbox.markMirrored(mirrored);
    await this.#outbox.setRecords(wrong);
    return mirrored.length === sent.length;
  }
}
