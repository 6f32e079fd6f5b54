// Mails codes to readers, from memory: a code is worth nothing an hour later, and no address waits in the outbox. The answer to the
// reader never waits for it, and doesn't tell what came of it.
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import { tellListener, type OutcomeListener } from '../outbox/outcome.ts';
import { codeMail, type CodeLanguage } from './code-mail.ts';
import type { CodeMailConfig } from './mail-config.ts';
import { sendMail, TIMEOUT_MS } from './smtp.ts';

/** Before each further attempt, in milliseconds. Readers wait a minute, and ask again then. */
const PAUSES_MS: readonly number[] = [2_000, 5_000, 10_000, 20_000];
const PATIENCE_MS = 60_000;
/** Each has a connection. */
const MOST_AT_ONCE = 100;

export interface CodeMessage {
  readonly to: string;
  /** Six digits. */
  readonly code: string;
  readonly language: CodeLanguage;
}

export interface CodeSender {
  /** Returns at once. What fails is logged, without the address. */
  send(message: CodeMessage): void;
  /** Gives up what was not sent. */
  stop(): Promise<void>;
}

export function createCodeSender(
  config: CodeMailConfig,
  log: Logger,
  {
    pausesMs = PAUSES_MS,
    requestMs = TIMEOUT_MS,
    onOutcome = () => {},
  }: {
    readonly pausesMs?: readonly number[];
    readonly requestMs?: number;
    readonly onOutcome?: OutcomeListener | undefined;
  } = {},
): CodeSender {
  const stopping = new AbortController();
  const sending = new Set<Promise<void>>();

  const deliver = async ({ to, code, language }: CodeMessage): Promise<void> => {
    const mail = codeMail(`code_${randomUUID().replaceAll('-', '')}`, code, language, config);
    const envelope = { ...config, fromName: config.ownerName, to: [to] };
    const untilMs = performance.now() + PATIENCE_MS;
    for (let attempt = 0; ; attempt++) {
      const outcome = await tellListener(sendMail(envelope, mail, stopping.signal, requestMs), onOutcome);
      if (outcome.type === 'told' || stopping.signal.aborted) return;
      const pauseMs = pausesMs[attempt];
      const isHopeless = outcome.type === 'gone' || outcome.isRefused === true;
      if (isHopeless || pauseMs === undefined || performance.now() + pauseMs > untilMs) {
        log.warn({ reason: outcome.reason, attempts: attempt + 1 }, 'a code could not be mailed');
        return;
      }
      await delay(pauseMs, undefined, { signal: stopping.signal }).catch(() => {});
      if (stopping.signal.aborted) return;
    }
  };

  return {
    send(message) {
      if (sending.size >= MOST_AT_ONCE) {
        log.warn({ waiting: sending.size }, 'a code was not mailed: too many wait for the mail server');
        return;
      }
      const one = deliver(message).finally(() => sending.delete(one));
      sending.add(one);
    },
    async stop() {
      stopping.abort();
      await Promise.all(sending);
    },
  };
}
