// The mail about all visits that are over since the last one. Pure.
import { createHash } from 'node:crypto';
import { escapeHtml } from '../http/escape-html.ts';
import type { DigestEntry } from '../outbox/digest-consumer.ts';
import type { MailConfig } from './mail-config.ts';
import type { Mail } from './smtp.ts';
import { joinParagraphs } from './visit-mail.ts';
import { linkTo, safeText, sayLength, sayReading, sayWhen } from './wording.ts';

/** Visits, and pages of each. The owner's pages have all. */
const MOST_VISITS = 200;
const MOST_PAGES = 5;

/** Undefined: nothing is to be said. */
export function digestMail(entries: readonly DigestEntry[], config: MailConfig): Mail | undefined {
  const visits = entries.filter(({ event }) => event.kind !== 'session.started');
  if (visits.length === 0) return undefined;
  const read = visits.filter(({ event }) => event.state !== 'opened');
  const opened = visits.filter(({ event }) => event.state === 'opened');
  const subject = [
    ...(read.length > 0 ? [`${count(read.length, 'visit')}, ${sayLength(totalMs(read))} of reading`] : []),
    ...(opened.length > 0 ? [`opened ${count(opened.length, 'time')} without reading`] : []),
  ].join('; ');
  const shown = read.slice(0, MOST_VISITS).map((entry) => describe(entry, config));
  const openers = [...new Set(opened.map(({ session }) => safeText(session.email)))].slice(0, MOST_VISITS);
  const title = 'Opened, not read (a mail scanner, or a person who left at once):';
  const zone = `All times are in ${config.timeZone}.`;
  const text = [
    ...shown.map(({ head, when, pages, link }) => [head, when, ...pages.map((page) => `  ${page}`), link]),
    openers.length > 0 ? [title, ...openers] : [],
    [zone],
  ];
  const html = [
    ...shown.map(({ head, when, pages, link }) => {
      const lines = [`<strong><bdi>${escapeHtml(head)}</bdi></strong>`, escapeHtml(when), ...pages.map(isolate)];
      if (link !== undefined) lines.push(`<a href="${escapeHtml(link)}">The visit in pictures</a>`);
      return `<p>${lines.join('<br>\n')}</p>`;
    }),
    ...(openers.length > 0 ? [`<p>${[title, ...openers.map(isolate)].join('<br>\n')}</p>`] : []),
    `<p><small>${escapeHtml(zone)}</small></p>`,
  ];
  return {
    id: `digest_${createHash('sha256')
      .update(visits.map(({ event }) => event.id).join())
      .digest('hex')
      .slice(0, 32)}`,
    subject,
    text: joinParagraphs(text),
    html: html.join('\n'),
  };
}

function describe({ event, session }: DigestEntry, config: MailConfig) {
  const late = event.kind === 'session.amended' ? ' (some of it arrived later)' : '';
  return {
    head: `${safeText(session.email)} ${sayReading(event)}${late}`,
    when: sayWhen(event.visit, config.timeZone),
    pages: event.pages.slice(0, MOST_PAGES).map(({ page, readingMs }) => `${sayLength(readingMs)}  ${safeText(page)}`),
    link: linkTo(session, config),
  };
}

function isolate(text: string): string {
  return `<bdi>${escapeHtml(text)}</bdi>`;
}

function totalMs(visits: readonly DigestEntry[]): number {
  return visits.reduce((sum, { event }) => sum + (event.visit.readingMs ?? 0), 0);
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`;
}
