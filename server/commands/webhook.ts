// The command `webhook test`.
import { randomUUID } from 'node:crypto';
import { ConfigError, readConfig } from '../config/config.ts';
import { testMessage } from '../webhook/payload.ts';
import { postMessage } from '../webhook/post-message.ts';

/** Sends a test event, and prints in one sentence what came of it. */
export async function testWebhook(): Promise<void> {
  const { webhook } = readConfig(process.env);
  if (!webhook) throw new ConfigError('Set WEBHOOK_URL and WEBHOOK_SECRET.');
  const message = testMessage(`test_${randomUUID().replaceAll('-', '')}`, Date.now());
  const outcome = await postMessage(webhook, message, Date.now(), new AbortController().signal);
  if (outcome.type === 'told') console.info('The receiver has accepted the test event.');
  else {
    console.info(`The receiver has not accepted the test event: ${outcome.reason}.`);
    process.exitCode = 1;
  }
}
