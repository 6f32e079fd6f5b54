// When nobody answered: the network was closed, or the server was dead.

/** Epoch milliseconds; Infinity: not over yet. */
export interface Outage {
  readonly fromMs: number;
  toMs: number;
}

export function beginOutage(outages: Outage[]): void {
  outages.push({ fromMs: Date.now(), toMs: Infinity });
}

export function endOutage(outages: readonly Outage[]): void {
  const last = outages.at(-1);
  if (last) last.toMs = Math.min(last.toMs, Date.now());
}
