// How times, durations and states are said on the owner's pages. Pure.
import { html, type TemplateResult } from 'lit';
import type { SessionView } from '../../sw/protocol/owner-api.ts';
import { formatLength } from '../ui/format.ts';

const DAY_MS = 86_400_000;
/** Pages write their last tick at most this long before they are cut off. */
const TICK_SECONDS = 5;

/** The browser's. */
export const OWN_TIME_ZONE = new Intl.DateTimeFormat().resolvedOptions().timeZone;

let formats = formatsOf(OWN_TIME_ZONE);

function formatsOf(timeZone: string) {
  const format = (options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat =>
    new Intl.DateTimeFormat('en-GB', { ...options, timeZone });
  return {
    timeZone,
    clock: format({ hour: '2-digit', minute: '2-digit' }),
    stamp: format({
      day: 'numeric',
      month: 'short',
      year: 'numeric',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
    }),
    exactClock: format({ hour: '2-digit', minute: '2-digit', second: '2-digit' }),
    day: format({ weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' }),
    shortDay: format({ weekday: 'short', day: 'numeric', month: 'short', year: 'numeric' }),
  };
}

/** The zone in which all times of the page are shown, like `Europe/Berlin`. */
export const timeZone = (): string => formats.timeZone;

/** @param zone as in the tz database. One that this browser doesn't know changes nothing. */
export function useTimeZone(zone: string): void {
  try {
    if (zone !== formats.timeZone) formats = formatsOf(zone);
  } catch {
    // It stands in an address, so it can be anything.
  }
}

export const timeOf = (at: string | number): string => formats.clock.format(new Date(at));

export const exactTimeOf = (at: string | number): string => formats.exactClock.format(new Date(at));

/** `24 Nov 2026, 14:05:09`: for what is read another day. */
export const stampOf = (at: string | number): string => formats.stamp.format(new Date(at));

/** `Today`, `Yesterday`, or the date. */
export function dayOf(at: string | number, now: number): string {
  const day = formats.day.format(new Date(at));
  if (day === formats.day.format(now)) return 'Today';
  return day === formats.day.format(now - DAY_MS) ? 'Yesterday' : day;
}

/** The same where there is little room. */
export function shortDayOf(at: string | number, now: number): string {
  const day = dayOf(at, now);
  return day === 'Today' || day === 'Yesterday' ? day : formats.shortDay.format(new Date(at));
}

/** `today at 14:05`, or the date and the time. */
export function momentOf(at: string | number, now: number): string {
  const day = dayOf(at, now);
  return `${day === 'Today' || day === 'Yesterday' ? day.toLowerCase() : day} at ${timeOf(at)}`;
}

/** Where a column is narrow: the time of today, otherwise `24 Nov`, with the year if it is another one. */
export function shortMomentOf(at: string | number, now: number): string {
  if (dayOf(at, now) === 'Today') return timeOf(at);
  const isThisYear = new Date(at).getUTCFullYear() === new Date(now).getUTCFullYear();
  return new Date(at).toLocaleDateString('en-GB', {
    day: 'numeric',
    month: 'short',
    ...(isThisYear ? {} : { year: 'numeric' }),
    timeZone: timeZone(),
  });
}

/** As people say it: `11 min 4 s`. Null: nobody knows. */
export function lengthOf(ms: number | null): string {
  if (ms === null) return 'unknown';
  return ms > 0 && ms < 1_000 ? 'under a second' : formatLength(ms);
}

/** What is said of its end: how it is known, and how exactly. */
export function endOf({
  state,
  sessionEndTime,
  endKnownBy,
}: Pick<SessionView, 'state' | 'sessionEndTime' | 'endKnownBy'>): string {
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

/** Typed addresses are the usual case, and have no mark in lists. */
export const IDENTITY_MARKS: Readonly<Record<SessionView['identity'], string | undefined>> = {
  typed: undefined,
  invited: 'invited',
  confirmed: 'confirmed',
};

/** How it is known whose the session is, as a sentence. */
export const IDENTITY_SENTENCES: Readonly<Record<SessionView['identity'], string>> = {
  typed: 'The address was typed at the gate, and not checked.',
  invited: 'The reader came by the personal link that you made for this address.',
  confirmed: 'The reader confirmed the address with a code that was mailed to it.',
};

/** A long address breaks before its domain. */
export function breakable(email: string): TemplateResult {
  const at = email.lastIndexOf('@');
  return html`${email.slice(0, at)}<wbr />${email.slice(at)}`;
}
