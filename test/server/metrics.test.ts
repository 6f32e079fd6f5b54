// The metrics of a real server: what is done to it, and what Prometheus then reads.
import { afterEach, describe, expect, it } from 'vitest';
import { HEARTBEAT_PATH } from '../../sw/protocol/delivery.ts';
import { freePort } from '../helpers/free-port.ts';
import { keepAlive } from '../helpers/keep-alive.ts';
import { MeteredServer, spanOf } from '../helpers/metered-server.ts';
import { parseMetrics } from '../helpers/read-metrics.ts';
import { OWNER_TOKEN } from '../helpers/stillhere-server.ts';
import { until } from '../helpers/until.ts';
import { WEBHOOK_SECRET, WebhookReceiver } from '../helpers/webhook-receiver.ts';

const EMAIL = 'ann@reader.example';

let metered: MeteredServer;
let receiver: WebhookReceiver | undefined;
afterEach(async () => {
  await metered.stop();
  await receiver?.stop();
  receiver = undefined;
});

describe('the numbers', () => {
  it('say what was requested, by route and status, of every line of the log one', async () => {
    metered = await MeteredServer.start();
    const session = await metered.enterGate(EMAIL);
    await metered.tryGate('nobody');
    await fetch(`${metered.url}/report/`, { redirect: 'manual' });
    await fetch(`${metered.url}/`);
    await fetch(`${metered.url}/nowhere`);
    await metered.deliver([spanOf(session)]);
    // Not by a page of the site, so on the way through Koa.
    await fetch(metered.url + HEARTBEAT_PATH, {
      method: 'POST',
      headers: { 'sec-fetch-site': 'none' },
      body: JSON.stringify({ sentAt: Date.now(), spans: [] }),
    });
    await fetch(metered.url + HEARTBEAT_PATH, { method: 'POST', body: 'nonsense' });
    await fetch(`${metered.url}/api/sessions/${session}`);
    const requests = [...(await metered.read())].filter(([name]) => name.startsWith('stillhere_http_requests_total'));
    const labels = (route: string, status: number) =>
      `stillhere_http_requests_total{route="${route}",status="${status}"}`;
    expect(Object.fromEntries(requests)).toEqual({
      [labels('/api/verify-temp-access', 200)]: 1,
      [labels('/api/verify-temp-access', 400)]: 1,
      [labels('site', 303)]: 1,
      [labels('site', 200)]: 1,
      [labels('site', 404)]: 1,
      [labels(HEARTBEAT_PATH, 200)]: 2,
      [labels(HEARTBEAT_PATH, 400)]: 1,
      [labels('/api/sessions/:id', 401)]: 1,
    });
    const lines = metered.server.output.split('\n').filter((line) => line.includes('"msg":"request"'));
    expect(lines).toHaveLength(requests.reduce((sum, [, count]) => sum + count, 0));
  });

  it('say what became of spans, how large transactions were, and how wrong the clocks of devices', async () => {
    metered = await MeteredServer.start();
    const session = await metered.enterGate(EMAIL);
    const now = Date.now();
    expect(await metered.deliver([spanOf(session)])).toBe(200);
    expect(await metered.deliver([{ ...spanOf(session, now - 120_000, now - 90_000), id: 'late' }])).toBe(200);
    const wrong = [spanOf('nobody'), { ...spanOf(session), end: 0 }, { nothing: true }, { nothing: true }];
    expect(await metered.deliver(wrong)).toBe(200);
    // The device is an hour ahead.
    expect(await metered.deliver([{ ...spanOf(session, now + 3_600_000), id: 'ahead' }], now + 3_600_000)).toBe(200);
    const values = await metered.read();
    const of = (name: string) => values.get(`stillhere_${name}`);
    expect(of('spans_stored_total')).toBe(3);
    expect(of('spans_late_total')).toBe(1);
    expect(of('spans_refused_total{reason="unknown-session"}')).toBe(1);
    expect(of('spans_refused_total{reason="start-after-end"}')).toBe(1);
    expect(of('spans_refused_total{reason="malformed"}')).toBe(2);
    expect(of('spans_refused_total{reason="too-many-spans"}')).toBe(0);
    expect(of('acknowledgement_seconds_count')).toBe(4);
    expect(of('acknowledgement_seconds_sum')).toBeGreaterThan(0);
    expect([of('commit_seconds_count'), of('commit_batch_size_sum')]).toEqual([4, 4]);
    expect(of('commits_failed_total')).toBe(0);
    expect(of('device_clock_skew_seconds_count')).toBe(4);
    expect(of('device_clock_skew_seconds_bucket{le="300"}')).toBe(3);
    expect(of('device_clock_skew_seconds_bucket{le="86400"}')).toBe(4);
    expect(of('deliveries_pending')).toBe(0);
  });

  it('say who is reading, a few seconds later', async () => {
    metered = await MeteredServer.start();
    await until(async () => (await metered.read()).get('stillhere_live_readers') === 0);
    const session = await metered.enterGate(EMAIL);
    await metered.deliver([spanOf(session)]);
    // The totals are counted every eight seconds, and the store is asked every five; on a busy machine, seldomer.
    await until(async () => (await metered.read()).get('stillhere_live_readers') === 1, 90_000);
  });

  it('say what came of events and of requests to NocoDB, and what waits', async () => {
    receiver = await WebhookReceiver.start();
    const statuses = [503];
    receiver.fate = (response) => response.writeHead(statuses.shift() ?? 204).end();
    metered = await MeteredServer.start({
      WEBHOOK_URL: receiver.url,
      WEBHOOK_SECRET,
      NOCODB_URL: `http://127.0.0.1:${await freePort()}`,
      NOCODB_TOKEN: 'token',
      NOCODB_BASE_ID: 'base',
    });
    // From now on, the store keeps for both what changes.
    await until(async () => (await metered.read()).get('stillhere_outbox_waiting{consumer="webhook"}') === 0);
    await metered.enterGate(EMAIL);
    const values = await until(async () => {
      const some = await metered.read();
      return (some.get('stillhere_outbox_oldest_seconds{consumer="nocodb"}') ?? 0) > 0 &&
        some.has('stillhere_webhook_events_total{result="told"}')
        ? some
        : undefined;
    }, 90_000);
    expect(values.get('stillhere_store_up')).toBe(1);
    expect(values.get('stillhere_webhook_events_total{result="failed"}')).toBe(1);
    expect(values.get('stillhere_webhook_events_total{result="told"}')).toBe(1);
    expect(values.get('stillhere_nocodb_requests_total{result="unavailable"}')).toBeGreaterThan(0);
    expect(values.has('stillhere_nocodb_requests_total{result="ok"}')).toBe(false);
    // The webhook looks at the visit again when it is over.
    for (const consumer of ['webhook', 'nocodb'])
      expect(values.get(`stillhere_outbox_waiting{consumer="${consumer}"}`)).toBe(1);
  });
});

describe('the labels', () => {
  it('are the same few, whatever 1,000 hostile requests ask for, and name nobody', async () => {
    metered = await MeteredServer.start();
    const session = await metered.enterGate(EMAIL);
    const hostile = keepAlive(Number(new URL(metered.url).port), 16);
    const paths = ['/', '/api/sessions/', '/report/', '/owner/', '/access/', '/api/', '//', '/stillhere-'];
    const methods = ['GET', 'POST', 'DELETE', 'PUT', 'PROPFIND', 'OPTIONS'];
    const tries = Array.from({ length: 1_000 }, async (_, nth) => {
      const path = `${paths[nth % paths.length]}${EMAIL}/${session}"}\\n%0a${nth}?route=${nth}`;
      const headers = { 'x-forwarded-for': `10.0.${nth % 256}.1`, cookie: `session_record_id=${session}${nth}` };
      const body = JSON.stringify({ sentAt: nth, spans: [{ ...spanOf(session), id: `"}${nth}`, page: `/${nth}` }] });
      const target = nth % 5 === 0 ? HEARTBEAT_PATH : path;
      return hostile.send(nth % 5 === 0 ? 'POST' : (methods[nth % methods.length] ?? ''), target, headers, body);
    });
    await Promise.all(tries);
    hostile.close();
    const text = await (await metered.ask()).text();
    const samples = [...parseMetrics(text).values].filter(([name]) => name.startsWith('stillhere_http_requests_total'));
    expect(samples.reduce((sum, [, count]) => sum + count, 0)).toBe(1_001);
    // By route and status.
    expect(samples.length).toBeLessThan(40);
    for (const secret of [EMAIL, 'reader.example', session, '10.0.', OWNER_TOKEN]) expect(text).not.toContain(secret);
    expect(text).not.toMatch(/@|%0a|\d{3}"}\\/);
  });
});
