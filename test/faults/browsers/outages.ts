// When nobody answered: the network was closed, or the server was dead.

/** Epoch milliseconds; `toMs` is Infinity while it lasts. */
export interface Outage {
  readonly cause: 'network' | 'server';
  readonly fromMs: number;
  toMs: number;
}

export function beginOutage(outages: Outage[], cause: Outage['cause']): void {
  outages.push({ cause, fromMs: Date.now(), toMs: Infinity });
}

export function endOutage(outages: readonly Outage[], cause: Outage['cause']): void {
  for (const outage of outages) if (outage.cause === cause) outage.toMs = Math.min(outage.toMs, Date.now());
}
