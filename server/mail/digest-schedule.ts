// When the next digest is due: once a day, also across restarts.
import type { DigestSchedule } from '../outbox/digest-consumer.ts';
import type { Notes } from '../store/notes.ts';
import { isQuiet, lastDateWith } from './local-time.ts';
import type { MailConfig } from './mail-config.ts';

/** The date of the last digest. */
const NOTE = 'mail-digest';

export class DailyDigest implements DigestSchedule {
  readonly #notes: Notes;
  readonly #config: Pick<MailConfig, 'quietHours' | 'timeZone'>;
  readonly #minute: number;

  /** @param minute of the day. */
  constructor(notes: Notes, config: Pick<MailConfig, 'quietHours' | 'timeZone'>, minute: number) {
    this.#notes = notes;
    this.#config = config;
    this.#minute = minute;
  }

  /** The first digest comes at the first time of day that is still to come. */
  async isDue(now: number): Promise<boolean> {
    const { quietHours, timeZone } = this.#config;
    if (isQuiet(now, quietHours, timeZone)) return false;
    const last = await this.#notes.read(NOTE);
    if (last === undefined) await this.finish(now);
    return last !== undefined && lastDateWith(this.#minute, now, timeZone) > last;
  }

  async finish(now: number): Promise<void> {
    await this.#notes.write(NOTE, lastDateWith(this.#minute, now, this.#config.timeZone));
  }
}
