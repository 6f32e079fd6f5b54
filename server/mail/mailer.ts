// Mail to the owner, a consumer of the outbox: one for each visit that is over, or one a day. No reader waits for it.
import type { Logger } from 'pino';
import { DigestConsumer } from '../outbox/digest-consumer.ts';
import {
  SYSTEM_CLOCK,
  type EventSession,
  type TellingOptions,
  type TellingSetup,
} from '../outbox/base-event-consumer.ts';
import { EventConsumer } from '../outbox/event-consumer.ts';
import { tellListener, type Outcome } from '../outbox/outcome.ts';
import type { SessionStore } from '../store/session-store.ts';
import { digestMail } from './digest-mail.ts';
import { DailyDigest } from './digest-schedule.ts';
import { isQuiet } from './local-time.ts';
import type { MailConfig } from './mail-config.ts';
import { sendMail, TIMEOUT_MS, type Mail } from './smtp.ts';
import { visitMail } from './visit-mail.ts';

/** The name of the consumer. Stays the same as long as stores exist. */
export const MAIL = 'mail';

/** Visits end half an hour after they were last seen, so nobody waits for these seconds. */
const PAUSE_MS = 10_000;

/** Tells what happens from its first start on. Changing between single mails and digests loses and repeats nothing. */
export function createMailer(
  config: MailConfig,
  store: TellingOptions['store'] & Pick<SessionStore, 'notes' | 'totals'>,
  log: Logger,
  { clock = SYSTEM_CLOCK, requestMs = TIMEOUT_MS, pauseMs = PAUSE_MS, onOutcome = () => {} }: TellingSetup = {},
): EventConsumer | DigestConsumer {
  const { digestMinute, quietHours, timeZone } = config;
  const options = { name: MAIL, store, hasHistory: false, requestMs, pauseMs, log, clock };
  /** True for those of whom the owner wants to know. */
  const counter = async (): Promise<(session: EventSession) => boolean> => {
    const excluded = await store.totals.listExcludedReaders();
    return ({ email, isExcluded }) => !isExcluded && !excluded.includes(email);
  };
  const send = (mail: Mail, signal: AbortSignal): Promise<Outcome> =>
    tellListener(sendMail(config, mail, signal, requestMs), onOutcome);
  if (digestMinute !== undefined)
    return new DigestConsumer({
      ...options,
      schedule: new DailyDigest(store.notes, config, digestMinute),
      tell: async (entries, signal) => {
        const isCounted = await counter();
        const mail = digestMail(
          entries.filter(({ session }) => isCounted(session)),
          config,
        );
        return mail ? send(mail, signal) : { type: 'told' };
      },
    });
  return new EventConsumer({
    ...options,
    mayTell: (now) => !isQuiet(now, quietHours, timeZone),
    // One mail a visit. What was only opened gets one when it turns out to have been read.
    tell: async (event, session, signal) =>
      event.isFirstReading && (await counter())(session)
        ? send(visitMail({ event, session }, config), signal)
        : { type: 'told' },
  });
}
