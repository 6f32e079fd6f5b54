// Plays one schedule in a real browser, heals the network, and waits for the server's record to be true.
import { setTimeout as delay } from 'node:timers/promises';
import type { Device } from '../../helpers/engines/engine.ts';
import type { StillhereServer } from '../../helpers/stillhere-server.ts';
import type { Manners } from './allowances.ts';
import { compare, type Verdict } from './compare.ts';
import { Network, type Heartbeat } from './network.ts';
import { beginOutage, endOutage } from './outages.ts';
import { Reader } from './reader.ts';
import { MOST_TABS, type Schedule, type Step } from './schedule.ts';
import type { Moment, Stretch } from './truth.ts';
import { WrongClock } from './wrong-clock.ts';

/** A 429 asks for a second, and for up to 5 s of jitter; the rest is for a busy machine. */
const HEALED_WITHIN_MS = 20_000;
const LOOK_EVERY_MS = 100;
const SYNC_EVERY_MS = 1_000;
const SYNC_TAG = 'workbox-background-sync:stillhere';

export interface Played extends Verdict {
  readonly heartbeats: readonly Heartbeat[];
  /** What happened when, for a person. */
  readonly story: readonly string[];
}

/** @param nth one that no other schedule of this run has. */
export async function playSchedule(
  device: Device,
  server: StillhereServer,
  schedule: Schedule,
  nth: number,
  manners: Manners,
): Promise<Played> {
  const beganAtMs = Date.now();
  const clock = new WrongClock(schedule.clock ?? { offMs: 0 }, beganAtMs);
  const network = new Network(server.port, nth, schedule.clock && clock);
  const reader = new Reader(device, network, schedule.tickMs);
  const story: string[] = [];
  const tell = (text: string): void => {
    story.push(`${((Date.now() - beganAtMs) / 1000).toFixed(2)} s: ${text}`);
  };

  const judge = async (): Promise<Verdict> => {
    await reader.look();
    const nowMs = Date.now();
    const sessions = await Promise.all(reader.sessions.map((id) => server.session(id)));
    const { heartbeats, outages } = network;
    const stretches = reader.truth.stretches(nowMs);
    return compare({
      tickMs: schedule.tickMs,
      stretches,
      sessions,
      heartbeats,
      outages,
      manners,
      clock,
      beganAtMs,
      nowMs,
    });
  };
  /** @param nudge what the browser does meanwhile, from time to time. */
  const untilTrue = async (nudge?: () => Promise<void>): Promise<Verdict> => {
    const deadline = Date.now() + HEALED_WITHIN_MS;
    for (let nudgedAt = 0; ; await delay(LOOK_EVERY_MS)) {
      const verdict = await judge();
      if (verdict.wrong.length === 0 || Date.now() > deadline) return verdict;
      if (nudge && Date.now() - nudgedAt > SYNC_EVERY_MS) {
        await nudge();
        nudgedAt = Date.now();
      }
    }
  };
  const closeAll = async (): Promise<void> => {
    for (const tab of reader.tabs) {
      await reader.look();
      await reader.close(tab);
    }
  };

  try {
    await server.start();
    await network.open();
    const entrance = await reader.openToDeliver();
    await reader.passGate();
    await reader.turn(entrance, 'a');
    await reader.look();
    for (const step of schedule.steps) {
      tell(JSON.stringify(step));
      await reader.look();
      await happen(step, reader, network, server, device);
      await reader.look();
      await delay(step.thenMs);
    }

    const isSync = schedule.ending === 'sync' && device.abilities.includes('sync');
    if (isSync) await closeAll();
    await server.start();
    await network.heal();
    endOutage(network.outages, 'server');
    tell(`healed; ${isSync ? 'sync' : schedule.ending}`);
    const others = reader.tabs;
    if (!isSync) {
      if (schedule.ending === 'deliver-only') await reader.openToDeliver();
      else await reader.open('tab', 'a');
      for (const tab of others) {
        await reader.look();
        await reader.close(tab);
      }
    }
    const comeHome = comeHomeOnce(reader);
    // A worker that could never be registered gets no sync event: then the next page is what delivers.
    const sync = async (): Promise<void> => {
      if (!(await device.fireSync(`${network.url}/`, SYNC_TAG))) await comeHome();
    };
    const { wrong } = await untilTrue(isSync ? sync : undefined);
    tell(wrong.length === 0 ? 'all is there' : `not all is there; on the device: ${await reader.askDevice()}`);
    await closeAll();
    const verdict = wrong.length > 0 ? await judge() : await untilTrue(comeHomeOnce(reader));
    if (verdict.wrong.length > 0)
      for (const stretch of reader.truth.stretches(Date.now())) tell(describe(stretch, beganAtMs));
    return { ...verdict, heartbeats: network.heartbeats, story };
  } finally {
    await closeAll().catch(() => {});
    await network.close();
  }
}

function describe({ page, session, from, to, exit }: Stretch, beganAtMs: number): string {
  const between = ({ earliestMs, latestMs }: Moment): string =>
    [earliestMs, latestMs].map((ms) => ((ms - beganAtMs) / 1000).toFixed(2)).join('–');
  return `${page} in ${session.slice(0, 6)} was seen from ${between(from)} to ${between(to)} (${exit})`;
}

/** The last page is closed: what it left behind on the device is delivered by the next one. */
function comeHomeOnce(reader: Reader): () => Promise<void> {
  let isHome = false;
  return async () => {
    if (!isHome) await reader.openToDeliver();
    isHome = true;
  };
}

async function happen(
  step: Step,
  reader: Reader,
  network: Network,
  server: StillhereServer,
  device: Device,
): Promise<void> {
  const tab = 'tab' in step ? reader.pick(step.tab) : undefined;
  if ('tab' in step && tab === undefined) return;
  const number = tab ?? 0;
  switch (step.do) {
    case 'nothing':
      return;
    case 'network':
      return network.change(step);
    case 'open tab':
    case 'open window':
      if (reader.tabs.length < MOST_TABS) await reader.open(step.do === 'open tab' ? 'tab' : 'window', step.page);
      return;
    case 'go':
      return reader.go(number, step.page);
    case 'turn':
      return reader.turn(number, step.page);
    case 'leave':
      return reader.leave(number);
    case 'back':
      return reader.back(number);
    case 'hide':
      return reader.hide(number);
    case 'show':
      return reader.show(number);
    case 'close':
      return reader.close(number);
    case 'stop worker':
      if (device.abilities.includes('stop workers')) await device.stopWorkers();
      return;
    case 'kill browser':
      if (!device.abilities.includes('kill')) return;
      await reader.killBrowser();
      await reader.open('tab', 'a');
      return;
    case 'kill server':
      beginOutage(network.outages, 'server');
      await server.stop('SIGKILL');
      return;
    case 'start server':
      await server.start();
      return endOutage(network.outages, 'server');
    case 'replace cookie':
      return reader.passGate();
  }
}
