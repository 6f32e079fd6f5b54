// Devices that all come back at once, each with its spans waiting, in a process of their own. They pause as the channel does.
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { pauseAfter, type Failure, type Pause } from '../../../sw/channel/backoff.ts';
import { HEARTBEAT_PATH, type Receipt, type Span } from '../../../sw/protocol/delivery.ts';

/** What the channel waits for an answer, as in sw/channel/send-delivery.ts. */
const ANSWER_TIMEOUT_MS = 20_000;
const SPAN_MS = 60_000;
const TELL_EVERY_MS = 2_000;

export interface DeviceOrders {
  readonly port: number;
  readonly sessions: readonly string[];
  /** The number of the first device among all processes' devices. */
  readonly first: number;
  readonly spansEach: number;
  /** In which all devices come back. */
  readonly withinMs: number;
}

export interface DeviceReport {
  /** Milliseconds from the start until all spans of the device were acknowledged. */
  readonly doneMs: readonly number[];
  readonly refused: number;
  /** Connections that were reset, refused or closed without an answer. */
  readonly cut: number;
  readonly unanswered: number;
  /** Spans that were answered with a final refusal. */
  readonly rejected: number;
}

const doneMs: number[] = [];
let refused = 0;
let cut = 0;
let unanswered = 0;
let rejected = 0;

process.once('message', (orders: DeviceOrders) => void deliverAll(orders));

async function deliverAll(orders: DeviceOrders): Promise<void> {
  const began = performance.now();
  const devices = orders.sessions.map(async (session, nth) => {
    await delay(Math.random() * orders.withinMs);
    await deliver(orders, session, orders.first + nth);
    doneMs.push(performance.now() - began);
  });
  const telling = setInterval(tell, TELL_EVERY_MS);
  await Promise.all(devices);
  clearInterval(telling);
  tell();
  process.disconnect();
}

function tell(): void {
  process.send?.({ doneMs, refused, cut, unanswered, rejected } satisfies DeviceReport);
}

async function deliver({ port, spansEach }: DeviceOrders, session: string, device: number): Promise<void> {
  const now = Date.now();
  const spans = Array.from({ length: spansEach }, (_, nth): Span => ({
    id: `s${nth}`,
    session,
    page: '/portfolio/confidential/four-minutes/',
    start: now - (nth + 1) * SPAN_MS,
    end: now - nth * SPAN_MS,
  }));
  let pause: Pause | undefined;
  for (;;) {
    const outcome = await send(port, device, JSON.stringify({ sentAt: Date.now(), spans }));
    if (outcome === 'stored') return;
    pause = pauseAfter(outcome, pause, Date.now(), Math.random, true);
    await delay(Math.max(0, pause.until - Date.now()));
  }
}

/** As from a network of its own. A connection each: browsers that were away have none left. */
function send(port: number, device: number, body: string): Promise<Failure | 'stored'> {
  return new Promise((resolve) => {
    let text = '';
    const localAddress = `127.1.${device >> 8}.${device & 255}`;
    const socket = connect({ port, host: '127.0.0.1', localAddress });
    const timer = setTimeout(() => {
      unanswered++;
      resolve({});
      socket.destroy();
    }, ANSWER_TIMEOUT_MS);
    socket.on('error', () => {});
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
    });
    socket.on('close', () => {
      clearTimeout(timer);
      resolve(read(text));
    });
    socket.write(
      `POST ${HEARTBEAT_PATH} HTTP/1.1\r\nHost: localhost:${port}\r\nConnection: close\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
    );
  });
}

function read(text: string): Failure | 'stored' {
  const [head = '', body = ''] = text.split('\r\n\r\n');
  if (head.startsWith('HTTP/1.1 200 ')) {
    rejected += (JSON.parse(body) as Receipt).refused.length;
    return 'stored';
  }
  if (head === '') {
    cut++;
    return { isNetworkError: true };
  }
  refused++;
  const seconds = /^retry-after: (\d+)/im.exec(head)?.[1];
  return { isAnswer: true, retryAfterMs: seconds === undefined ? undefined : Number(seconds) * 1_000 };
}
