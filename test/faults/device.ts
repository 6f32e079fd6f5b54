// A reader's device: a browser with tabs and one worker, what it keeps on disk, and a clock that can be wrong.
import type { Pause } from '../../sw/channel/backoff.ts';
import { BrowserSync } from './browser-sync.ts';
import { Disk, type DiskFault } from './disk.ts';
import type { Realm } from './realm.ts';
import { Tab } from './tab.ts';
import { TICK_MS } from './truth.ts';
import { WebLocks } from './web-locks.ts';
import { WorkerHost } from './worker-host.ts';
import type { World } from './world.ts';

export class Device {
  readonly world: World;
  readonly sleeps = true;
  readonly isAlive = true;
  readonly locks = new WebLocks();
  readonly sync: BrowserSync | undefined;
  readonly worker: WorkerHost;
  readonly disk = new Disk();
  /** A page may still be sparing itself a wait for the storage, which answers again. */
  hasBeenSilent = false;
  /** What was to be taken from the disk may lie there still. */
  hasRefused = false;
  #lostAt = -Infinity;
  /** The value of the readable cookie. */
  session = '';
  tabs: Tab[] = [];
  /** What the browser believes, and says as `navigator.onLine`. */
  isOnline = true;
  /** How often the browser was started. */
  starts = 1;
  /** How far its clock is wrong, in milliseconds. */
  #aheadMs = 0;
  /** How long the monotonic clock stood still, until it fell asleep. */
  #stoodMs = 0;
  /** Since when it stands still. */
  #standsSince: number | undefined;
  /** Nothing of it runs, and what the network brings waits until it wakes. */
  isAsleep = false;

  constructor(world: World, hasSync: boolean) {
    this.world = world;
    this.worker = new WorkerHost(this);
    this.sync = hasSync ? new BrowserSync(this) : undefined;
  }

  get clock(): World['clock'] {
    return this.world.clock;
  }

  /** Epoch milliseconds, as the device believes. */
  get now(): number {
    return this.clock.now + this.#aheadMs;
  }

  get monotonic(): number {
    return (this.#standsSince ?? this.clock.now) - this.#stoodMs;
  }

  /** What the server hasn't confirmed. */
  get queued(): readonly { readonly id: string }[] {
    return this.disk.rows('spans') as { id: string }[];
  }

  /** What a failed delivery has left behind. */
  get pause(): Pause | undefined {
    return this.disk.rows('state').find((row) => typeof row === 'object') as Pause | undefined;
  }

  get isResting(): boolean {
    return this.pause !== undefined;
  }

  /** What is gone hears nothing and asks nothing. */
  fetch(realm: Realm, path: string, init: RequestInit): Promise<Response> {
    return realm.isAlive ? this.world.network.fetch(realm, path, init) : new Promise(() => {});
  }

  open(path: string): void {
    this.tabs.push(new Tab(this, path));
  }

  /** Without a network the browser knows it; with one everybody is told. */
  connect(isOnline: boolean): void {
    if (this.isOnline === isOnline) return;
    this.isOnline = isOnline;
    if (!isOnline) return;
    this.sync?.resume();
    for (const tab of this.tabs) tab.tell('online');
  }

  /** `lost`: only what is open; the next attempt to open works. */
  breakStorage(fault: DiskFault | 'lost'): void {
    if (fault === 'refused' || fault === 'silent') this.world.truth.storageBroke(this.clock.now, fault === 'silent');
    else if (fault === 'none') this.world.truth.storageHealed(this.clock.now);
    if (fault === 'silent') this.hasBeenSilent = true;
    if (fault === 'refused') this.hasRefused = true;
    if (fault !== 'lost') this.disk.fault = fault;
    if (fault === 'none') return;
    this.disk.lose();
    this.#lostAt = this.clock.now;
  }

  /** Pages have no connection that they could write by without waiting: with its next tick each opens one. */
  get isDisconnected(): boolean {
    return this.disk.fault !== 'none' || this.clock.now <= this.#lostAt + TICK_MS;
  }

  moveClock(ms: number): void {
    this.#aheadMs += ms;
    this.world.truth.clockMoved(this.clock.now, ms);
  }

  /**
   * The lid is closed: no timer runs, no message comes. `isMonotonic`: the monotonic clock goes on all the same. `setMs`: how
   * far the clock is set meanwhile.
   */
  async sleep(ms: number, isMonotonic: boolean, setMs = 0): Promise<void> {
    await this.clock.settle();
    this.world.truth.fellAsleep(this.clock.now);
    this.isAsleep = true;
    if (!isMonotonic) this.#standsSince = this.clock.now;
    await this.clock.advance(ms, true);
    this.#standsSince = undefined;
    if (!isMonotonic) this.#stoodMs += ms;
    if (setMs !== 0) this.moveClock(setMs);
    this.world.truth.woke(this.clock.now, isMonotonic ? 0 : ms);
    this.isAsleep = false;
  }

  /** As by `kill -9`: what was committed is kept. */
  kill(): void {
    for (const tab of this.tabs) tab.kill();
    this.tabs = [];
    this.worker.stop();
    this.starts++;
  }
}
