// The webhook and a real receiver, which verifies each event with the library of the convention.
import { execFile } from 'node:child_process';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { readConfig } from '../../server/config/config.ts';
import { createWebhook } from '../../server/webhook/webhook.ts';
import type { EventConsumer } from '../../server/outbox/event-consumer.ts';
import type { SessionStore } from '../../server/store/session-store.ts';
import { openInlineStore } from '../helpers/inline-store.ts';
import { readSnippet } from '../helpers/read-snippet.ts';
import { WEBHOOK_SECRET, WebhookReceiver, type Fate } from '../helpers/webhook-receiver.ts';

const NOW = Date.parse('2026-11-24T08:00:00Z');
const MINUTE = 60_000;
const SHORT = { requestMs: 300 };
const CLI = join(import.meta.dirname, '../../server/cli.ts');
const SESSION = 'id-that-lets-its-holder-write';
const EMAIL = `"<b>ann</b>"@example.com`;
const PAGE = '/report/<script>alert(1)</script>/\u202e\u{1f600}\r\nx/';

let receiver: WebhookReceiver;
let store: SessionStore;
let webhook: EventConsumer;
let monotonic: number;
let logLines: string[];

/** @param timing as short as `SHORT` only where a test waits for the end of it: the machine may be busy. */
function open(timing: { requestMs?: number } = {}): EventConsumer {
  const config = readConfig({ WEBHOOK_URL: receiver.url, WEBHOOK_SECRET }).webhook;
  if (!config) throw new Error('not configured');
  const log = pino({ level: 'trace' }, { write: (line) => logLines.push(line) });
  const clock = { wall: () => Date.now(), monotonic: () => monotonic };
  return createWebhook(config, store, log, { clock, ...timing });
}

beforeEach(async () => {
  // The library refuses what is older than five minutes by its clock.
  vi.useFakeTimers({ toFake: ['Date'], now: NOW });
  [monotonic, logLines] = [0, []];
  receiver = await WebhookReceiver.start();
  store = await openInlineStore(join(await mkdtemp(join(tmpdir(), 'stillhere-webhook-')), 'test.db'));
  webhook = open();
  // Before it is known to the store, nothing waits for it.
  await webhook.round();
  await store.createSession({ id: SESSION, email: EMAIL, startMs: NOW });
});
afterEach(async () => {
  await webhook.stop();
  await receiver.stop();
  await store.close();
  vi.useRealTimers();
  expect(receiver.complaints).toEqual([]);
  expect(logLines.join('')).not.toMatch(/example\.com|secret-path|whsec_|id-that/);
});

async function reopen(timing?: typeof SHORT): Promise<void> {
  await webhook.stop();
  webhook = open(timing);
}

async function pass(minutes: number): Promise<void> {
  vi.setSystemTime(Date.now() + minutes * MINUTE);
  monotonic += minutes * MINUTE;
  while (await webhook.round());
}

async function read(fromMinute: number, toMinute: number, page = '/report/', isReplayed = false): Promise<void> {
  const [startMs, endMs] = [NOW + fromMinute * MINUTE, NOW + toMinute * MINUTE];
  const span = { id: `${fromMinute}${page}`, page, startMs, endMs, offsetMs: 0, isClosed: true, isReplayed };
  await store.record([{ session: SESSION, receivedMs: Date.now(), span }]);
}

const kinds = (): readonly string[] => receiver.events.map(({ type }) => type);

describe('the receiver', () => {
  it('is told when a visit starts, ends, and is amended, and never the id of the session', async () => {
    await pass(0);
    vi.setSystemTime(NOW + 10 * MINUTE);
    await read(0, 8);
    await read(8, 10, PAGE);
    await pass(31);
    await read(10, 20, '/report/', true);
    await pass(31);
    expect(kinds()).toEqual(['session.started', 'session.ended', 'session.amended']);
    const { ref } = (await store.findSession(SESSION)) ?? {};
    const [started, ended, amended] = receiver.events;
    expect(started).toMatchObject({ timestamp: '2026-11-24T08:00:00.000Z', data: { ref, visit: { number: 1 } } });
    expect(ended?.timestamp).toBe('2026-11-24T08:40:00.001Z');
    expect(ended?.data).toEqual({
      ref,
      emailOfAccessor: EMAIL,
      identity: 'typed',
      sessionStartTime: '2026-11-24T08:00:00.000Z',
      visit: {
        number: 1,
        startTime: '2026-11-24T08:00:00.000Z',
        endTime: '2026-11-24T08:10:00.000Z',
        readingTimeMs: 10 * MINUTE,
        offlineMs: 0,
        state: 'ended',
        replaces: [],
      },
      pages: [
        { page: '/report/', readingTimeMs: 8 * MINUTE },
        { page: PAGE, readingTimeMs: 2 * MINUTE },
      ],
    });
    expect(amended?.data.visit).toMatchObject({ number: 1, readingTimeMs: 20 * MINUTE, offlineMs: 10 * MINUTE });
    expect(receiver.bodies.join('')).not.toContain(SESSION);
  });

  it('that was dead during a restart is told everything afterwards', async () => {
    await receiver.stop();
    const { port } = receiver;
    await pass(0);
    await read(0, 5);
    await pass(60);
    await webhook.stop();
    expect(logLines.join('')).toContain('the request failed (ECONNREFUSED)');
    receiver = await WebhookReceiver.start(port);
    webhook = open();
    await pass(1);
    expect(kinds()).toEqual(['session.started', 'session.ended']);
  });

  const failures: readonly (readonly [string, Fate, RegExp])[] = [
    ['never answers', () => {}, /no answer within 0\.3 s/],
    [
      'never finishes its headers',
      (response) => void response.socket?.write('HTTP/1.1 200 OK\r\nx'),
      /no answer within/,
    ],
    ['answers nonsense', (response) => void response.socket?.end('\0<html>'), /the request failed \(HTTPParserError/],
    ['resets the connection', (response) => void response.socket?.resetAndDestroy(), /the request failed \(/],
    [
      'answers with headers without end',
      (response) => void response.socket?.write(`HTTP/1.1 200 OK\r\n${'x: y\r\n'.repeat(100_000)}`),
      /the request failed \((UND_ERR_HEADERS_OVERFLOW|HTTPParserError)/,
    ],
    ['fails', (response) => response.writeHead(500).end('{'), /HTTP 500/],
    ['refuses', (response) => response.writeHead(400).end(EMAIL), /HTTP 400/],
    ['has moved', (response) => response.writeHead(308, { location: '/hooks/other' }).end(), /HTTP 308: redirects/],
  ];

  it.for(failures)('that %s is told again under the same id', async ([, fate, reason]) => {
    const { fate: well } = receiver;
    receiver.fate = fate;
    await reopen(SHORT);
    await pass(0);
    expect(kinds()).toEqual(['session.started']);
    await read(0, 5);
    receiver.fate = well;
    await reopen();
    await pass(11);
    expect(kinds()).toEqual(['session.started', 'session.started']);
    const [one, other] = receiver.events;
    expect(other).toEqual(one);
    expect(logLines.join('')).toMatch(reason);
    await pass(31);
    expect(kinds().slice(2)).toEqual(['session.ended']);
  });

  it('is believed whatever its answer contains, as long as it says success', async () => {
    receiver.fate = (response) => {
      response.writeHead(200, { 'content-type': 'text/html' });
      // Without an end.
      response.write('<h1>'.repeat(10_000));
    };
    await pass(0);
    await pass(31);
    expect(kinds()).toEqual(['session.started', 'session.ended']);
  });

  it.for(['600', new Date(NOW + 10 * MINUTE).toUTCString()])('that asks for a pause gets it (%s)', async (pause) => {
    receiver.fate = (response) => response.writeHead(429, { 'retry-after': pause }).end();
    await pass(0);
    await pass(9);
    expect(kinds()).toHaveLength(1);
    await pass(1);
    expect(kinds()).toHaveLength(2);
  });

  it('that is gone (410) is told nothing more before the next start', async () => {
    receiver.fate = (response) => response.writeHead(410).end();
    await pass(0);
    for (let hour = 0; hour < 24; hour++) await pass(60);
    expect(kinds()).toEqual(['session.started']);
    expect(logLines.join('')).toContain('HTTP 410');
    await webhook.stop();
    webhook = open();
    await pass(1);
    expect(kinds()).toEqual(['session.started', 'session.started']);
  });
});

it('docs/notifications.md shows an event with all that is sent', async () => {
  await pass(0);
  vi.setSystemTime(NOW + 10 * MINUTE);
  await read(0, 8);
  await read(8, 10, '/report/plan.html');
  await pass(31);
  const shown = JSON.parse(await readSnippet('docs/notifications.md', 'json', 'session.ended')) as {
    data: { ref: string; emailOfAccessor: string };
  };
  const { data } = shown;
  const sent = JSON.parse(receiver.bodies[1] ?? '') as typeof shown;
  const its = { ref: data.ref, emailOfAccessor: data.emailOfAccessor };
  expect({ ...sent, data: { ...sent.data, ...its } }).toEqual(shown);
});

describe('stillhere webhook test', () => {
  const type = async (environment: Readonly<Record<string, string>>): Promise<string> => {
    const env = { ...process.env, WEBHOOK_URL: receiver.url, WEBHOOK_SECRET, ...environment };
    const run = promisify(execFile)(process.execPath, [CLI, 'webhook', 'test'], { env, cwd: tmpdir() });
    const { stdout, stderr } = await run.catch((error: { stdout: string; stderr: string }) => error);
    return stdout + stderr;
  };
  // The command's clock is the real one.
  beforeEach(() => void vi.useRealTimers());

  it('says in a sentence that the receiver has accepted it', async () => {
    expect(await type({})).toBe('The receiver has accepted the test event.\n');
    expect(kinds()).toEqual(['stillhere.test']);
  });

  it('says in a sentence why the receiver has not', async () => {
    receiver.fate = (response) => response.writeHead(401).end('nonsense');
    expect(await type({})).toBe('The receiver has not accepted the test event: HTTP 401.\n');
    await receiver.stop();
    expect(await type({})).toBe('The receiver has not accepted the test event: the request failed (ECONNREFUSED).\n');
    receiver = await WebhookReceiver.start();
  });

  it('says which settings are missing or wrong, all at once', async () => {
    expect(await type({ WEBHOOK_URL: '', WEBHOOK_SECRET: '' })).toBe('Set WEBHOOK_URL and WEBHOOK_SECRET.\n');
    const said = await type({ WEBHOOK_URL: 'ftp://x', WEBHOOK_SECRET: 'whsec_short' });
    expect(said).toMatch(/WEBHOOK_URL: must .*\n.*WEBHOOK_SECRET: must /);
    expect(said).not.toContain('whsec_short');
  });
});
