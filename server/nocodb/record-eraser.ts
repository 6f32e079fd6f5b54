// Deletes the records of sessions that were deleted in the store. The session's id is looked for as well as the known
// record: a creation may have been under way, and a person may have copied the record.
import type { Logger } from 'pino';
import { Rest } from '../outbox/rest.ts';
import { chunk } from '../store/chunk.ts';
import type { Outbox } from '../store/outbox.ts';
import type { NocoFailure, NocoResult } from './response.ts';
import { MAX_FOUND, MAX_IDS, type NocoClient } from './client.ts';
import type { RecordWriter } from './record-writer.ts';
import type { RequestBudget } from './request-budget.ts';
import type { MirrorTable } from './table.ts';

/** Failures of a deletion that say nothing about writing, which must go on. */
const OF_DELETION: readonly NocoFailure['type'][] = ['denied', 'no-record', 'refused', 'too-many'];

export interface EraserParts {
  readonly client: NocoClient;
  readonly outbox: Outbox;
  readonly budget: RequestBudget;
  readonly writer: RecordWriter;
  readonly log: Logger;
  /** From `MirrorClock`. */
  readonly clock: { readonly monotonic: () => number; readonly wall: () => number };
  /** Called with the sessions of which nothing is left. */
  readonly onErased: (ids: readonly string[]) => void;
}

export class RecordEraser {
  readonly #parts: EraserParts;
  readonly #rest: Rest;

  constructor(parts: EraserParts) {
    this.#parts = parts;
    this.#rest = new Rest(parts.clock.monotonic);
  }

  /** Erases some of what is due, in few requests. @returns whether more may be due. */
  async erase(at: MirrorTable): Promise<NocoResult<boolean>> {
    const { outbox, budget, writer, log, clock, onErased } = this.#parts;
    if (this.#rest.remainingMs > 0) return { type: 'ok', value: false };
    // Under a monthly limit, no more than one request deletes, so that writing gets its turn.
    const most = budget.isLimited ? Math.min(writer.batchSize, MAX_IDS) : MAX_IDS;
    const due = await outbox.deletions.listDue(clock.wall(), most);
    if (due.length === 0) return { type: 'ok', value: false };
    const ids = due.map(({ id }) => id);
    const known = due.flatMap(({ recordId }) => (recordId ? [recordId] : []));
    const erased = await this.#eraseAll(at, ids, known);
    if (erased.type !== 'ok' && OF_DELETION.includes(erased.type)) {
      log.error(
        { nocodb: erased.type, reason: erased.message },
        'NocoDB: could not delete the records of deleted sessions',
      );
      this.#rest.fail();
      return { type: 'ok', value: false };
    }
    if (erased.type !== 'ok') return erased;
    this.#rest.succeed();
    await outbox.deletions.finish(ids);
    onErased(ids);
    return { type: 'ok', value: due.length === most };
  }

  async #eraseAll(at: MirrorTable, ids: readonly string[], known: readonly string[]): Promise<NocoResult<undefined>> {
    let others = known;
    for (;;) {
      const found = await this.#parts.client.find(at.id, at.columns.sessionId.id, ids);
      if (found.type !== 'ok') return found;
      const deleted = await this.#delete(at, [...new Set([...found.value.map(({ id }) => String(id)), ...others])]);
      if (deleted.type !== 'ok' || found.value.length < MAX_FOUND) return deleted;
      others = [];
    }
  }

  /** Deletes these records as far as they exist. */
  async #delete(at: MirrorTable, recordIds: readonly string[]): Promise<NocoResult<undefined>> {
    const { client, writer } = this.#parts;
    for (const some of chunk(recordIds, writer.batchSize)) {
      const deleted = await client.delete(at.id, some);
      if (deleted.type === 'too-many' && some.length > 1) {
        await writer.reduceBatchSize(some.length, deleted);
        const again = await this.#delete(at, some);
        if (again.type !== 'ok') return again;
      } else if (deleted.type === 'no-record') {
        // It names one record that doesn't exist, and nothing was deleted.
        const others = some.filter((id) => id !== deleted.recordId);
        const isNamed = others.length < some.length;
        if (!isNamed && some.length === 1) continue;
        for (const rest of isNamed ? [others] : some.map((one) => [one])) {
          const again = await this.#delete(at, rest);
          if (again.type !== 'ok') return again;
        }
      } else if (deleted.type !== 'ok') return deleted;
    }
    return { type: 'ok', value: undefined };
  }
}
