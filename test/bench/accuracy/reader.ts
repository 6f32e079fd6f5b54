// What a reader does, with what is true of it written down at each step.
import { setTimeout as delay } from 'node:timers/promises';
import type { Device, Tab } from '../../helpers/engines/engine.ts';
import { signalTree } from '../../helpers/engines/process-tree.ts';
import { WORKBOX_SYNC_TAG } from '../workbox-worker.ts';
import { IDLE_AFTER_MS, type Contender } from './contenders.ts';
import type { Network } from './network.ts';
import { Truth, type Moment } from './truth.ts';

/** Often enough that a reader who reads is never idle. */
const MOVE_EVERY_MS = 2_000;

const SYNC_TAGS: Readonly<Record<Contender, string>> = {
  ours: 'workbox-background-sync:stillhere',
  beats: '',
  workbox: WORKBOX_SYNC_TAG,
};

export class Reader {
  readonly contender: Contender;
  readonly device: Device;
  readonly network: Network;
  readonly truth = new Truth(IDLE_AFTER_MS);
  /** What the row should say beside its numbers. */
  note = '';
  session = '';
  /** The pages that can be seen, by their tabs. */
  readonly #seen = new Map<Tab, string>();

  constructor(contender: Contender, device: Device, network: Network) {
    this.contender = contender;
    this.device = device;
    this.network = network;
  }

  path(page: string): string {
    return `/${this.contender}/${page}/`;
  }

  /** Passes the gate. The tab shows a page whose reading doesn't count. */
  async passGate(): Promise<Tab> {
    const tab = await this.openElsewhere('home');
    const body = JSON.stringify({ email: 'ann@example.com' });
    this.session = await tab.evaluate(`fetch('/api/verify-temp-access', {
      method: 'POST', headers: { 'content-type': 'application/json' }, body: '${body}',
    }).then(() => document.cookie.match(/session_record_id=([^;]+)/)[1])`);
    return tab;
  }

  async openElsewhere(page: string): Promise<Tab> {
    const tab = await this.device.open('tab');
    await tab.goto(this.network.url + this.path(page));
    return tab;
  }

  async turnTo(tab: Tab, page = 'read'): Promise<Tab> {
    const path = this.path(page);
    await tab.goto(this.network.url + path);
    const atMs = this.network.givenOutAt(path) ?? Date.now();
    this.#show(tab, path, { earliestMs: atMs, latestMs: atMs });
    return tab;
  }

  async openWindow(page: string): Promise<Tab> {
    return this.turnTo(await this.device.open('window'), page);
  }

  /** Another page of a single-page site. */
  async moveTo(tab: Tab, page: string): Promise<void> {
    const path = this.path(page);
    const moved = await this.#time(() => tab.evaluate(`history.pushState(null, '', '${path}?tab=2#part')`));
    this.#hide(tab, moved);
    this.#show(tab, path, moved);
  }

  async read(ms: number): Promise<void> {
    const endsAt = performance.now() + ms;
    for (let leftMs = ms; leftMs > 0; leftMs = endsAt - performance.now()) {
      for (const tab of this.#seen.keys()) {
        this.truth.input(tab, Date.now());
        await tab.move();
      }
      // As a hand does: a single move may come in the moment in which the page doesn't listen, as after a sleep.
      await delay(100);
      for (const tab of this.#seen.keys()) await tab.move();
      await delay(Math.max(0, Math.min(MOVE_EVERY_MS, endsAt - performance.now())));
    }
  }

  async hide(tab: Tab): Promise<void> {
    this.#hide(tab, await this.#time(() => tab.hide()));
  }

  async show(tab: Tab): Promise<void> {
    this.#show(tab, this.path('read'), await this.#time(() => tab.show()));
  }

  async close(tab: Tab): Promise<void> {
    this.#hide(tab, await this.#time(() => tab.close()));
  }

  async goAway(tab: Tab): Promise<void> {
    await tab.evaluate('void (window.isSameDocument = true)');
    this.#hide(tab, await this.#time(() => tab.goto(`${this.network.url}/away/`)));
  }

  async goBack(tab: Tab): Promise<void> {
    const path = this.path('read');
    const back = await this.#time(() => tab.back());
    this.#show(tab, path, back);
    if (!(await tab.evaluate('Boolean(window.isSameDocument)'))) this.note = 'loaded anew';
  }

  async kill(): Promise<void> {
    const killed = await this.#time(() => this.device.kill());
    for (const tab of this.#seen.keys()) this.#hide(tab, killed);
  }

  /** The lid is closed: every process of the browser stands still. */
  async sleep(ms: number): Promise<void> {
    const seen = [...this.#seen];
    const fellAsleep = await this.#time(() => signalTree(this.device.pid, 'SIGSTOP'));
    for (const [tab] of seen) this.#hide(tab, fellAsleep);
    await delay(ms);
    const wokeUp = await this.#time(() => signalTree(this.device.pid, 'SIGCONT'));
    for (const [tab, page] of seen) this.#show(tab, page, wokeUp);
  }

  /** Later, with network again: a page of the site that isn't read, and the browser's own sync event where there is one. */
  async comeHome(): Promise<void> {
    await this.openElsewhere('home');
    const scope = this.contender === 'ours' ? '/' : `/${this.contender}/`;
    const tag = SYNC_TAGS[this.contender];
    if (tag && this.device.abilities.includes('sync')) await this.device.fireSync(this.network.url + scope, tag);
  }

  #show(tab: Tab, page: string, at: Moment): void {
    this.truth.show(tab, page, at);
    this.#seen.set(tab, page);
  }

  #hide(tab: Tab, at: Moment): void {
    this.truth.hide(tab, at);
    this.#seen.delete(tab);
  }

  async #time(command: () => Promise<unknown> | void): Promise<Moment> {
    const earliestMs = Date.now();
    await command();
    return { earliestMs, latestMs: Date.now() };
  }
}
