// How a mail says who read, when and for how long. What comes from readers may be anything: it is made harmless and cut here. Pure.
import { replaceUnsafeCharacters } from '../http/unsafe-characters.ts';
import type { DigestEntry } from '../outbox/digest-consumer.ts';
import type { MailConfig } from './mail-config.ts';

const MOST_CHARACTERS = 200;

/** An address or a path in one line of at most {@link MOST_CHARACTERS}, without characters that change how others are shown. */
export function safeText(text: string): string {
  const characters = Array.from(replaceUnsafeCharacters(text.slice(0, 2 * MOST_CHARACTERS + 2)));
  if (characters.length <= MOST_CHARACTERS) return characters.join('');
  return `${characters.slice(0, MOST_CHARACTERS - 1).join('')}…`;
}

/** In the two largest units, down to seconds: `11 min 4 s`. */
export function sayLength(ms: number): string {
  const seconds = Math.round(ms / 1_000);
  const [hours, minutes] = [Math.floor(seconds / 3_600), Math.floor((seconds % 3_600) / 60)];
  if (hours > 0) return `${hours} h ${minutes} min`;
  return minutes > 0 ? `${minutes} min ${seconds % 60} s` : `${seconds} s`;
}

/** `read for 11 min 4 s, 5 min 0 s of it offline`. */
export function sayReading({ visit: { readingMs, startMs, endMs }, offlineMs }: DigestEntry['event']): string {
  if (readingMs === null) return `was there for ${sayLength(endMs - startMs)}; how much of it was reading is unknown`;
  const offline = offlineMs >= 1_000 ? `, ${sayLength(offlineMs)} of it offline` : '';
  return `read for ${sayLength(readingMs)}${offline}`;
}

/** From when to when, with the date: `Tuesday, 24 November 2026, 09:00–09:10`. */
export function sayWhen({ startMs, endMs }: DigestEntry['event']['visit'], timeZone: string): string {
  const format = new Intl.DateTimeFormat('en-GB', { dateStyle: 'full', timeStyle: 'short', timeZone });
  return format.formatRange(startMs, endMs);
}

/** The owner's page of a session; undefined where nobody knows the site's address. */
export function linkTo({ ref }: DigestEntry['session'], { ownerUrl }: MailConfig): string | undefined {
  return ownerUrl && `${ownerUrl}/sessions/${encodeURIComponent(ref)}`;
}
