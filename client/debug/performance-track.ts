// `debug`: shows beats, deliveries and receipts on their own track in the devtools' Performance panel
// (https://developer.chrome.com/docs/devtools/performance/extension). Other browsers show them among the user timings.
import type { EmittedEvent } from '../../sw/protocol/messages.ts';

const TRACK = 'Stillhere';

type Properties = readonly (readonly [string, string])[];

/** Draws a period, from `start` to `end` on the page's monotonic clock. */
export function drawStretch(name: string, start: number, end: number, properties: Properties, isBad = false): void {
  const devtools = { dataType: 'track-entry', track: TRACK, color: isBad ? 'error' : 'primary', properties };
  performance.measure(`stillhere: ${name}`, { start, end, detail: { devtools } });
}

/** Draws a finished request, sent from any context, and its receipt. */
export function drawRequest(announced: EmittedEvent): void {
  if (announced.type !== 'sent') return;
  const { spans, sentAt, sent, at, by } = announced;
  const end = toMonotonic(at);
  const start = Math.min(end, toMonotonic(sentAt));
  const isReceipt = sent.type === 'receipt';
  const properties: Properties = [
    ['by', by],
    ['spans', String(spans.length)],
    isReceipt ? ['stored', String(sent.receipt.stored.length)] : ['error', sent.error],
  ];
  drawStretch('delivery', start, end, properties, !isReceipt);
  if (!isReceipt) return;
  const devtools = { dataType: 'marker', color: 'secondary', properties, tooltipText: 'Stored by the server' };
  performance.mark('stillhere: receipt', { startTime: end, detail: { devtools } });
}

/** Times before the page's start are drawn at its start. */
function toMonotonic(epochMs: number): number {
  return Math.max(0, performance.now() - (Date.now() - epochMs));
}
