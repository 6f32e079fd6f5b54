// What servers that use one store at the same time know of each other. Nothing of it needs to survive.

export interface Shared {
  /** Runs a statement of rate-limiter-flexible, which knows the table `shared_counters`. */
  query(sql: string, parameters: readonly unknown[]): Promise<{ readonly rows: readonly object[] }>;
  /** Tells the others that sessions have changed. Resolves with the new number of changes. */
  tellChange(): Promise<number>;
  /** Differs from the last one if a server has told of a change. */
  countChanges(): Promise<number>;
}
