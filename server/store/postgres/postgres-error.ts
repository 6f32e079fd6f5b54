// Why a store in PostgreSQL can't be opened, in words for the person who starts the server; and which failures of an open one pass by
// themselves.
import { OUTDATED } from '../runner.ts';
import { STORE_UNAVAILABLE, StoreError } from '../store-error.ts';
import { nameOfStore } from '../store-url.ts';
import { sqlStateOf } from './pool.ts';

/** @param setting in which the URL of the database is. */
type Say = (name: string, setting: string) => string;

const UNREACHABLE: Say = (name, setting) => `The database ${name} does not answer. Start it, or correct ${setting}.`;

/** Of the system, and of PostgreSQL: https://www.postgresql.org/docs/current/errcodes-appendix.html */
const CAUSES: Readonly<Record<string, Say>> = {
  ECONNREFUSED: UNREACHABLE,
  ECONNRESET: UNREACHABLE,
  ENOTFOUND: UNREACHABLE,
  EAI_AGAIN: UNREACHABLE,
  ETIMEDOUT: UNREACHABLE,
  EHOSTUNREACH: UNREACHABLE,
  // cannot_connect_now: it starts, or recovers.
  '57P03': UNREACHABLE,
  '28P01': unauthorized,
  '28000': unauthorized,
  '3D000': (name, setting) => `There is no database ${name}. Create it with createdb, or correct ${setting}.`,
  '42501': (name, setting) =>
    `The user of ${setting} may not create tables in ${name}. Make it the owner of the database.`,
  '53300': (name) =>
    `The database ${name} has no connection left. Raise its max_connections, or put PgBouncer before it.`,
  '25006': (name, setting) => `The database ${name} can only be read: it is a standby. Set ${setting} to the primary.`,
};

/**
 * The error itself where its cause is another one. The password of the URL is in neither.
 * @param setting in which the URL is.
 */
export function postgresErrorOf(url: string, error: unknown, setting = 'STORE_URL'): unknown {
  if (error instanceof StoreError) return error;
  const code = codeOf(error);
  const say = CAUSES[code] ?? (/timeout/i.test(String(error)) ? UNREACHABLE : undefined);
  return say ? new StoreError(say(nameOfStore(url), setting), { cause: error }) : error;
}

/**
 * Connection exception, insufficient resources, lock not available, query canceled (it took too long), shutdown, system error, read-only,
 * and what was repeated in vain.
 */
const UNAVAILABLE = /^(?:08|53|55P03|57014|57P|58|25006|40001|40P01)/;

/** The error with the code {@link STORE_UNAVAILABLE} where the same may succeed later; otherwise the error itself. */
export function passingErrorOf(error: unknown): unknown {
  const state = sqlStateOf(error);
  const isPassing = state === undefined ? isOfConnection(error) : UNAVAILABLE.test(state);
  if (!isPassing) return error;
  return Object.assign(new Error('The database is not available', { cause: error }), { code: STORE_UNAVAILABLE });
}

/** Errors of the network and of pg have no class of their own; mistakes in the program have. */
function isOfConnection(error: unknown): boolean {
  if (!(error instanceof Error) || (error as { code?: unknown }).code === OUTDATED) return false;
  return error.name === 'Error' || error.name === 'AggregateError';
}

/** Kysely wraps errors of migrations; a host with several addresses fails with one error for each. */
function codeOf(error: unknown): string {
  for (let one = error; one instanceof Error; one = one.cause) {
    const { code } = one as { readonly code?: unknown };
    if (typeof code === 'string') return code;
  }
  return '';
}

function unauthorized(name: string, setting: string): string {
  return `The database ${name} refuses the user or the password of ${setting}.`;
}
