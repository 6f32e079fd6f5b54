// What is measured of deliveries and of the transactions that store them.
import { describe, expect, it } from 'vitest';
import { measureDeliveries, measureRecording } from '../../../../server/ops/measure-deliveries.ts';
import { createMetrics, type Metrics } from '../../../../server/ops/metrics.ts';
import type { StoreFigures } from '../../../../server/ops/store-figures.ts';
import type { Recorded, Sighting } from '../../../../server/store/session-store.ts';
import { parseMetrics } from '../../../helpers/read-metrics.ts';

const FIGURES: StoreFigures = { isUp: true, counts: undefined };
const NOW = Date.parse('2026-11-24T08:00:00Z');

async function valuesOf(metrics: Metrics): Promise<ReadonlyMap<string, number>> {
  return parseMetrics(await metrics.read()).values;
}

describe('a delivery', () => {
  const request = { ip: '::1', readBody: async () => '', readSession: () => '' };

  it('that is answered has its refusals counted by reason, and no longer waits', async () => {
    const metrics = await createMetrics(async () => FIGURES);
    let waiting: number | undefined;
    const refused = [
      { id: '#0', reason: 'malformed' },
      { id: '#1', reason: 'malformed' },
      { id: 'a', reason: 'unknown-session' },
    ] as const;
    const answer = measureDeliveries(async () => {
      waiting = (await valuesOf(metrics)).get('stillhere_deliveries_pending');
      return { success: true, stored: [], refused, now: NOW };
    }, metrics);
    await answer(request);
    const values = await valuesOf(metrics);
    expect([waiting, values.get('stillhere_deliveries_pending')]).toEqual([1, 0]);
    expect(values.get('stillhere_spans_refused_total{reason="malformed"}')).toBe(2);
    expect(values.get('stillhere_spans_refused_total{reason="unknown-session"}')).toBe(1);
    expect(values.get('stillhere_acknowledgement_seconds_count')).toBe(1);
  });

  it('that fails is not acknowledged, and fails in the same way', async () => {
    const metrics = await createMetrics(async () => FIGURES);
    const failure = new Error('no store');
    const answer = measureDeliveries(() => Promise.reject(failure), metrics);
    await expect(answer(request)).rejects.toBe(failure);
    const values = await valuesOf(metrics);
    expect(values.get('stillhere_deliveries_pending')).toBe(0);
    expect(values.get('stillhere_acknowledgement_seconds_count')).toBe(0);
  });

  it('is timed from its last byte on', async () => {
    const times: number[] = [];
    const metrics = { addPending: () => {}, countRefused: () => {}, acknowledge: (ms: number) => times.push(ms) };
    let nowMs = 0;
    const answer = measureDeliveries(
      async (its) => {
        await its.readBody();
        nowMs += 20;
        return { success: true };
      },
      metrics,
      () => nowMs,
    );
    await answer({ ...request, readBody: async () => ((nowMs += 5_000), '') });
    expect(times).toEqual([20]);
  });
});

describe('a transaction', () => {
  /** A span of a session, by default one that has just ended. */
  const seen = (
    { session = 'ann', ...its }: { session?: string; isByServer?: boolean; endMs?: number; offsetMs?: number } = {},
    id = 's',
  ): Sighting => ({
    session,
    receivedMs: NOW,
    span: { id, page: '/a/', startMs: NOW - 300_000, endMs: NOW, offsetMs: 0, ...its },
  });

  async function record(sightings: readonly Sighting[], recorded: readonly Recorded[]) {
    const metrics = await createMetrics(async () => FIGURES);
    const store = measureRecording({ record: async () => recorded }, metrics);
    expect(await store.record(sightings)).toBe(recorded);
    return valuesOf(metrics);
  }

  it('counts spans that were stored, and those of them that came late by the clock of their device', async () => {
    const values = await record(
      [
        seen(),
        seen({ endMs: NOW - 60_001 }),
        seen({ endMs: NOW - 60_000 }),
        // Its device is an hour behind.
        seen({ endMs: NOW - 3_600_000, offsetMs: 3_600_000 }),
        seen({ endMs: NOW - 60_001, session: 'bob' }),
        seen({ isByServer: true }),
        { session: 'ann', receivedMs: NOW },
      ],
      ['stored', 'stored', 'stored', 'stored', 'unknown-session', 'stored', 'stored'],
    );
    expect(values.get('stillhere_spans_stored_total')).toBe(4);
    expect(values.get('stillhere_spans_late_total')).toBe(1);
    expect(values.get('stillhere_commit_batch_size_sum')).toBe(7);
    expect(values.get('stillhere_commit_seconds_count')).toBe(1);
  });

  it('counts the clock of a device once a delivery, whichever way it is wrong', async () => {
    const values = await record(
      [
        seen({ offsetMs: -600_000 }, 'a'),
        seen({ offsetMs: -600_000 }, 'b'),
        seen({ offsetMs: 2_000, session: 'bob' }),
        seen({ isByServer: true, offsetMs: 9_000 }),
      ],
      ['stored', 'stored', 'stored', 'stored'],
    );
    expect(values.get('stillhere_device_clock_skew_seconds_count')).toBe(2);
    expect(values.get('stillhere_device_clock_skew_seconds_sum')).toBe(602);
    expect(values.get('stillhere_device_clock_skew_seconds_bucket{le="5"}')).toBe(1);
  });

  it('that fails counts as such, and fails in the same way', async () => {
    const metrics = await createMetrics(async () => FIGURES);
    const failure = new Error('disk full');
    const store = measureRecording({ record: () => Promise.reject(failure) }, metrics);
    await expect(store.record([seen()])).rejects.toBe(failure);
    const values = await valuesOf(metrics);
    expect(values.get('stillhere_commits_failed_total')).toBe(1);
    expect(values.get('stillhere_commit_seconds_count')).toBe(0);
    expect(values.get('stillhere_spans_stored_total')).toBe(0);
  });
});
