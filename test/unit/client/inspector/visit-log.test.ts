// What the inspector tells of a visit, from what was announced.
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { emptyLog, addEvent, type VisitLog } from '../../../../client/inspector/visit-log.ts';
import { type EmittedEvent, VERSION } from '../../../../sw/protocol/messages.ts';
import type { Span } from '../../../../sw/protocol/delivery.ts';

const NOW = Date.parse('2026-11-24T08:00:00Z');

function makeSpan(id: string, end = NOW): Span {
  return { id, session: 'ann', page: '/a/', start: end - 1_000, end };
}

function receiptFor(spans: readonly Span[], sentAt: number, at: number, now: number, refusedId?: string): EmittedEvent {
  const stored = spans.map(({ id }) => id).filter((id) => id !== refusedId);
  const refused = refusedId ? [{ id: refusedId, reason: 'unknown-session' as const }] : [];
  return {
    type: 'sent',
    spans,
    sentAt,
    sent: { type: 'receipt', receipt: { success: true, stored, refused, now } },
    at,
    by: 'worker',
  };
}

function hear(...announced: readonly EmittedEvent[]): VisitLog {
  return announced.reduce(addEvent, emptyLog(NOW));
}

it('a span that grows and is delivered again is one row with two receipts', () => {
  const { delivered } = hear(
    receiptFor([makeSpan('s')], NOW, NOW + 40, NOW),
    receiptFor([makeSpan('s', NOW + 5_000)], NOW + 5_000, NOW + 5_060, NOW + 5_000),
  );
  expect(delivered).toEqual([{ ...makeSpan('s', NOW + 5_000), storedAt: NOW + 5_000, tookMs: 60, receipts: 2 }]);
});

it('a refused span is not delivered', () => {
  const { delivered } = hear(receiptFor([makeSpan('s'), makeSpan('t')], NOW, NOW + 40, NOW, 's'));
  expect(delivered.map(({ id }) => id)).toEqual(['t']);
});

it('the clock difference is that at the middle of the request, ± half its duration', () => {
  const { clock } = hear(receiptFor([makeSpan('s')], NOW, NOW + 100, NOW - 9_950));
  expect(clock).toEqual({ aheadMs: 10_000, doubtMs: 50 });
});

it('a repeated event counts once', () => {
  const receipt = receiptFor([makeSpan('s')], NOW, NOW + 40, NOW);
  const outcome = { stored: 1, refused: [], waiting: 0, retryInMs: 0 };
  const end: EmittedEvent = { type: 'delivered', trigger: 'beat', outcome, at: NOW + 41, by: 'worker' };
  const { delivered, turns } = hear(receipt, end, receipt, end);
  expect(delivered[0]?.receipts).toBe(1);
  expect(turns).toHaveLength(1);
  expect(turns[0]?.requests).toBe(1);
});

it('held spans are those kept and not yet in a receipt', () => {
  const { held } = hear(
    { type: 'kept', spans: [makeSpan('s'), makeSpan('t')], at: NOW, by: 'page' },
    receiptFor([makeSpan('s')], NOW, NOW + 40, NOW),
    { type: 'kept', spans: [makeSpan('t', NOW + 5_000)], at: NOW + 5_000, by: 'page' },
  );
  expect(held).toEqual([makeSpan('t', NOW + 5_000)]);
});

it("a worker reports the package's version", () => {
  const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
  expect(VERSION).toBe(version);
});
