// The options of the page library: units, ranges, defaults, and the one place where they are checked.
import { WORKER_PATH } from '../sw/protocol/delivery.ts';

/** All times are in milliseconds. */
export interface HeartbeatOptions {
  /** How often the page tells the worker "still here". At least 1000. @default 180000 */
  readonly interval?: number | undefined;
  /** How often the open span is written to IndexedDB; no network. At least 100, and never more than `interval`. @default 5000 */
  readonly tick?: number | undefined;
  /** After this long without any input the reader counts as gone; 0 = never. @default 300000 */
  readonly idleAfter?: number | undefined;
  /** Without any input the beats slow down, up to 4 × `interval`; ticks don't. @default true */
  readonly adaptive?: boolean | undefined;
  /**
   * The name of the page in the record, from its address; it must begin with `/`. A query may hold what nobody should
   * read: by default there is none in the record. @default ({ pathname }) => pathname
   */
  readonly pageFrom?: ((address: Location) => string) | undefined;
  /**
   * The path of the worker's script, which is registered where no worker has the page yet: a folder's worker has the pages in
   * that folder (others of the site use it once they have registered it). `none`: none is registered.
   * A worker that the site registers itself is used either way, if the channel is in it (`stillhere/sw`, or
   * `importScripts('/stillhere-sw.js')`), and never replaced; if not, pages deliver by themselves. A site that registers its
   * own says `none`: while that is still being fetched nobody can see that it comes. @default '/sw.js'
   */
  readonly worker?: string | null | undefined;
  /** Prints to the console what is sent, stored, refused and kept. @default false */
  readonly debug?: boolean | undefined;
}

export type Settings = { readonly [name in keyof HeartbeatOptions]-?: NonNullable<HeartbeatOptions[name]> };

/** Fills in the defaults. What can't be used is replaced by its default and told in a console warning: never thrown. */
export function normalizeOptions(options: HeartbeatOptions = {}): Settings {
  const interval = milliseconds('interval', options.interval, 1_000, 180_000);
  return {
    interval,
    tick: Math.min(interval, milliseconds('tick', options.tick, 100, 5_000)),
    idleAfter: milliseconds('idleAfter', options.idleAfter, 0, 300_000),
    adaptive: options.adaptive ?? true,
    pageFrom: options.pageFrom ?? (({ pathname }) => pathname),
    worker: options.worker ?? WORKER_PATH,
    debug: options.debug ?? false,
  };
}

function milliseconds(name: string, value: number | undefined, least: number, otherwise: number): number {
  if (value === undefined || value >= least) return value ?? otherwise;
  console.warn(`stillhere: ${name} needs ${least} ms at least; using ${otherwise}`);
  return otherwise;
}
