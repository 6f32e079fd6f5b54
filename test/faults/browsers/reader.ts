// Does in a real browser what a schedule says, and has each page asked before and after what it saw.
import type { Device, Tab } from '../../helpers/engines/engine.ts';
import { READ } from '../../helpers/reading-site.ts';
import type { Network } from './network.ts';
import type { PageName } from './schedule.ts';
import { ASK_DEVICE, ASK_WITNESS, DELIVER_ONLY, ELSEWHERE, pagePath, type Testimony } from './site.ts';
import { Truth } from './truth.ts';

export class Reader {
  readonly truth: Truth;
  /** Every session that the schedule made. */
  readonly sessions: string[] = [];
  readonly #device: Device;
  readonly #network: Network;
  readonly #tickMs: number;
  readonly #tabs = new Map<number, Tab>();
  #opened = 0;

  constructor(device: Device, network: Network, tickMs: number) {
    this.#device = device;
    this.#network = network;
    this.#tickMs = tickMs;
    this.truth = new Truth(tickMs);
  }

  /** The number of the tab that a step means; undefined: there is none. */
  pick(nth: number): number | undefined {
    const open = [...this.#tabs.keys()];
    return open[nth % open.length];
  }

  get tabs(): readonly number[] {
    return [...this.#tabs.keys()];
  }

  /** What can be seen now, and since when. */
  async look(): Promise<void> {
    for (const [number, tab] of this.#tabs) {
      const askedAtMs = Date.now();
      const said = await tab.evaluate<Testimony | null>(ASK_WITNESS).catch(() => null);
      this.truth.told(number, said, askedAtMs, Date.now());
    }
  }

  async openToDeliver(): Promise<number> {
    const { number, tab } = await this.#openTab('tab');
    await load(tab, this.#network.url + DELIVER_ONLY);
    return number;
  }

  /** What lies on the device, in words. */
  async askDevice(): Promise<string> {
    const { number, tab } = await this.#openTab('tab');
    await load(tab, this.#network.url + ELSEWHERE);
    const told = await tab.evaluate<string>(ASK_DEVICE).catch(String);
    await this.close(number);
    return told;
  }

  async open(kind: 'tab' | 'window', page: PageName): Promise<void> {
    const { number, tab } = await this.#openTab(kind);
    await this.#turn(number, tab, page);
  }

  async turn(number: number, page: PageName): Promise<void> {
    const tab = this.#tabs.get(number);
    if (tab) await this.#turn(number, tab, page);
  }

  /** In a single-page site: the document stays. */
  async go(number: number, page: PageName): Promise<void> {
    const path = pagePath(this.#tickMs, number, page);
    await this.#tabs
      .get(number)
      ?.evaluate(`location.pathname.startsWith('${READ}') && typeof witness !== 'undefined' && witness.go('${path}')`);
  }

  async leave(number: number): Promise<void> {
    const tab = this.#tabs.get(number);
    if (tab) await load(tab, this.#network.url + ELSEWHERE);
  }

  /** From where {@link leave} led to. */
  async back(number: number): Promise<void> {
    const tab = this.#tabs.get(number);
    const isElsewhere = await tab?.evaluate(`location.pathname === '${ELSEWHERE}' && history.length > 1`);
    if (tab && isElsewhere) await tab.back();
  }

  async hide(number: number): Promise<void> {
    await this.#tabs.get(number)?.hide();
  }

  async show(number: number): Promise<void> {
    await this.#tabs.get(number)?.show();
  }

  async close(number: number): Promise<void> {
    const tab = this.#tabs.get(number);
    this.#tabs.delete(number);
    await tab?.close();
    this.truth.gone(number, 'closed', Date.now());
  }

  async killBrowser(): Promise<void> {
    const gone = this.tabs;
    this.#tabs.clear();
    await this.#device.kill();
    for (const number of gone) this.truth.gone(number, 'killed', Date.now());
    await this.#device.reopen();
  }

  /** Passes the gate, once more perhaps, in any tab that shows the site; without network nothing happens. */
  async passGate(): Promise<void> {
    const body = JSON.stringify({ email: 'ann@example.com' });
    for (const tab of this.#tabs.values()) {
      const session = await tab
        .evaluate<string>(
          `location.href.startsWith('${this.#network.url}') ? fetch('/api/verify-temp-access', {
            method: 'POST', headers: { 'content-type': 'application/json' }, body: '${body}',
          }).then(() => document.cookie.match(/session_record_id=([^;]+)/)[1]) : ''`,
        )
        .catch(() => '');
      if (!session) continue;
      this.sessions.push(session);
      return;
    }
  }

  async #openTab(kind: 'tab' | 'window'): Promise<{ readonly number: number; readonly tab: Tab }> {
    const tab = await this.#device.open(kind);
    const number = this.#opened++;
    this.#tabs.set(number, tab);
    return { number, tab };
  }

  /** A killed browser may have lost the cookie: then the gate is in the way. */
  async #turn(number: number, tab: Tab, page: PageName): Promise<void> {
    const url = this.#network.url + pagePath(this.#tickMs, number, page);
    await load(tab, url);
    const isGate = await tab.evaluate<boolean>(`location.pathname === '/access'`).catch(() => false);
    if (!isGate) return;
    await this.passGate();
    await load(tab, url);
  }
}

/** Without network a tab shows an error, and no page of ours. */
async function load(tab: Tab, url: string): Promise<void> {
  await tab.goto(url).catch(() => {});
}
