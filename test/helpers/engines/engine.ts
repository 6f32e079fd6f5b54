// What benches and tests ask of a browser, whichever it is.

/** What not every engine lets a script do. */
export type Ability = 'kill' | 'prerender' | 'sync' | 'stop workers';

export interface Tab {
  goto(url: string): Promise<void>;
  /** To the page before this one; resolves when it is there. */
  back(): Promise<void>;
  /** The value of an expression or a promise of one, as JSON. */
  evaluate<T>(expression: string): Promise<T>;
  /** The reader moves the pointer a little. */
  move(): Promise<void>;
  /** Another tab covers it, or its window is put away. */
  hide(): Promise<void>;
  show(): Promise<void>;
  /** As by a reader: with `beforeunload`. Resolves when it is gone. */
  close(): Promise<void>;
}

/** One browser with a profile of its own. */
export interface Device {
  readonly version: string;
  readonly abilities: readonly Ability[];
  /** The process above all others of the browser. */
  readonly pid: number;
  open(kind: 'tab' | 'window'): Promise<Tab>;
  /** Every process dies at once. */
  kill(): Promise<void>;
  /** The same profile again. */
  reopen(): Promise<void>;
  /** The browser's Background Sync event for the worker at `scope`, which it would fire by itself minutes later; false: there is no such worker. */
  fireSync(scope: string, tag: string): Promise<boolean>;
  /** From now on the browser refuses Background Sync to every site, as a reader can have it. */
  denySync?(): Promise<void>;
  /** Each worker is gone at once, as when the browser is short of memory; the next event starts it anew. */
  stopWorkers(): Promise<void>;
  close(): Promise<void>;
}
