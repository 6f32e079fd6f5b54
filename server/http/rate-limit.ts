// Rate limits (the only user of rate-limiter-flexible), counted by each process, or by all that use a database.
import { createHmac } from 'node:crypto';
import {
  RateLimiterMemory,
  RateLimiterPostgres,
  RateLimiterRes,
  type RateLimiterAbstract,
} from 'rate-limiter-flexible';

/** Counts one use of `key`. Resolves with the seconds to wait, or 0 if the use is allowed. */
export type RateLimit = (key: string) => Promise<number>;

/**
 * @param name of what is limited.
 * @param uses allowed per key in each `seconds`; 0: no limit.
 */
export type CreateRateLimit = (name: string, uses: number, seconds: number) => RateLimit;

/** Runs a statement in the database that all processes use. */
type Query = (sql: string, parameters: readonly unknown[]) => Promise<{ readonly rows: readonly object[] }>;

/** Each process counts by itself. */
export const createRateLimit: CreateRateLimit = (name, uses, seconds) =>
  uses === 0
    ? unlimited
    : toLimit(new RateLimiterMemory({ keyPrefix: name, points: uses, duration: seconds }), seconds);

/**
 * All processes count together, in the table `shared_counters`. While the database doesn't answer, each counts by itself.
 * @param secret of the server: the table has no addresses in it, only what is made of them with it.
 */
export function shareRateLimits(query: Query, secret: string): CreateRateLimit {
  // Without the names of its statements: with PgBouncer, the next one may run on another connection.
  const storeClient = { query: ({ text, values }: { text: string; values: unknown[] }) => query(text, values) };
  return (name, uses, seconds) => {
    if (uses === 0) return unlimited;
    const options = { keyPrefix: name, points: uses, duration: seconds };
    const limit = toLimit(
      new RateLimiterPostgres({
        ...options,
        storeClient,
        storeType: 'pool',
        tableName: 'shared_counters',
        tableCreated: true,
        // Whoever is refused asks nothing of the database any more.
        inMemoryBlockOnConsumed: uses,
        insuranceLimiter: new RateLimiterMemory(options),
      }),
      seconds,
    );
    return (key) => limit(createHmac('sha256', secret).update(`limit:${key}`).digest('base64url'));
  };
}

const unlimited: RateLimit = async () => 0;

/** Clocks of several servers differ by less. */
const SMALLEST_STEP_MS = 10_000;

function toLimit(limiter: RateLimiterAbstract, seconds: number): RateLimit {
  const longestMs = seconds * 1_000 + SMALLEST_STEP_MS;
  return async (key) => {
    let used = await consume(limiter, key);
    // What ends later was begun before the clock was set back, and would refuse for as long as that.
    if (used.msBeforeNext > longestMs) {
      await limiter.delete(key);
      used = await consume(limiter, key);
    }
    return used.isRefused ? Math.max(1, Math.ceil(used.msBeforeNext / 1000)) : 0;
  };
}

async function consume(
  limiter: RateLimiterAbstract,
  key: string,
): Promise<{ readonly isRefused: boolean; readonly msBeforeNext: number }> {
  try {
    const { msBeforeNext } = await limiter.consume(key);
    return { isRefused: false, msBeforeNext };
  } catch (limited) {
    if (!(limited instanceof RateLimiterRes)) throw limited;
    return { isRefused: true, msBeforeNext: limited.msBeforeNext };
  }
}
