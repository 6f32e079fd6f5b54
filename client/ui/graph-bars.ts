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

/** More can't be told apart, and take long to draw. */
const MOST_BARS = 200;
/** Bars closer than this part of the axis are always joined. */
const FINEST = 1 / 1_000;

/**
 * Joins bars of a page that are close to each other: a visit can have ten thousand.
 * @param bars ordered by start.
 * @param lengthMs of the axis.
 */
export function joinBars(bars: readonly Bar[], lengthMs: number): readonly Bar[] {
  let nearMs = lengthMs * FINEST;
  let joined = joinNear(bars, nearMs);
  for (; joined.length > MOST_BARS && nearMs < lengthMs; nearMs *= 2) joined = joinNear(joined, nearMs * 2);
  return joined;
}

function joinNear(bars: readonly Bar[], nearMs: number): readonly Bar[] {
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
