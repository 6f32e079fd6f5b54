// Finds the records that people deleted in NocoDB though their sessions haven't changed since: by their number, and only if
// that is not what it was, one by one.
import type { Outbox } from '../store/outbox.ts';
import type { NocoResult } from './response.ts';
import type { NocoClient } from './client.ts';
import type { MirrorTable } from './table.ts';

export class DeletedRecords {
  readonly #client: NocoClient;
  readonly #outbox: Outbox;
  /** How many more records than sessions there were when they were last compared: copies that a person made, say. */
  surplus = 0;

  constructor(client: NocoClient, outbox: Outbox) {
    this.#client = client;
    this.#outbox = outbox;
  }

  /** The sessions whose record is gone. One request where nothing was deleted; else one more for each 1,000 records. */
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
    // They will be made again.
    this.surplus = counted.value + gone.length - known;
    return { type: 'ok', value: gone };
  }
}
