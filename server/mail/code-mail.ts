// The mail that brings a reader a code. It has no link: whoever opens links in mails, like a scanner, enters nothing. Pure.
import { escapeHtml } from '../http/escape-html.ts';
import type { CodeMailConfig } from './mail-config.ts';
import type { Mail } from './smtp.ts';

export type CodeLanguage = 'en' | 'de';

interface Wording {
  readonly code: string;
  readonly place: (site: string) => string;
  readonly pages: (owner: string) => string;
  readonly asked: (pages: string, place: string) => string;
  readonly pagesOfNobody: string;
  readonly enter: string;
  readonly note: string;
}

const WORDINGS: Readonly<Record<CodeLanguage, Wording>> = {
  en: {
    code: 'is your code',
    place: (site) => ` for ${site}`,
    pages: (owner) => `the pages of ${owner}`,
    pagesOfNobody: 'confidential pages',
    asked: (pages, place) => `This e-mail address was entered to read ${pages}${place}.`,
    enter: 'To read on, enter this code there:',
    note: "It is valid for 10 minutes, and only in the browser that asked for it. If it wasn't you, ignore this mail: without the code nobody gets in. Give it to nobody.",
  },
  de: {
    code: 'ist Ihr Code',
    place: (site) => ` für ${site}`,
    pages: (owner) => `die Seiten von ${owner}`,
    pagesOfNobody: 'vertrauliche Seiten',
    asked: (pages, place) => `Diese E-Mail-Adresse wurde eingegeben, um ${pages}${place} zu lesen.`,
    enter: 'Um weiterzulesen, geben Sie dort diesen Code ein:',
    note: 'Er gilt 10 Minuten, und nur in dem Browser, in dem er angefordert wurde. Wenn Sie das nicht waren, ignorieren Sie diese Nachricht: Ohne den Code kommt niemand hinein. Geben Sie ihn an niemanden weiter.',
  },
};

/** @param id as in {@link Mail}. @param code of six digits. */
export function codeMail(
  id: string,
  code: string,
  language: CodeLanguage,
  { ownerName, site }: Pick<CodeMailConfig, 'ownerName' | 'site'>,
): Mail {
  const wording = WORDINGS[language];
  const shown = `${code.slice(0, 3)} ${code.slice(3)}`;
  const target = site ?? ownerName;
  const asked = wording.asked(
    ownerName === undefined ? wording.pagesOfNobody : wording.pages(ownerName),
    site === undefined ? '' : ` (${site})`,
  );
  return {
    id,
    subject: `${shown} ${wording.code}${target === undefined ? '' : wording.place(target)}`,
    text: [asked, wording.enter, `    ${shown}`, wording.note, ''].join('\n\n').trimEnd().concat('\n'),
    html: [
      `<div lang="${language}"><p>${escapeHtml(asked)}</p>`,
      `<p>${wording.enter}</p>`,
      `<p style="font-size: 2em; letter-spacing: 0.05em"><strong>${shown}</strong></p>`,
      `<p><small>${escapeHtml(wording.note)}</small></p></div>`,
    ].join('\n'),
  };
}
