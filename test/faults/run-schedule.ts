// Lets a schedule happen, heals the network, and compares what the server then has with the truth.
import { PAGES, type Schedule, type Step } from './schedule.ts';
import type { Scripts } from './scripts.ts';
import type { ServerProcess } from './server-process.ts';
import type { StoredSpan } from '../../server/store/session-store.ts';
import { coveredMs } from '../helpers/covered-ms.ts';
import { SPARED_MS, TICK_MS } from './truth.ts';
import { World } from './world.ts';

/** Longer than any `Retry-After` of a schedule with its jitter, and than a worker's silence. */
const HEALED_WITHIN_MS = 120_000;
/** All attempts that Background Sync makes. */
const SYNCED_WITHIN_MS = 25 * 60_000;
/** Answers in a row that are not the server's, as a captive portal gives them on a train. */
const PASSING_STRANGERS = 5;
/** A page that can be seen asks again where nobody was reached. */
const SEEN_WITHIN_MS = 2_000;
/** No request is under way for longer. */
const LATEST_ARRIVAL_MS = 40_000;

/**
 * @returns how many requests it took, and how many spans were read.
 * @throws when anything is lost, doubled, or not true.
 */
export async function runSchedule(
  scripts: Scripts,
  server: ServerProcess,
  schedule: Schedule,
): Promise<{ readonly requests: number; readonly spans: number }> {
  const world = new World(scripts, server, schedule.hasSync);
  const { clock, truth, device } = world;
  server.now = () => clock.now;
  server.onStored = (sighting) => truth.stored(sighting);
  await server.restart();
  await world.newSession();
  device.open(PAGES[0]);
  for (const step of schedule.steps) {
    await happen(world, step);
    await clock.settle(step.turns);
    if (step.turns === undefined) truth.settled();
  }
  await heal(world, schedule.isSyncAlone);
  const wrong = [...world.violations, ...(await compare(world))];
  device.kill();
  await clock.settle();
  if (wrong.length > 0) throw new Error(wrong.join('\n'));
  return { requests: world.network.requests, spans: truth.count };
}

async function happen(world: World, step: Step): Promise<void> {
  const { device, clock, network, server, truth } = world;
  const tab = 'tab' in step ? device.tabs[step.tab % Math.max(1, device.tabs.length)] : undefined;
  switch (step.do) {
    case 'network':
      network.weather = step;
      break;
    case 'wait':
      await clock.settle();
      truth.settled();
      await clock.advance(step.ms);
      if (step.ms >= 2 * TICK_MS && !device.hasBeenSilent)
        for (const one of device.tabs) if (one.isVisible) truth.wroteDown(one);
      break;
    case 'storage':
      device.breakStorage(step.fault);
      break;
    case 'sleep':
      await clock.settle();
      truth.settled();
      await device.sleep(step.ms, step.isMonotonic, step.setMs);
      break;
    case 'open':
      device.open(step.page);
      break;
    case 'go':
      tab?.go(step.page);
      break;
    case 'hide':
      tab?.hide();
      break;
    case 'show':
      tab?.show();
      break;
    case 'freeze':
      tab?.freeze();
      break;
    case 'away':
      tab?.away();
      break;
    case 'back':
      tab?.back();
      break;
    case 'offline':
    case 'online':
      device.connect(step.do === 'online');
      break;
    case 'close':
      tab?.close(step.lost, step.isHiddenFirst);
      device.tabs = device.tabs.filter((other) => other !== tab);
      break;
    case 'kill tab':
      tab?.kill();
      truth.cutShort();
      device.tabs = device.tabs.filter((other) => other !== tab);
      break;
    case 'stop worker':
      device.worker.stop();
      truth.cutShort();
      break;
    case 'kill browser':
      device.kill();
      truth.cutShort();
      break;
    case 'kill server':
      await server.kill();
      break;
    case 'start server':
      await server.restart();
      break;
    case 'replace cookie':
      if (server.isAlive) await world.newSession();
      break;
    case 'move clock':
      device.moveClock(step.ms);
      break;
  }
}

/** The network works again. Within a bound of time everything has to be on the server. */
async function heal(world: World, isSyncAlone: boolean): Promise<void> {
  const { clock, device, network, server, truth, violations } = world;
  await clock.settle();
  network.weather = { fault: 'none', times: 0, ms: 0 };
  device.connect(true);
  device.breakStorage('none');
  await server.restart();
  await checkAsksSoon(world);
  const waits = (): boolean => network.isBusy || device.isResting || device.queued.some((row) => !truth.isOpen(row));
  const wait = async (withinMs: number, isOver: () => boolean): Promise<void> => {
    for (let passed = 0; passed < withinMs && !isOver(); passed += TICK_MS) await clock.advance(TICK_MS);
  };
  if (isSyncAlone && device.sync?.isWaiting) {
    for (const tab of device.tabs) tab.kill();
    device.tabs = [];
    await clock.settle();
    const { sync } = device;
    sync.hasGivenUp = false;
    await wait(SYNCED_WITHIN_MS, () => !sync.isWaiting);
    if (device.queued.length > 0 && !sync.hasGivenUp) violations.push('the browser synced, and something still waits');
  }
  device.open(PAGES[1]);
  for (const tab of device.tabs) tab.show();
  // A storage that refused may have left a pause in a memory that nobody here can see.
  await clock.advance(device.hasBeenSilent || device.hasRefused ? SPARED_MS : TICK_MS);
  await wait(HEALED_WITHIN_MS, () => !waits());
  if (waits()) violations.push('not everything was delivered in time');
  for (const tab of device.tabs) {
    const page = tab.page;
    if (!truth.hasMovedClock && !truth.isOpen({ tab, session: device.session, page }))
      violations.push('a page can be seen, and nothing is counted');
    tab.hide();
  }
  await clock.advance(LATEST_ARRIVAL_MS);
  if (device.queued.length > 0) violations.push('something is still in the queue');
}

/**
 * With a page that can be seen, and a worker that wasn't stopped before it had answered and told all pages, no pause for want
 * of a network lasts.
 */
async function checkAsksSoon({ clock, device, network, violations }: World): Promise<void> {
  await clock.settle();
  const { pause } = device;
  const isSeen = device.tabs.some((tab) => tab.isVisible) && device.tabs.every((tab) => !tab.isWaitingForWorker);
  // Who waits for a silent storage, seconds each time, asks later; and one that refuses keeps a pause that is over.
  const isPlain = !device.hasBeenSilent && !device.hasRefused;
  if (pause?.cause !== 'network' || pause.since <= device.worker.cutAt || network.isBusy || !isSeen || !isPlain) return;
  // A login before the site, say, which stays: it is asked ever more rarely.
  if ((pause.strangers ?? 0) > PASSING_STRANGERS) return;
  await clock.advance(SEEN_WITHIN_MS);
  if (device.pause?.since === pause.since) violations.push('nobody asked again within 2 s');
}

async function compare({ truth, server }: World): Promise<string[]> {
  const wrong: string[] = [];
  const record = new Map<string, readonly StoredSpan[]>();
  for (const id of truth.sessions.keys()) {
    const spans = await server.store.listSpans(id);
    record.set(id, spans);
    const session = await server.store.findSession(id);
    const endMs = spans.length > 0 ? Math.max(...spans.map((span) => span.endMs)) : null;
    if (session?.endMs !== endMs) wrong.push(`${id} does not end with its last span`);
    if (session?.readingMs !== coveredMs(spans)) wrong.push(`the reading time of ${id} is not that of its spans`);
  }
  return [...wrong, ...truth.compare(record)];
}
