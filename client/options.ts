// The options of the page library: units, ranges, defaults and validation.
import { WORKER_PATH } from '../sw/protocol/delivery.ts';
import { siteBase } from '../sw/protocol/site-base.ts';

/** All times are in milliseconds. */
export interface HeartbeatOptions {
  /** How often the page tells the worker "still here". At least 1000. @default 180000 */
  readonly interval?: number | undefined;
  /**
   * How often the open span is written to IndexedDB; no network. At least 100, and at most `interval`. @default 5000
   */
  readonly tick?: number | undefined;
  /** After this long without any input, the reader counts as gone; 0 = never. @default 300000 */
  readonly idleAfter?: number | undefined;
  /** Without any input, beats slow down, up to 4 × `interval`; ticks don't. @default true */
  readonly adaptive?: boolean | undefined;
  /**
   * The name of the page in the record, from its address. Must begin with `/`. The default omits the query, which may
   * contain private data. @default ({ pathname }) => pathname
   */
  readonly pageFrom?: ((address: Location) => string) | undefined;
  /**
   * The path of the worker's script, which is registered if no worker controls the page. Its scope is the script's
   * folder (other pages of the site use it once they have registered it). `none`: no worker is registered. A worker
   * that the site registers itself is always used if it contains the channel (`stillhere/sw`, or
   * `importScripts('/stillhere-sw.js')`), and is never replaced. If it doesn't contain the channel, pages deliver by
   * themselves. Set `none` if the site registers its own worker: while that is still loading, it can't be detected.
   * @default '/sw.js', in the site's root folder
   */
  readonly worker?: string | null | undefined;
  /** Prints to the console what is sent, stored, refused and kept. @default false */
  readonly debug?: boolean | undefined;
}

export type Settings = Pick<HeartbeatOptions, 'debug'> & {
  readonly [name in Exclude<keyof HeartbeatOptions, 'debug'>]-?: NonNullable<HeartbeatOptions[name]>;
};

/** Fills in defaults. Invalid values are replaced by their default with a console warning; never throws. */
export function normalizeOptions(options: HeartbeatOptions = {}): Settings {
  const interval = milliseconds(options, 'interval', 1_000, 180_000);
  return {
    interval,
    tick: Math.min(interval, milliseconds(options, 'tick', 100, 5_000)),
    idleAfter: milliseconds(options, 'idleAfter', 0, 300_000),
    worker: options.worker ?? siteBase() + WORKER_PATH,
    adaptive: options.adaptive ?? true,
    // No path: readPageName takes the address's.
    pageFrom: options.pageFrom ?? (() => ''),
    debug: options.debug,
  };
}

function milliseconds(
  options: HeartbeatOptions,
  name: 'interval' | 'tick' | 'idleAfter',
  least: number,
  otherwise: number,
): number {
  // Attributes are text.
  const value = +((options[name] ?? otherwise) as number | string);
  if (value >= least) return value;
  console.warn(`stillhere: ${name} must be ${least} ms or more; using ${otherwise}`);
  return otherwise;
}
