// Finds records that people deleted in NocoDB although their sessions have not changed since. Compares the number of
// records first, and the single ids only if it differs.
import type { Outbox } from '../store/outbox.ts';
import type { NocoResult } from './response.ts';
import type { NocoClient } from './client.ts';
import type { MirrorTable } from './table.ts';

export class DeletedRecords {
  readonly #client: NocoClient;
  readonly #outbox: Outbox;
  /** Records minus sessions at the last comparison. Copies that a person made cause a surplus, for example. */
  surplus = 0;

  constructor(client: NocoClient, outbox: Outbox) {
    this.#client = client;
    this.#outbox = outbox;
  }

  /**
   * Returns the sessions whose record is gone. One request if nothing was deleted, otherwise one more per 1,000
   * records.
   */
  async find(at: MirrorTable): Promise<NocoResult<readonly string[]>> {
    const known = await this.#outbox.countRecords();
    const counted = await this.#client.count(at.id, at.columns.sessionId.id);
    if (counted.type !== 'ok') return counted;
    if (counted.value - known === this.surplus) return { type: 'ok', value: [] };
    const shown = await this.#client.listIds(at.id, at.columns.sessionId.id);
    if (shown.type !== 'ok') return shown;
    const isShown = new Set(shown.value);
    const records = await this.#outbox.listRecords();
    const gone = records.filter(({ recordId }) => !isShown.has(recordId)).map(({ id }) => id);
    // These records will be created again.
    this.surplus = counted.value + gone.length - known;
    return { type: 'ok', value: gone };
  }
}
