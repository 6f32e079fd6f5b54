// The registry of the metrics.
import { describe, expect, it } from 'vitest';
import { createMetrics, type Metrics } from '../../../../server/ops/metrics.ts';
import type { StoreFigures } from '../../../../server/ops/store-figures.ts';
import { parseMetrics } from '../../../helpers/read-metrics.ts';

const FIGURES: StoreFigures = {
  isUp: true,
  counts: { liveReaders: 3, outboxes: [{ consumer: 'webhook', sessions: 7, oldestMs: 1_500 }] },
};
const UNKNOWN = { isUp: false, counts: undefined };

async function valuesOf(metrics: Metrics): Promise<ReadonlyMap<string, number>> {
  return parseMetrics(await metrics.read()).values;
}

describe('the registry', () => {
  it('counts what it is told', async () => {
    const metrics = await createMetrics(async () => FIGURES);
    metrics.countRequest('/api/sessions/:id', 200);
    metrics.countRequest('/api/sessions/:id', 200);
    metrics.countRequest('site', 404);
    metrics.countNocodb('ok');
    metrics.countWebhook('failed');
    metrics.countMail('reader', 'told');
    metrics.countFailedCommit();
    const values = await valuesOf(metrics);
    expect(values.get('stillhere_http_requests_total{route="/api/sessions/:id",status="200"}')).toBe(2);
    expect(values.get('stillhere_http_requests_total{route="site",status="404"}')).toBe(1);
    expect(values.get('stillhere_nocodb_requests_total{result="ok"}')).toBe(1);
    expect(values.get('stillhere_webhook_events_total{result="failed"}')).toBe(1);
    expect(values.get('stillhere_mails_total{to="reader",result="told"}')).toBe(1);
    expect(values.get('stillhere_commits_failed_total')).toBe(1);
    expect(values.get('stillhere_spans_refused_total{reason="malformed"}')).toBe(0);
  });

  it('shares nothing with another one', async () => {
    const [one, other] = [await createMetrics(async () => FIGURES), await createMetrics(async () => FIGURES)];
    one.countFailedCommit();
    expect((await valuesOf(other)).get('stillhere_commits_failed_total')).toBe(0);
  });

  it('has the memory, the processor time and the event loop of the process', async () => {
    const values = await valuesOf(await createMetrics(async () => FIGURES));
    for (const name of [
      'process_resident_memory_bytes',
      'process_cpu_seconds_total',
      'nodejs_eventloop_lag_p99_seconds',
      'nodejs_heap_size_used_bytes',
    ])
      expect(values.get(name), name).toBeGreaterThan(0);
  });

  it('says what the store knows, and nothing of it while the store does not answer', async () => {
    let figures: StoreFigures = FIGURES;
    const metrics = await createMetrics(async () => figures);
    const shown = async () =>
      [...(await valuesOf(metrics))].filter(([name]) => /^stillhere_(store|live|outbox)/.test(name));
    const all = [
      ['stillhere_store_up', 1],
      ['stillhere_live_readers', 3],
      ['stillhere_outbox_waiting{consumer="webhook"}', 7],
      ['stillhere_outbox_oldest_seconds{consumer="webhook"}', 1.5],
    ];
    expect(await shown()).toEqual(all);
    figures = UNKNOWN;
    expect(await shown()).toEqual([['stillhere_store_up', 0]]);
    figures = FIGURES;
    expect(await shown()).toEqual(all);
  });
});
