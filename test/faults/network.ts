// The network between the device and the server, and what it does to heartbeats.
import { HEARTBEAT_PATH, type Delivery } from '../../sw/protocol/delivery.ts';
import type { Realm } from './realm.ts';
import type { Answer } from './server-process.ts';
import type { World } from './world.ts';

/** What becomes of a request that meets a fault; `none` is a network that works. */
export const FAULTS = [
  'none',
  'refused',
  'cut-in-request',
  'cut-in-answer',
  'answer-lost',
  'silent',
  'slow',
  'late',
  'doubled',
  '500',
  '502-html',
  '404',
  '401',
  '403-html',
  '429-seconds',
  '429-date',
  'captive-portal',
] as const;
export type Fault = (typeof FAULTS)[number];

export interface Weather {
  readonly fault: Fault;
  /** How many requests meet it. */
  readonly times: number;
  /** What `slow`, `late` and `doubled` take, in milliseconds; for 429 how long the server wants to rest. */
  readonly ms: number;
}

/** Not by our server. */
const FOREIGN = {
  500: { status: 500, headers: {}, body: '{"success":false,"error":"no"}' },
  '502-html': { status: 502, headers: { 'content-type': 'text/html' }, body: '<h1>Bad Gateway</h1>' },
  401: { status: 401, headers: {}, body: '{"success":false,"error":"no"}' },
  '403-html': { status: 403, headers: { 'content-type': 'text/html' }, body: '<h1>Forbidden</h1>' },
  404: { status: 404, headers: {}, body: '<h1>Not found</h1>' },
  'captive-portal': { status: 200, headers: { 'content-type': 'text/html' }, body: '<h1>Welcome to our hotel</h1>' },
} satisfies Partial<Record<Fault, Answer>>;

export class Network {
  weather: Weather = { fault: 'none', times: 0, ms: 0 };
  requests = 0;
  readonly #world: World;
  readonly #underWay = new Map<object, Realm>();

  constructor(world: World) {
    this.#world = world;
  }

  /** A delivery waits for its answer. */
  get isBusy(): boolean {
    return [...this.#underWay.values()].some(({ isAlive }) => isAlive);
  }

  /** As a browser does it: what the realm doesn't live to hear is not heard, but what it has sent goes its way. */
  fetch(realm: Realm, path: string, { body, signal, keepalive }: RequestInit): Promise<Response> {
    const { device, clock, violations, truth } = this.#world;
    const text = body as string;
    const { sentAt, spans } = JSON.parse(text) as Delivery;
    truth.sent(sentAt, spans, clock.now);
    this.requests++;
    if (path !== HEARTBEAT_PATH) violations.push(`a request to ${path}`);
    const request = {};
    // Without spans it only asks what the time is (client/gap.ts).
    if (!keepalive && spans.length > 0) {
      if (this.isBusy) violations.push('two deliveries at a time');
      this.#underWay.set(request, realm);
    }
    return new Promise((resolve, reject) => {
      const end = (tell: () => void) => (): void => {
        if (device.isAsleep) {
          clock.after(0, end(tell), realm);
          return;
        }
        this.#underWay.delete(request);
        if (realm.isAlive) tell();
      };
      signal?.addEventListener(
        'abort',
        end(() => reject(signal.reason as Error)),
      );
      void this.#carry(text, device.session).then((response) =>
        end(() => (response ? resolve(response) : reject(new TypeError('Failed to fetch'))))(),
      );
    });
  }

  #nextFault(): Weather {
    const { weather } = this;
    if (weather.times > 0) this.weather = { ...weather, times: weather.times - 1 };
    return weather.times > 0 ? weather : { fault: 'none', times: 0, ms: 0 };
  }

  /** Undefined: the connection broke. */
  async #carry(body: string, cookie: string): Promise<Response | undefined> {
    const { clock, device } = this.#world;
    if (!device.isOnline) return undefined;
    const { fault, ms } = this.#nextFault();
    switch (fault) {
      case 'refused':
        return undefined;
      case 'silent':
        return new Promise(() => {});
      case 'cut-in-request':
        await this.#arrive(body, cookie, true);
        return undefined;
      case 'answer-lost':
        await this.#arrive(body, cookie);
        return undefined;
      case 'cut-in-answer': {
        const whole = await this.#arrive(body, cookie);
        return whole && cutResponse(whole);
      }
      case 'late':
        clock.after(ms, () => void this.#arrive(body, cookie));
        return undefined;
      case 'doubled':
        clock.after(ms, () => void this.#arrive(body, cookie));
        break;
      case 'slow':
        await clock.sleep(ms);
        break;
      case 'none':
        break;
      case '500':
      case '502-html':
      case '404':
      case '401':
      case '403-html':
      case 'captive-portal':
        return toResponse(FOREIGN[fault]);
      case '429-seconds':
      case '429-date': {
        const seconds = Math.ceil(ms / 1000);
        const date = (at: number): string => new Date(at).toUTCString();
        const until = fault === '429-date' ? date(clock.now + seconds * 1000) : String(seconds);
        return toResponse({ status: 429, headers: { date: date(clock.now), 'retry-after': until }, body: '' });
      }
    }
    const stored = await this.#arrive(body, cookie);
    if (fault === 'slow') await clock.sleep(ms);
    return stored && toResponse(stored);
  }

  async #arrive(body: string, cookie: string, isCut = false): Promise<Answer | undefined> {
    const { server } = this.#world;
    return server.isAlive ? server.post(body, cookie, isCut) : undefined;
  }
}

function toResponse({ status, headers, body }: Answer): Response {
  return new Response(body, { status, headers });
}

function cutResponse({ status, headers, body }: Answer): Response {
  const half = new ReadableStream({
    pull: (controller) => {
      controller.enqueue(new TextEncoder().encode(body.slice(0, body.length / 2)));
      controller.error(new TypeError('network error'));
    },
  });
  return new Response(half, { status, headers });
}
