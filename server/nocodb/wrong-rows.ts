// Sessions that NocoDB would not show as they were sent: each rests longer each time, and is reported by name in the end,
// so that a bad row costs little and blocks nobody.
import type { Logger } from 'pino';
import { backoffMs } from './backoff.ts';

/** After so many tries a session is reported. Its id would be a reader's cookie; the record's id names it in NocoDB. */
const TRIES_UNTIL_REPORT = 3;

export class WrongRows {
  readonly #log: Logger;
  readonly #rows = new Map<string, { readonly tries: number; readonly until: number }>();

  constructor(log: Logger) {
    this.#log = log;
  }

  get size(): number {
    return this.#rows.size;
  }

  isResting(sessionId: string, now: number): boolean {
    return (this.#rows.get(sessionId)?.until ?? 0) > now;
  }

  note(sessionId: string, recordId: string | null, reason: string, now: number): void {
    const tries = (this.#rows.get(sessionId)?.tries ?? 0) + 1;
    this.#rows.set(sessionId, { tries, until: now + backoffMs(tries) });
    if (tries === TRIES_UNTIL_REPORT)
      this.#log.error({ recordId, tries, reason }, 'NocoDB: a row is not as it was sent');
  }

  clear(sessionId: string): void {
    this.#rows.delete(sessionId);
  }
}
