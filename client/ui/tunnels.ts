// Finds the tunnels of a visit: stretches in which the device read offline, up to the moment at which it delivered. Pure.
import type { Bar, Stretch } from './graph-bars.ts';

/** From the first to the last of its reading. */
export interface Tunnel extends Stretch {
  /** When its reading reached the server; undefined: that isn't known. */
  readonly arrivedMs: number | undefined;
  /** Where it ends in the graph: when its reading arrived, or where something was read online before that. */
  readonly outMs: number;
  /** It leads beyond the axis. */
  readonly isOpen: boolean;
}

/**
 * Offline bars without an online one between them are in one tunnel, unless the first ones had arrived before the others began.
 * @param bars ordered by start.
 * @param untilMs where the axis ends.
 */
export function findTunnels(bars: readonly Bar[], untilMs: number): readonly Tunnel[] {
  const tunnels: Tunnel[] = [];
  let inside: Tunnel | undefined;
  for (const bar of bars) {
    if (bar.look !== 'offline') {
      if (inside) tunnels.push(end(inside, Math.min(untilMs, Math.max(inside.toMs, bar.fromMs)), untilMs));
      inside = undefined;
    } else if (inside && bar.fromMs < (inside.arrivedMs ?? Infinity)) inside = enter(inside, bar);
    else {
      if (inside) tunnels.push(end(inside, untilMs, untilMs));
      inside = enter(undefined, bar);
    }
  }
  return inside ? [...tunnels, end(inside, untilMs, untilMs)] : tunnels;
}

function enter(tunnel: Tunnel | undefined, { fromMs, toMs, arrivedMs }: Bar): Tunnel {
  const isArrived = tunnel?.arrivedMs !== undefined || arrivedMs !== undefined;
  return {
    fromMs: tunnel?.fromMs ?? fromMs,
    toMs: Math.max(tunnel?.toMs ?? toMs, toMs),
    arrivedMs: isArrived ? Math.max(tunnel?.arrivedMs ?? 0, arrivedMs ?? 0) : undefined,
    outMs: 0,
    isOpen: false,
  };
}

/** @param latestMs where it ends at the latest. */
function end(tunnel: Tunnel, latestMs: number, untilMs: number): Tunnel {
  const { toMs, arrivedMs = toMs } = tunnel;
  return {
    ...tunnel,
    outMs: Math.max(toMs, Math.min(arrivedMs, latestMs)),
    isOpen: arrivedMs > untilMs && latestMs === untilMs,
  };
}
