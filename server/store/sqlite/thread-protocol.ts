// The messages between a store and the threads that own its SQLite connections.
import type { SqliteConnection } from './sqlite-connection.ts';

/** What a thread is started with. */
export interface ThreadData {
  readonly file: string;
  readonly isReadOnly: boolean;
}

export type Calls = Pick<SqliteConnection, 'record' | 'run' | 'addConsumer' | 'scrub' | 'close'>;
export type CallName = keyof Calls;

export interface Call {
  readonly nth: number;
  readonly name: CallName;
  readonly values: readonly unknown[];
}

export interface Failure {
  readonly message: string;
  /** Of server/store/store-error.ts, or SQLite's. An error's own fields are lost between threads. */
  readonly code: string | undefined;
}

export type Reply = { readonly nth: number } & ({ readonly result: unknown } | { readonly failure: Failure });
