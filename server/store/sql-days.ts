// The totals of days, added up from quarters of an hour. What takes longest, the different readers and the distribution, is kept in
// memory until one of the day's quarters has another version.
import { sql, type Kysely } from 'kysely';
import { chunk } from './chunk.ts';
import type { Database } from './database.ts';
import { daysOf, type Day } from './days.ts';
import { toDistribution } from './distribution.ts';
import type { Bucket } from './histogram.ts';
import type { Statement } from './runner.ts';
import type { Tables } from './schema.ts';
import { slotOf } from './time-slots.ts';
import type { DaysQuery, DayTotals, Distribution } from './totals.ts';

/** Other queries are answered between them. */
const DAYS_AT_ONCE = 31;
/** Two years. */
const MOST_KEPT = 750;

type Sums = Pick<DayTotals, 'sessions' | 'opened' | 'visits' | 'readingMs' | 'refused'>;
type Details = Pick<DayTotals, 'readers'> & Distribution;
type Kind = 'sums' | 'readers' | 'buckets';

export class SqlDays {
  readonly #reader: Database['reader'];
  readonly #texts: Readonly<Record<Kind, string>>;
  /** By the day's first slot and the one after its last. */
  readonly #kept = new Map<string, { readonly version: number; readonly details: Details }>();

  constructor({ reader }: Pick<Database, 'reader'>, queries: Kysely<Tables>) {
    this.#reader = reader;
    this.#texts = compileTexts(queries);
  }

  /** Each day, the last one first. */
  async list({ fromMs, toMs, timeZone }: DaysQuery): Promise<readonly DayTotals[]> {
    const listed: DayTotals[] = [];
    for (const days of chunk(daysOf({ startMs: fromMs, endMs: toMs }, timeZone).toReversed(), DAYS_AT_ONCE))
      listed.push(...(await this.#listSome(days)));
    return listed;
  }

  async #listSome(days: readonly Day[]): Promise<readonly DayTotals[]> {
    const sums = await this.#readSums(days);
    const details = days.map((day, nth) => {
      const kept = this.#kept.get(keyOf(day));
      return kept && kept.version === sums[nth]?.version ? kept.details : undefined;
    });
    const changed = days.flatMap((day, nth) => (details[nth] ? [] : { day, nth }));
    if (changed.length > 0) {
      const read = await this.#readDetails(changed.map(({ day }) => day));
      // Something may have been counted meanwhile.
      const after = await this.#readSums(changed.map(({ day }) => day));
      for (const [place, { day, nth }] of changed.entries()) {
        const found = (details[nth] = read[place]);
        const version = sums[nth]?.version;
        if (found && version !== undefined && after[place]?.version === version) this.#keep(day, version, found);
      }
    }
    return days.map((day, nth) => {
      const { version: _, ...sum } = sums[nth] as Sums & { readonly version: number };
      return { ...day, ...sum, ...(details[nth] as Details) };
    });
  }

  async #readSums(days: readonly Day[]): Promise<readonly (Sums & { readonly version: number })[]> {
    const answers = await this.#reader.run(days.map((day) => this.#statement('sums', day)));
    return answers.map(({ rows }) => rows[0] as Sums & { readonly version: number });
  }

  async #readDetails(days: readonly Day[]): Promise<readonly Details[]> {
    const answers = await this.#reader.run(
      days.flatMap((day) => [this.#statement('readers', day), this.#statement('buckets', day)]),
    );
    return days.map((_, nth) => {
      const [readers, buckets] = answers.slice(2 * nth, 2 * nth + 2).map(({ rows }) => rows);
      return {
        ...(readers?.[0] as Pick<DayTotals, 'readers'>),
        ...toDistribution((buckets ?? []) as readonly Bucket[]),
      };
    });
  }

  #keep(day: Day, version: number, details: Details): void {
    if (this.#kept.size >= MOST_KEPT) this.#kept.clear();
    this.#kept.set(keyOf(day), { version, details });
  }

  #statement(kind: Kind, { startMs, endMs }: Day): Statement {
    const slots = [slotOf(startMs), slotOf(endMs)];
    return { sql: this.#texts[kind], parameters: kind === 'sums' ? [...slots, ...slots] : slots };
  }
}

function keyOf({ startMs, endMs }: Day): string {
  return `${startMs} ${endMs}`;
}

/** Compiled once. Their parameters are the first slot and the one after the last; those of the sums, twice. */
function compileTexts(queries: Kysely<Tables>): Readonly<Record<Kind, string>> {
  const isIn = sql`slot >= ${0} AND slot < ${0}`;
  const sums = sql`
    SELECT coalesce(sum(version), 0) AS version, coalesce(sum(sessions), 0) AS sessions, coalesce(sum(opened), 0) AS opened,
      coalesce(sum(visits), 0) AS visits, coalesce(sum(reading_ms), 0) AS "readingMs",
      (SELECT coalesce(sum(refused), 0) FROM refused_slots WHERE ${isIn}) AS refused
    FROM slot_totals WHERE ${isIn}`;
  const readers = sql`SELECT count(DISTINCT reader_id) AS readers FROM slot_readers WHERE ${isIn}`;
  const buckets = sql`
    SELECT bucket, sum(sessions) AS count FROM slot_buckets WHERE ${isIn} GROUP BY bucket ORDER BY bucket`;
  return {
    sums: sums.compile(queries).sql,
    readers: readers.compile(queries).sql,
    buckets: buckets.compile(queries).sql,
  };
}
