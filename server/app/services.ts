// What runs behind the routes: the store, and the work in the background. Opened, started and stopped here, for our own server
// and for somebody else's.
import type { Logger } from 'pino';
import type { Config } from '../config/config.ts';
import { createMetrics, type Metrics } from '../ops/metrics.ts';
import { createStoreFigures } from '../ops/store-figures.ts';
import { createRefusalCounter, type RefusalCounter } from '../jobs/count-refusals.ts';
import { createTotalsJob } from '../jobs/count-totals.ts';
import { createRetentionJob, type RetentionOptions } from '../jobs/retention.ts';
import { createCodeSender, type CodeSender } from '../mail/code-sender.ts';
import { createMailer, MAIL } from '../mail/mailer.ts';
import { createMirror, type Mirror } from '../nocodb/mirror.ts';
import { findRowsIn } from '../nocodb/older-rows.ts';
import { Feed } from '../sessions/feed.ts';
import { NOCODB } from '../store/outbox.ts';
import type { SessionStore } from '../store/session-store.ts';
import { openStore } from '../store/open-store.ts';
import { createWebhook, WEBHOOK } from '../webhook/webhook.ts';

export interface Services {
  readonly store: SessionStore;
  /** The copy in NocoDB; undefined where none is configured. */
  readonly mirror: Mirror | undefined;
  /** Ids of the rows in NocoDB that hold this address, and that Stillhere didn't write; undefined without NocoDB. */
  readonly findOtherRows: ((email: string) => Promise<readonly string[]>) | undefined;
  /** Tells the owner's pages of changes. */
  readonly feed: Feed;
  /** Counts tries at the gate that are refused. */
  readonly refusals: Pick<RefusalCounter, 'count'>;
  /** Mails codes to readers; undefined: the gate asks for none. */
  readonly codes: Pick<CodeSender, 'send'> | undefined;
  /** What is counted for Prometheus; undefined: nothing. */
  readonly metrics: Metrics | undefined;
  /** Begins the work in the background. */
  start(): void;
  /** Finishes the work in the background, then closes the store. Call it when no request is under way. */
  stop(): Promise<void>;
}

/**
 * @param retentionOptions for tests, which can't wait for its first round.
 * @throws when the store can't be opened.
 */
export async function openServices(
  config: Pick<Config, 'storeUrl' | 'retentionMs' | 'metrics' | 'nocodb' | 'webhook' | 'mail' | 'codeMail'>,
  log: Logger,
  retentionOptions: RetentionOptions = {},
): Promise<Services> {
  const store = await openStore(config.storeUrl);
  const consumers: readonly string[] = [
    ...(config.nocodb ? [NOCODB] : []),
    ...(config.webhook ? [WEBHOOK] : []),
    ...(config.mail ? [MAIL] : []),
  ];
  const metrics = config.metrics && (await createMetrics(createStoreFigures(store, consumers)));
  const mirror = config.nocodb && createMirror(config.nocodb, store, log, undefined, metrics?.countNocodb);
  const webhook = config.webhook && createWebhook(config.webhook, store, log, { onOutcome: metrics?.countWebhook });
  const mailer =
    config.mail &&
    createMailer(config.mail, store, log, { onOutcome: metrics && ((result) => metrics.countMail('owner', result)) });
  const codes =
    config.codeMail &&
    createCodeSender(config.codeMail, log, {
      onOutcome: metrics && ((result) => metrics.countMail('reader', result)),
    });
  const totals = createTotalsJob(store, log);
  const retention = createRetentionJob(store, config.retentionMs, log, retentionOptions);
  const refusals = createRefusalCounter(store, log);
  const feed = new Feed(store);
  return {
    store,
    mirror,
    findOtherRows: config.nocodb && findRowsIn(config.nocodb, store),
    feed,
    refusals,
    codes,
    metrics,
    start: () => {
      totals.start();
      retention.start();
      mirror?.start();
      webhook?.start();
      mailer?.start();
    },
    stop: async () => {
      feed.close();
      await Promise.all([
        totals.stop(),
        retention.stop(),
        refusals.write(),
        mirror?.stop(),
        webhook?.stop(),
        mailer?.stop(),
        codes?.stop(),
      ]);
      await store.close();
    },
  };
}
