// The metrics of this process, or of all that serve together, in Prometheus' text format (the only user of prom-client, which is loaded only where metrics are on).
// No label has a value that a request chooses. docs/metrics.md describes each.
import type { Gauge } from 'prom-client';
import type { RefusalReason } from '../../sw/protocol/delivery.ts';
import type { StoreFigures } from './store-figures.ts';

/** One transaction of deliveries. */
export interface Commit {
  readonly ms: number;
  readonly sightings: number;
  readonly stored: number;
  readonly late: number;
}

export interface Metrics {
  readonly contentType: string;
  /** Asks the store, too. Rejects only if the format can't be written. */
  read(): Promise<string>;
  /** Answers the first of several processes, which adds up the metrics of all. */
  share(): void;
  /** @param route the pattern, like `/api/sessions/:id`. */
  readonly countRequest: (route: string, status: number) => void;
  /** @param change 1: a delivery began; -1: it is over. */
  readonly addPending: (change: 1 | -1) => void;
  /** @param ms from the last byte of the delivery on. */
  readonly acknowledge: (ms: number) => void;
  readonly countRefused: (reason: RefusalReason) => void;
  readonly countCommit: (commit: Commit) => void;
  readonly countFailedCommit: () => void;
  /** @param ms by how much the device's clock differs, in either direction. */
  readonly observeSkew: (ms: number) => void;
  readonly countNocodb: (result: string) => void;
  readonly countWebhook: (result: string) => void;
  readonly countMail: (to: 'owner' | 'reader', result: string) => void;
}

const REASONS: readonly RefusalReason[] = ['unknown-session', 'malformed', 'start-after-end', 'too-many-spans'];
const ACKNOWLEDGEMENT_S = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const COMMIT_S = [0.0005, ...ACKNOWLEDGEMENT_S];
const BATCH = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000];
const SKEW_S = [1, 5, 30, 300, 3_600, 86_400];

/** @param readFigures what the store knows. Never rejects. */
export async function createMetrics(readFigures: () => Promise<StoreFigures>): Promise<Metrics> {
  const { AggregatorRegistry, collectDefaultMetrics, Counter, Gauge, Histogram, Registry } =
    await import('prom-client');
  const registry = new Registry();
  const registers = [registry];
  const counter = <Label extends string = never>(name: string, help: string, ...labelNames: Label[]) =>
    new Counter({ name: `stillhere_${name}`, help, labelNames, registers });
  /** What the store knows is the same in all processes; the worst is shown. @param show sets its value, which is unknown until then. */
  const ofStore = <Label extends string = never>(
    name: string,
    help: string,
    worst: 'min' | 'max',
    show: (gauge: Gauge<Label>, figures: StoreFigures) => void,
    ...labelNames: Label[]
  ): void => {
    const gauge = new Gauge({
      name: `stillhere_${name}`,
      help,
      labelNames,
      registers,
      aggregator: worst,
      collect: async () => {
        const figures = await readFigures();
        gauge.reset();
        if (labelNames.length === 0) gauge.remove();
        show(gauge, figures);
      },
    });
  };
  const histogram = (name: string, help: string, buckets: number[]) =>
    new Histogram({ name: `stillhere_${name}`, help, buckets, registers });

  const requests = counter('http_requests_total', 'Requests', 'route', 'status');
  const pending = new Gauge({
    name: 'stillhere_deliveries_pending',
    help: 'Deliveries that wait for their acknowledgement',
    registers,
  });
  const acknowledged = histogram(
    'acknowledgement_seconds',
    'From the last byte of a delivery to its acknowledgement',
    ACKNOWLEDGEMENT_S,
  );
  const stored = counter('spans_stored_total', 'Spans stored; one that grows counts with each delivery');
  const late = counter('spans_late_total', 'Stored spans that were delivered more than a minute after their end');
  const refused = counter('spans_refused_total', 'Spans refused', 'reason');
  // A rate needs to have seen a zero.
  for (const reason of REASONS) refused.inc({ reason }, 0);
  const skew = histogram('device_clock_skew_seconds', "By how much a delivery's clock differs from ours", SKEW_S);
  const commits = histogram('commit_seconds', 'Time of a transaction of deliveries', COMMIT_S);
  const batch = histogram('commit_batch_size', 'Spans and beats of a transaction', BATCH);
  const failed = counter('commits_failed_total', 'Transactions of deliveries that failed');
  ofStore('store_up', '1: the store answered; 0: it did not', 'min', (gauge, { isUp }) => gauge.set(isUp ? 1 : 0));
  ofStore('live_readers', 'Sessions that are being read', 'max', (gauge, { counts }) => {
    if (counts) gauge.set(counts.liveReaders);
  });
  ofStore<'consumer'>(
    'outbox_waiting',
    'Sessions that wait in the outbox',
    'max',
    (gauge, { counts }) => {
      for (const { consumer, sessions } of counts?.outboxes ?? []) gauge.set({ consumer }, sessions);
    },
    'consumer',
  );
  ofStore<'consumer'>(
    'outbox_oldest_seconds',
    'How long the oldest of them has been due',
    'max',
    (gauge, { counts }) => {
      for (const { consumer, oldestMs } of counts?.outboxes ?? []) gauge.set({ consumer }, oldestMs / 1_000);
    },
    'consumer',
  );
  const nocodb = counter('nocodb_requests_total', 'Requests to NocoDB', 'result');
  const webhook = counter('webhook_events_total', 'Attempts to post an event', 'result');
  const mails = counter('mails_total', 'Attempts to send a mail', 'to', 'result');
  collectDefaultMetrics({ register: registry });

  return {
    contentType: registry.contentType,
    read: () => registry.metrics(),
    share: () => {
      AggregatorRegistry.setRegistries(registry);
      // Its constructor begins to listen.
      void new AggregatorRegistry();
    },
    countRequest: (route, status) => requests.inc({ route, status }),
    addPending: (change) => pending.inc(change),
    acknowledge: (ms) => acknowledged.observe(ms / 1_000),
    countRefused: (reason) => refused.inc({ reason }),
    countCommit: (commit) => {
      commits.observe(commit.ms / 1_000);
      batch.observe(commit.sightings);
      stored.inc(commit.stored);
      late.inc(commit.late);
    },
    countFailedCommit: () => failed.inc(),
    observeSkew: (ms) => skew.observe(ms / 1_000),
    countNocodb: (result) => nocodb.inc({ result }),
    countWebhook: (result) => webhook.inc({ result }),
    countMail: (to, result) => mails.inc({ to, result }),
  };
}

/** The metrics of all processes, for the first one. `read` rejects if one does not answer within five seconds. */
export async function createSummedMetrics(): Promise<Pick<Metrics, 'contentType' | 'read'>> {
  const { AggregatorRegistry } = await import('prom-client');
  const registry = new AggregatorRegistry();
  return { contentType: registry.contentType, read: () => registry.clusterMetrics() };
}
