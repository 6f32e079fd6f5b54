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
/**
 * Measured with a machine that was busy (load 20 to 40): of 48 tabs closed within 1.2 s Firefox let 3 go without a last word on any
 * of the three ways; with the message to a worker WebKit none of 64, but it can't write to IndexedDB then, so that without a
 * worker nothing is left but the request. Firefox's driver answers before a closed page has run its last script: 84 ms before,
 * at load 11 (seed 20082).
 */
export const ENGINES: Readonly<Record<Engine, { readonly open: () => Promise<Device>; readonly manners: Manners }>> = {
  chromium: { open: openChromium, manners: { left: 'always', closed: 'always', closingMs: 0 } },
  firefox: { open: openFirefoxWithShortLivedWorkers, manners: { left: 'online', closed: 'unsure', closingMs: 150 } },
  webkit: { open: openWebKit, manners: { left: 'online', closed: 'online', closingMs: 300 } },
};

/** A profile fills up with the origins of old schedules. */
const SCHEDULES_A_BROWSER = 40;
/** Drivers fail now and then: each attempt has a new browser. */
const ATTEMPTS = 3;

export interface BrowserRun {
  readonly engine: Engine;
  readonly schedules: number;
  /** The first schedule is that of this seed, the next that of the next one. */
  readonly seed: number;
  /** How many are played at once. */
  readonly jobs: number;
  /** Told of each schedule that is over. */
  readonly onPlayed: (seed: number, schedule: Schedule, played: Played) => void;
  /** Told of a driver that failed; `isFinal`: three times, so that this schedule is not played. */
  readonly onBrokenOff: (seed: number, error: unknown, isFinal: boolean) => void;
}

/** Resolves when all are played. */
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
        for (let attempt = 1; attempt <= ATTEMPTS; attempt++)
          try {
            // An origin that no other schedule or attempt has.
            const nth = (mine - seed) * ATTEMPTS + attempt;
            onPlayed(mine, schedule, await playSchedule(await browser.ready(), server, schedule, nth, manners));
            break;
          } catch (error) {
            onBrokenOff(mine, error, attempt === ATTEMPTS);
            await browser.close();
          }
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
