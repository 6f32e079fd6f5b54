// Plays many schedules in real browsers, several at once, each job with a browser and a server of its own.
import type { Device } from '../../helpers/engines/engine.ts';
import { openChromium, openFirefoxWithShortLivedWorkers } from '../../helpers/engines/puppeteer-device.ts';
import { openWebKit } from '../../helpers/engines/webkit-device.ts';
import { startReadingSite } from '../../helpers/reading-site.ts';
import type { Manners } from './allowances.ts';
import { playSchedule, type Played } from './play-schedule.ts';
import { scheduleOf, type Schedule } from './schedule.ts';
import { siteFiles } from './site.ts';

export type Engine = 'chromium' | 'firefox' | 'webkit';
/** WebKit's message to the worker and Firefox's are lost now and then with a tab that closes (facts: "Last words"). */
export const ENGINES: Readonly<Record<Engine, { readonly open: () => Promise<Device>; readonly manners: Manners }>> = {
  chromium: { open: openChromium, manners: { goodbye: 'always', closingMs: 0 } },
  firefox: { open: openFirefoxWithShortLivedWorkers, manners: { goodbye: 'online', closingMs: 0 } },
  webkit: { open: openWebKit, manners: { goodbye: 'online', closingMs: 300 } },
};

/** A profile fills up with the origins of old schedules. */
const SCHEDULES_A_BROWSER = 40;

export interface BrowserRun {
  readonly engine: Engine;
  readonly schedules: number;
  /** The first schedule is that of this seed, the next that of the next one. */
  readonly seed: number;
  /** How many are played at once. */
  readonly jobs: number;
  /** Told of each schedule that is over. */
  readonly onPlayed: (seed: number, schedule: Schedule, played: Played) => void;
  /** A driver that failed: the schedule is played once more. */
  readonly onBrokenOff: (seed: number, error: unknown) => void;
}

/** Resolves when all are played. @throws when a schedule can't be played in two browsers one after the other. */
export async function runSchedules({
  engine,
  schedules,
  seed,
  jobs,
  onPlayed,
  onBrokenOff,
}: BrowserRun): Promise<void> {
  let next = seed;
  const work = async (): Promise<void> => {
    const server = await startReadingSite(siteFiles(), { TRUST_PROXY: 'true', LOG_LEVEL: 'warn' });
    const { open, manners } = ENGINES[engine];
    const browser = new Browser(open);
    try {
      while (next < seed + schedules) {
        const mine = next++;
        const schedule = scheduleOf(mine);
        const nth = mine - seed;
        const play = async (origin: number): Promise<Played> =>
          playSchedule(await browser.ready(), server, schedule, origin, manners);
        const played = await play(nth).catch(async (error: unknown) => {
          onBrokenOff(mine, error);
          await browser.close();
          return play(nth + schedules);
        });
        onPlayed(mine, schedule, played);
      }
    } finally {
      await browser.close();
      await server.stop();
    }
  };
  await Promise.all(Array.from({ length: Math.min(jobs, schedules) }, work));
}

/** One that is there when it is needed, and a new one now and then. */
class Browser {
  readonly #open: () => Promise<Device>;
  #device: Device | undefined;
  #played = 0;

  constructor(open: () => Promise<Device>) {
    this.#open = open;
  }

  async ready(): Promise<Device> {
    if (this.#played++ % SCHEDULES_A_BROWSER === 0) await this.close();
    return (this.#device ??= await this.#open());
  }

  async close(): Promise<void> {
    const device = this.#device;
    this.#device = undefined;
    await device?.close().catch(() => {});
  }
}
