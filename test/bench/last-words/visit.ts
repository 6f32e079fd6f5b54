// One visit of a reader: a browser of its own on the page, how it is left, and how the reader comes home later.
import { setTimeout as delay } from 'node:timers/promises';
import type { Device } from '../../helpers/engines/engine.ts';
import { openChromium, openFirefox } from '../../helpers/engines/puppeteer-device.ts';
import { openWebKit } from '../../helpers/engines/webkit-device.ts';
import { Desk, type Engine } from './desk.ts';
import type { Moment } from './verdict.ts';

export const EXITS = {
  closed: 'tab closed',
  'same-site': 'to another page of the site',
  'other-site': 'to another site',
  quit: 'browser closed by its window',
  killed: 'browser killed',
  switched: 'put away, killed 3 s later',
} as const;
export type Exit = keyof typeof EXITS;

export interface Visit {
  /** Leaves the page; resolves with when that was. */
  leave(): Promise<Moment>;
  /** Opens this page, in another tab or in the browser that is started again. */
  comeHome(url: string): Promise<void>;
  end(): Promise<void>;
}

const OPEN: Readonly<Record<Engine, () => Promise<Device>>> = {
  chromium: openChromium,
  firefox: openFirefox,
  webkit: openWebKit,
};
/** Until the system takes the memory of an app that is not in front. */
const SWITCHED_MS = 3_000;

/** @param next where a navigation leads. */
export async function beginVisit(engine: Engine, exit: Exit, url: string, next: string): Promise<Visit> {
  return exit === 'quit' || exit === 'killed' || exit === 'switched'
    ? visitAtDesk(engine, exit, url)
    : visitByDriver(engine, exit, url, next);
}

async function visitByDriver(engine: Engine, exit: Exit, url: string, next: string): Promise<Visit> {
  const device = await OPEN[engine]();
  const tab = await device.open('window');
  await tab.goto(url);
  return {
    // Where the server is down a navigation ends at the browser's own page that says so.
    leave: () => time(() => (exit === 'closed' ? tab.close() : tab.goto(next).catch(() => {}))),
    comeHome: async (home) => (await device.open('window')).goto(home),
    end: () => device.close(),
  };
}

async function visitAtDesk(engine: Engine, exit: Exit, url: string): Promise<Visit> {
  const desk = await Desk.open(engine);
  desk.start(url);
  return {
    leave: async () => {
      if (exit === 'quit') return time(() => desk.quit());
      if (exit === 'killed') return time(() => desk.kill());
      const putAway = await time(() => desk.minimize());
      await delay(SWITCHED_MS);
      await desk.kill();
      return putAway;
    },
    comeHome: async (home) => desk.start(home),
    end: () => desk.close(),
  };
}

async function time(command: () => Promise<unknown>): Promise<Moment> {
  const earliestMs = Date.now();
  await command();
  return { earliestMs, latestMs: Date.now() };
}
