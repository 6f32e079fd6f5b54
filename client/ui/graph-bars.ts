// The bars of a train graph: what was read of one page without a pause, and how that is known. Pure.

/** Epoch milliseconds. */
export interface Stretch {
  readonly fromMs: number;
  readonly toMs: number;
}

/** `waiting` and `refused` are only on a device: the server doesn't have them. */
export type Look = 'online' | 'offline' | 'waiting' | 'refused';

/**
 * How an end is known: the page said `goodbye`; it was the last `tick` of a page that was cut off; it was `bounded`, because the
 * device's clock was wrong; or there is none yet, because the page is `open`.
 */
export type EndMark = 'goodbye' | 'tick' | 'bounded' | 'open';

export interface GraphSpan extends Stretch {
  readonly page: string;
  readonly look: Look;
  readonly end: EndMark;
  /** When it reached the server, where that was later. */
  readonly arrivedMs?: number | undefined;
}

export interface Bar extends Omit<GraphSpan, 'page'> {
  readonly row: number;
}

/** Joins bars of a page that are closer than `nearMs`: ten thousand spans stay quick. */
export function joinBars(bars: readonly Bar[], nearMs: number): readonly Bar[] {
  const joined: Bar[] = [];
  /** By row: the index of its last bar. */
  const last = new Map<number, number>();
  for (const bar of bars) {
    const nth = last.get(bar.row);
    const before = nth === undefined ? undefined : joined[nth];
    if (nth !== undefined && before && before.look === bar.look && bar.fromMs - before.toMs <= nearMs)
      joined[nth] = join(before, bar);
    else last.set(bar.row, joined.push(bar) - 1);
  }
  return joined;
}

function join(before: Bar, bar: Bar): Bar {
  const { toMs, end } = bar.toMs >= before.toMs ? bar : before;
  const arrivedMs = Math.max(before.arrivedMs ?? 0, bar.arrivedMs ?? 0) || undefined;
  return { ...before, toMs, end, arrivedMs };
}
