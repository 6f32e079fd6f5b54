// Reads the values of the settings for mail. Pure.
import type { QuietHours } from '../mail/local-time.ts';

/** True for an address like smtps://user:password@mail.example:465, without anything after the port. */
export function isSmtpUrl(address: string): boolean {
  if (!URL.canParse(address) || !/^smtps?:\/\/[^/?#]+\/?$/.test(address)) return false;
  const { username, password } = new URL(address);
  try {
    decodeURIComponent(username + password);
    return true;
  } catch {
    return false;
  }
}

/** A time of day, like 7, 07:00 or 22:30, in minutes; undefined if it isn't one. */
export function readMinute(time: string): number | undefined {
  const [, hour, minute = '0'] = /^(\d{1,2})(?::(\d\d))?$/.exec(time.trim()) ?? [];
  const minutes = Number(hour) * 60 + Number(minute);
  return Number(hour) < 24 && Number(minute) < 60 ? minutes : undefined;
}

/** Like 22-7 or 22:30-06:45; undefined if it isn't. */
export function readQuietHours(hours: string): QuietHours | undefined {
  const [fromMinute, toMinute, ...more] = hours.split('-').map(readMinute);
  if (fromMinute === undefined || toMinute === undefined || more.length > 0) return undefined;
  return fromMinute === toMinute ? undefined : { fromMinute, toMinute };
}

export function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}
