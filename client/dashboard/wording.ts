// How times, durations and states are said on the owner's pages. Pure.
import type { SessionView } from '../../sw/protocol/owner-api.ts';
import { formatLength } from '../ui/format.ts';

const DAY_MS = 86_400_000;
/** Pages write their last tick at most this long before they are cut off. */
const TICK_SECONDS = 5;

/** The zone in which all times of the page are shown, like `Europe/Berlin`. */
export const TIME_ZONE = new Intl.DateTimeFormat().resolvedOptions().timeZone;

const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' });
const exactClock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' });
const date = new Intl.DateTimeFormat('en-GB', { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' });

export const timeOf = (at: string | number): string => clock.format(new Date(at));

export const exactTimeOf = (at: string | number): string => exactClock.format(new Date(at));

/** `Today`, `Yesterday`, or the date. */
export function dayOf(at: string | number, now: number): string {
  const day = date.format(new Date(at));
  if (day === date.format(now)) return 'Today';
  return day === date.format(now - DAY_MS) ? 'Yesterday' : day;
}

/** As people say it: `11 min 4 s`. Null: nobody knows. */
export function lengthOf(ms: number | null): string {
  if (ms === null) return 'unknown';
  return ms > 0 && ms < 1_000 ? 'under a second' : formatLength(ms);
}

/** What is said of its end: how it is known, and how exactly. */
export function endOf({ state, sessionEndTime, endKnownBy }: SessionView): string {
  if (sessionEndTime === null) return 'on, and nothing was read';
  if (state === 'reading') return 'on';
  const time = exactTimeOf(sessionEndTime);
  if (endKnownBy === 'goodbye') return `until ${time}, when the page said goodbye`;
  if (endKnownBy === 'tick') return `until ${time}, give or take ${TICK_SECONDS} s: the page was cut off`;
  if (endKnownBy === 'bounded') return `until about ${time}: the device’s clock was wrong`;
  return `last seen ${time}`;
}

export const STATE_NAMES: Readonly<Record<SessionView['state'], string>> = {
  reading: 'Reading now',
  away: 'Just left',
  ended: 'Left',
  opened: 'Opened, not read',
};

/** A page by the last part of its path, as people would say it: `/work/four-minutes/` is `Four minutes`. */
export function pageName(page: string): string {
  const last = page.split('/').findLast((part) => part !== '' && part !== 'index.html');
  if (last === undefined) return 'Home';
  const words = decode(last)
    .replace(/\.html?$/, '')
    .replaceAll(/[-_]+/g, ' ')
    .trim();
  return words === '' ? last : words[0]?.toUpperCase() + words.slice(1);
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
