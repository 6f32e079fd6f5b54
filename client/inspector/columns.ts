// The table columns for waiting, refused and delivered spans, and for deliveries.
import type { QueuedSpan } from '../../sw/channel/database.ts';
import type { Span } from '../../sw/protocol/delivery.ts';
import { formatCount, formatLength, formatShort, formatTime } from '../ui/format.ts';
import type { Column } from '../ui/row-table.ts';
import type { Delivered, DeliveryRun } from './visit-log.ts';
import { whyWaiting, type WaitingRow } from './why-waiting.ts';

const SPAN: readonly Column<Span>[] = [
  { title: 'Page', text: ({ page }) => page, kind: 'page' },
  { title: 'Start', text: ({ start }, now) => formatTime(start, now), kind: 'time' },
  { title: 'End', text: ({ end }, now) => formatTime(end, now), kind: 'time' },
  { title: 'Read', text: ({ start, end }) => formatLength(end - start), kind: 'length' },
];

export const WAITING: readonly Column<WaitingRow>[] = [
  ...SPAN,
  { title: 'Attempts', text: ({ attempts }) => String(attempts), kind: 'number named' },
  {
    title: 'Last error',
    text: ({ lastError }) => lastError ?? 'none',
    kind: 'error',
    isBad: ({ lastError }) => !!lastError,
  },
  { title: 'Why it waits', text: whyWaiting, kind: 'why' },
];

export const REFUSED: readonly Column<QueuedSpan>[] = [
  ...SPAN,
  { title: 'Reason', text: ({ lastError }) => lastError ?? 'unknown', kind: 'error', isBad: () => true },
];

export const DELIVERED: readonly Column<Delivered>[] = [
  ...SPAN,
  { title: 'Stored', text: ({ storedAt }, now) => formatTime(storedAt, now), kind: 'time named' },
  { title: 'Receipts', text: ({ receipts }) => String(receipts), kind: 'number named' },
  { title: 'Took', text: ({ tookMs }) => formatShort(tookMs), kind: 'number named' },
];

export const DELIVERIES: readonly Column<DeliveryRun>[] = [
  { title: 'At', text: ({ at }, now) => formatTime(at, now), kind: 'time' },
  { title: 'By', text: ({ by }) => by, kind: 'by' },
  { title: 'Trigger', text: ({ trigger }) => trigger, kind: 'trigger' },
  {
    title: 'Result',
    text: formatOutcome,
    kind: 'error',
    isBad: ({ outcome }) => !!outcome.error || outcome.refused.length > 0,
  },
];

function formatOutcome({ outcome: { stored, refused, waiting, retryInMs, error }, requests }: DeliveryRun): string {
  const parts = [
    stored > 0 && `${stored} stored`,
    refused.length > 0 && `${refused.length} refused`,
    waiting > 0 && `${waiting} waiting`,
    error,
    retryInMs > 0 && `${error ? 'next try' : 'paused, next try'} in ${formatShort(retryInMs)}`,
    requests > 1 && formatCount(requests, 'request'),
  ].filter(Boolean);
  return parts.join(', ') || 'nothing to deliver';
}
