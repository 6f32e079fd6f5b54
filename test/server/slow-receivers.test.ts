// The whole server with a webhook and mail that take requests and never answer: nothing else waits for them. And what they could not
// be told is told after a restart.
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openStore } from '../../server/store/open-store.ts';
import { HEARTBEAT_PATH } from '../../sw/protocol/delivery.ts';
import { MailServer } from '../helpers/mail-server.ts';
import { NocoStandIn } from '../helpers/nocodb/stand-in.ts';
import { StillhereServer } from '../helpers/stillhere-server.ts';
import { until } from '../helpers/until.ts';
import { WEBHOOK_SECRET, WebhookReceiver } from '../helpers/webhook-receiver.ts';

const HOUR = 3_600_000;

let receiver: WebhookReceiver;
let smtp: MailServer;
let noco: NocoStandIn;
let storeUrl: string;

beforeEach(async () => {
  [receiver, smtp, noco] = await Promise.all([WebhookReceiver.start(), MailServer.start(), NocoStandIn.start()]);
  storeUrl = `file:${join(await mkdtemp(join(tmpdir(), 'stillhere-slow-')), 'test.db')}`;
  // A visit that is over, of which neither has been told.
  const store = await openStore(storeUrl);
  for (const name of ['webhook', 'mail']) await store.outboxOf(name, false).countUntold();
  const startMs = Date.now() - HOUR;
  await store.createSession({ id: 'ann', email: 'ann@example.com', startMs });
  const span = { id: 's', page: '/report/', startMs, endMs: startMs + HOUR / 6, offsetMs: 0, isClosed: true };
  await store.record([{ session: 'ann', receivedMs: Date.now(), span }]);
  await store.close();
});
afterEach(async () => {
  await Promise.all([receiver.stop(), smtp.stop(), noco.stop()]);
  expect(receiver.complaints).toEqual([]);
});

it('hold up neither the gate, nor beats, nor NocoDB, nor a stop; and are told after a restart', async () => {
  receiver.fate = () => {};
  smtp.fate = () => new Promise(() => {});
  const { url, token, baseId } = noco.config;
  const server = await StillhereServer.startInTest({
    STORE_URL: storeUrl,
    WEBHOOK_URL: receiver.url,
    WEBHOOK_SECRET,
    SMTP_URL: smtp.url,
    MAIL_FROM: 'stillhere@site.example',
    MAIL_TO: 'owner@site.example',
    NOCODB_URL: url,
    NOCODB_TOKEN: token,
    NOCODB_BASE_ID: baseId,
    NOCODB_FRESHNESS_MS: '10',
  });
  // Both have a request now that they will never answer.
  await until(() => receiver.events.length > 0 && smtp.mails.length > 0);

  const gate = await fetch(`${server.url}/api/verify-temp-access`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json' },
    body: '{"email":"bob@example.com"}',
  });
  expect(gate.status).toBe(200);
  const [, session = ''] = /session_record_id=([^;]+)/.exec(gate.headers.getSetCookie().join()) ?? [];
  const now = Date.now();
  const span = { id: 's', session, page: '/report/', start: now, end: now, closed: true };
  const beat = await fetch(server.url + HEARTBEAT_PATH, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ sentAt: now, spans: [span] }),
  });
  expect(await beat.json()).toMatchObject({ success: true, stored: ['s'] });
  await until(() =>
    [...noco.rows.values()].some((row) => row['currentPage'] === '/report/' && row['sessionId'] === session),
  );

  await server.stop();
  const { port } = receiver;
  await receiver.stop();
  receiver = await WebhookReceiver.start(port);
  const unanswered = smtp.mails.length;
  smtp.fate = async () => {};
  await server.start();
  await until(() => receiver.events.filter(({ data }) => data.emailOfAccessor === 'ann@example.com').length === 2);
  await until(() => smtp.mails.length > unanswered);
  await server.stop();
  expect(receiver.events.map(({ type }) => type)).toContain('session.ended');
  expect(new Set(smtp.mails.map(({ headers }) => headers.get('message-id'))).size).toBe(1);
  expect(server.output).not.toMatch(/\.example|example\.com|secret-path|whsec_/);
});
