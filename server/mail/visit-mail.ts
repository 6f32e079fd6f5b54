// The mail about one visit that is over. Pure.
import { escapeHtml } from '../http/escape-html.ts';
import type { Identity } from '../store/session.ts';
import type { DigestEntry } from '../outbox/digest-consumer.ts';
import type { MailConfig } from './mail-config.ts';
import type { Mail } from './smtp.ts';
import { linkTo, safeText, sayLength, sayReading, sayWhen } from './wording.ts';

const MOST_PAGES = 20;
/** How it is known whose address it is. */
const NOTES: Readonly<Record<Identity, string>> = {
  typed: 'The address is what the reader typed at the gate. Nobody has checked it.',
  invited: 'The reader came by the personal link that you made for this address.',
  confirmed: 'The reader has entered a code that was mailed to this address.',
};

export function visitMail({ event, session }: DigestEntry, config: MailConfig): Mail {
  const { visit, pages } = event;
  const reader = safeText(session.email);
  const reading = sayReading(event);
  const when = `${sayWhen(visit, config.timeZone)} (${config.timeZone})`;
  const which = visit.number > 1 ? `This was visit ${visit.number} since the reader passed the gate.` : undefined;
  const shown = pages.slice(0, MOST_PAGES).map(({ page, readingMs }) => ({
    page: safeText(page),
    length: sayLength(readingMs),
  }));
  const more = pages.length > shown.length ? `The ${shown.length} pages that were read longest.` : undefined;
  const link = linkTo(session, config);
  const note = NOTES[session.identity];

  const text = [
    [`${reader} ${reading}.`, when, which],
    [...shown.map(({ page, length }) => `${length.padEnd(12)}  ${page}`), more],
    [link && `The visit in pictures: ${link}`],
    [note],
  ];
  const rows = shown.map(
    ({ page, length }) => `<tr><td>${escapeHtml(length)}</td><td><bdi>${escapeHtml(page)}</bdi></td></tr>`,
  );
  const html = [
    `<p><strong><bdi>${escapeHtml(reader)}</bdi></strong> ${escapeHtml(reading)}.</p>`,
    ...[when, which].flatMap((one) => (one === undefined ? [] : [`<p>${escapeHtml(one)}</p>`])),
    ...(rows.length > 0 ? [`<table cellpadding="4">${rows.join('\n')}</table>`] : []),
    ...(more === undefined ? [] : [`<p>${more}</p>`]),
    ...(link === undefined ? [] : [`<p><a href="${escapeHtml(link)}">The visit in pictures</a></p>`]),
    `<p><small>${note}</small></p>`,
  ];
  return {
    id: event.id,
    subject: `${reader} ${reading}`,
    text: joinParagraphs(text),
    html: html.join('\n'),
  };
}

/** Lines to paragraphs. What is undefined is left out, and so is a paragraph without lines. */
export function joinParagraphs(paragraphs: readonly (readonly (string | undefined)[])[]): string {
  const texts = paragraphs.map((lines) => lines.filter((line) => line !== undefined).join('\n'));
  return `${texts.filter((text) => text !== '').join('\n\n')}\n`;
}
