// The interface of a browser for benchmarks and tests.

/** Abilities that not every engine offers to scripts. */
export type Ability = 'kill' | 'prerender' | 'sync' | 'stop workers';

export interface Tab {
  goto(url: string): Promise<void>;
  /** Goes back one page; resolves when it is shown. */
  back(): Promise<void>;
  /** The value of an expression, or of its promise, as JSON. */
  evaluate<T>(expression: string): Promise<T>;
  /** The reader moves the pointer a little. */
  move(): Promise<void>;
  /** Another tab covers it, or its window is minimized. */
  hide(): Promise<void>;
  show(): Promise<void>;
  /** Closes it like a reader, with `beforeunload`. Resolves when it is closed. */
  close(): Promise<void>;
}

/** One browser with its own profile. */
export interface Device {
  readonly version: string;
  readonly abilities: readonly Ability[];
  /** The browser's root process. */
  readonly pid: number;
  open(kind: 'tab' | 'window'): Promise<Tab>;
  /** Kills all processes at once. */
  kill(): Promise<void>;
  /** Starts again with the same profile. */
  reopen(): Promise<void>;
  /**
   * Fires the Background Sync event for the worker at `scope`, which the browser would fire minutes later; false if
   * there is no such worker.
   */
  fireSync(scope: string, tag: string): Promise<boolean>;
  /** Disables Background Sync for every site, as a reader can. */
  denySync?(): Promise<void>;
  /** Stops all workers at once, as when memory is short; the next event starts them again. */
  stopWorkers(): Promise<void>;
  close(): Promise<void>;
}
