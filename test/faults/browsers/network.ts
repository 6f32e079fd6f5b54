// The network between one device and the server in one schedule: an origin of its own, with the weather of the hour.
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { HEARTBEAT_PATH, WORKER_PATH, type Delivery, type Span } from '../../../sw/protocol/delivery.ts';
import { freePort } from '../../helpers/free-port.ts';
import { forward, reply, type Answer } from './forward.ts';
import { beginOutage, endOutage, type Outage } from './outages.ts';
import type { Fault, Weather } from './schedule.ts';
import type { WrongClock } from './wrong-clock.ts';

/** Not by our server. */
const FOREIGN: Partial<Record<Fault, Answer>> = {
  '500': { status: 500, headers: {}, body: Buffer.from('{"success":false,"error":"no"}') },
  '502-html': { status: 502, headers: { 'content-type': 'text/html' }, body: Buffer.from('<h1>Bad Gateway</h1>') },
  '404': { status: 404, headers: {}, body: Buffer.from('<h1>Not found</h1>') },
  '429': { status: 429, headers: { 'retry-after': '1' }, body: Buffer.from('') },
  'captive-portal': { status: 200, headers: { 'content-type': 'text/html' }, body: Buffer.from('<h1>Hotel</h1>') },
};
const WORKS: Weather = { fault: 'none', times: 0, ms: 0 };

/** A heartbeat that came by. Times are epoch milliseconds. */
export interface Heartbeat {
  readonly atMs: number;
  /** As the device believed. */
  readonly sentAt: number;
  readonly spans: readonly Span[];
  readonly fault: Fault;
  /** When the server's answers to it were there: as often as it got one. */
  readonly answeredMs: number[];
  readonly statuses: number[];
}

export class Network {
  readonly heartbeats: Heartbeat[] = [];
  /** When nobody answered at all: the network was closed. */
  readonly outages: Outage[] = [];
  readonly #target: number;
  readonly #address: string;
  readonly #clock: WrongClock | undefined;
  readonly #host: string;
  readonly #server = createServer((incoming, answer) => void this.#meet(incoming, answer));
  readonly #held = new Set<ServerResponse>();
  readonly #underWay = new Set<Promise<unknown>>();
  #port: number | undefined;
  #weather = WORKS;
  /** Resolves when another heartbeat has got its answer. */
  #answered = Promise.withResolvers<void>();

  /** @param nth gives the origin its name: no other schedule's cookies, worker or database are there. */
  constructor(target: number, nth: number, clock: WrongClock | undefined) {
    this.#target = target;
    this.#host = `s${nth}.localhost`;
    // The gate lets one address in 60 times a minute: each schedule comes from another one.
    this.#address = `10.${(nth >> 16) & 255}.${(nth >> 8) & 255}.${nth & 255}`;
    this.#clock = clock;
  }

  get url(): string {
    return `http://${this.#host}:${this.#port}`;
  }

  async open(): Promise<void> {
    if (this.#server.listening) return;
    this.#port ??= await freePort();
    this.#server.listen(this.#port, '127.0.0.1');
    await once(this.#server, 'listening');
    endOutage(this.outages, 'network');
  }

  /** Connections are refused, and those that were open are cut. */
  async close(): Promise<void> {
    if (!this.#server.listening) return;
    beginOutage(this.outages, 'network');
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, 'close');
  }

  async change(weather: Weather): Promise<void> {
    this.#weather = weather;
    this.#letGo();
    await (weather.fault === 'refused' ? this.close() : this.open());
  }

  /** Works from now on; what was slow has come through. */
  async heal(): Promise<void> {
    await this.change(WORKS);
    await Promise.all(this.#underWay);
  }

  #letGo(): void {
    for (const answer of this.#held) answer.destroy();
    this.#held.clear();
  }

  async #meet(incoming: IncomingMessage, answer: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    try {
      for await (const chunk of incoming) chunks.push(chunk as Buffer);
    } catch {
      return;
    }
    const body = Buffer.concat(chunks);
    const isHeartbeat = incoming.url === HEARTBEAT_PATH;
    const work = isHeartbeat ? this.#heartbeat(incoming, body, answer) : this.#file(incoming, body, answer);
    this.#underWay.add(work);
    await work.finally(() => this.#underWay.delete(work));
  }

  async #heartbeat(incoming: IncomingMessage, body: Buffer, answer: ServerResponse): Promise<void> {
    const weather = this.#weather.times > 0 ? this.#weather : WORKS;
    const { fault, ms } = weather;
    this.#weather = { ...this.#weather, times: this.#weather.times - 1 };
    const delivery = JSON.parse(body.toString()) as Delivery;
    const heartbeat: Heartbeat = { ...delivery, atMs: Date.now(), fault, answeredMs: [], statuses: [] };
    this.heartbeats.push(heartbeat);
    const pass = async (): Promise<Answer | undefined> => {
      const passed = await this.#forward(incoming, body);
      if (passed) heartbeat.answeredMs.push(Date.now());
      return passed;
    };
    const tell = (told: Answer | undefined): void => {
      heartbeat.statuses.push(told?.status ?? 0);
      reply(answer, told);
      this.#answered.resolve();
      this.#answered = Promise.withResolvers();
    };

    switch (fault) {
      case 'silent':
        this.#held.add(answer);
        return;
      case 'cut-in-request':
        await this.#forward(incoming, body, true);
        answer.destroy();
        return;
      case 'cut-in-answer': {
        const { headers, body: whole } = (await pass()) ?? { headers: {}, body: Buffer.from('') };
        answer.writeHead(200, headers);
        answer.write(whole.subarray(0, whole.length / 2), () => answer.destroy());
        return;
      }
      case 'answer-lost':
        await pass();
        answer.destroy();
        return;
      case 'late':
        answer.destroy();
        await delay(ms);
        await pass();
        return;
      case 'slow': {
        await delay(ms);
        const passed = await pass();
        await delay(ms);
        return tell(passed);
      }
      case 'doubled':
        tell(await pass());
        await delay(ms);
        await pass();
        return;
      case 'reordered': {
        const passed = await pass();
        await Promise.race([this.#answered.promise, delay(ms)]);
        return tell(passed);
      }
      case 'none':
      case 'refused':
        return tell(await pass());
      case '500':
      case '502-html':
      case '404':
      case '429':
      case 'captive-portal':
        return tell(FOREIGN[fault]);
    }
  }

  async #file(incoming: IncomingMessage, body: Buffer, answer: ServerResponse): Promise<void> {
    for (const name of ['if-none-match', 'if-modified-since', 'accept-encoding']) delete incoming.headers[name];
    const found = await this.#forward(incoming, body);
    const isPage = found?.headers['content-type']?.startsWith('text/html');
    const prefix = isPage ? `<script>${this.#clock?.script}</script>` : `${this.#clock?.script}\n`;
    const isChanged = found && this.#clock && (isPage || incoming.url === WORKER_PATH);
    reply(answer, isChanged ? { ...found, body: Buffer.concat([Buffer.from(prefix), found.body]) } : found);
  }

  #forward(incoming: IncomingMessage, body: Buffer, isCut = false): Promise<Answer | undefined> {
    incoming.headers['x-forwarded-for'] = this.#address;
    return forward(this.#target, incoming, body, isCut);
  }
}
