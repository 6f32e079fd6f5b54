// The scripted readings. Minutes are those of the scenario: all long intervals are divided by one factor.
import { setTimeout as delay } from 'node:timers/promises';
import type { Ability } from '../../helpers/engines/engine.ts';
import { minutes } from './contenders.ts';
import type { DeviceClock } from './network.ts';
import type { Reader } from './reader.ts';

export interface Scenario {
  readonly name: string;
  readonly title: string;
  readonly needs?: Ability;
  readonly clock?: DeviceClock;
  play(reader: Reader): Promise<void>;
}

const HOUR_MS = 3_600_000;

const readAndClose = async (reader: Reader, count: number): Promise<void> => {
  const tab = await reader.turnTo(await reader.passGate());
  await reader.read(minutes(count));
  await reader.close(tab);
};

export const SCENARIOS: readonly Scenario[] = [
  {
    name: 'plain',
    title: 'plain reading, then to another page',
    async play(reader) {
      const tab = await reader.turnTo(await reader.passGate());
      await reader.read(minutes(10));
      await reader.goAway(tab);
    },
  },
  { name: 'closed', title: 'tab closed', play: (reader) => readAndClose(reader, 7.5) },
  {
    name: 'killed',
    title: 'browser killed',
    needs: 'kill',
    async play(reader) {
      await reader.turnTo(await reader.passGate());
      await reader.read(minutes(8));
      await reader.kill();
      await delay(minutes(1));
      await reader.device.reopen();
      await reader.comeHome();
    },
  },
  {
    name: 'bfcache',
    title: 'away and back (back/forward cache)',
    async play(reader) {
      const tab = await reader.turnTo(await reader.passGate());
      await reader.read(minutes(4));
      await reader.goAway(tab);
      await delay(minutes(4));
      await reader.goBack(tab);
      await reader.read(minutes(2));
      await reader.close(tab);
    },
  },
  {
    name: 'two-tabs',
    title: 'two tabs side by side, two pages',
    async play(reader) {
      const first = await reader.turnTo(await reader.passGate());
      await reader.read(minutes(2));
      const second = await reader.openWindow('read/two');
      await reader.read(minutes(4));
      await reader.close(first);
      await reader.read(minutes(2));
      await reader.close(second);
    },
  },
  {
    name: 'hidden',
    title: 'tab hidden in between',
    async play(reader) {
      const tab = await reader.turnTo(await reader.passGate());
      await reader.read(minutes(3));
      await reader.hide(tab);
      await delay(minutes(5));
      await reader.show(tab);
      await reader.read(minutes(3));
      await reader.close(tab);
    },
  },
  {
    name: 'idle',
    title: 'idle in between',
    async play(reader) {
      const tab = await reader.turnTo(await reader.passGate());
      await reader.read(minutes(2));
      await delay(minutes(10));
      await reader.read(minutes(2));
      await reader.close(tab);
    },
  },
  {
    name: 'tunnel',
    title: 'tunnel in the middle',
    async play(reader) {
      const tab = await reader.turnTo(await reader.passGate());
      await reader.read(minutes(3));
      await reader.network.close();
      await reader.read(minutes(4));
      await reader.network.reopen();
      await reader.read(minutes(3));
      await reader.close(tab);
    },
  },
  {
    name: 'tunnel-end',
    title: 'tunnel at the end, home later',
    async play(reader) {
      const tab = await reader.turnTo(await reader.passGate());
      await reader.read(minutes(4));
      await reader.network.close();
      await reader.read(minutes(2));
      await reader.close(tab);
      await delay(minutes(4));
      await reader.network.reopen();
      await reader.comeHome();
    },
  },
  {
    name: 'single-page',
    title: "a single-page site's pages",
    async play(reader) {
      const tab = await reader.turnTo(await reader.passGate());
      await reader.read(minutes(2));
      await reader.moveTo(tab, 'read/two');
      await reader.read(minutes(3));
      await reader.moveTo(tab, 'read/three');
      await reader.read(minutes(2));
      await reader.close(tab);
    },
  },
  {
    name: 'clock-off',
    title: 'device clock an hour ahead',
    clock: { offMs: HOUR_MS },
    play: (reader) => readAndClose(reader, 7),
  },
  {
    name: 'clock-set',
    title: 'clock set back an hour in mid-reading',
    clock: { offMs: 0, setAfterMs: minutes(3), thenOffMs: -HOUR_MS },
    play: (reader) => readAndClose(reader, 7),
  },
  {
    name: 'clock-forward',
    title: 'clock set forward two hours in mid-reading',
    clock: { offMs: 0, setAfterMs: minutes(3), thenOffMs: 2 * HOUR_MS },
    play: (reader) => readAndClose(reader, 7),
  },
  {
    name: 'nobody',
    title: 'nobody there while the page moves by itself',
    async play(reader) {
      const tab = await reader.turnTo(await reader.passGate(), 'read/moving');
      await delay(minutes(12));
      await reader.close(tab);
    },
  },
  {
    name: 'frame',
    title: 'a document in a frame',
    async play(reader) {
      const tab = await reader.turnTo(await reader.passGate(), 'read/frame');
      await reader.read(minutes(8));
      await reader.close(tab);
    },
  },
  {
    name: 'slow',
    title: 'a page that comes slowly',
    async play(reader) {
      const tab = await reader.turnTo(await reader.passGate(), 'read/slow');
      await reader.read(minutes(4));
      await reader.close(tab);
    },
  },
  {
    name: 'cookie',
    title: 'access over in mid-reading',
    async play(reader) {
      const tab = await reader.turnTo(await reader.passGate());
      await reader.read(minutes(3));
      await tab.evaluate(`void (document.cookie = 'session_record_id=; Path=/; Max-Age=0')`);
      await reader.read(minutes(1));
      await reader.hide(tab);
      await delay(minutes(1));
      await reader.show(tab);
      await reader.read(minutes(4));
      await reader.close(tab);
    },
  },
  {
    name: 'asleep',
    title: 'laptop asleep in between',
    async play(reader) {
      const tab = await reader.turnTo(await reader.passGate());
      await reader.read(minutes(3));
      await reader.sleep(minutes(8));
      await reader.read(minutes(3));
      await reader.close(tab);
    },
  },
  { name: 'short', title: "two minutes' visit", play: (reader) => readAndClose(reader, 2) },
  {
    name: 'prerender',
    title: 'prerendered, never shown',
    needs: 'prerender',
    async play(reader) {
      await reader.passGate();
      const tab = await reader.openElsewhere('prerender');
      await delay(minutes(2));
      if (!reader.network.givenOutAt(reader.path('read'))) throw new Error('The browser did not prerender');
      await reader.goAway(tab);
    },
  },
];
