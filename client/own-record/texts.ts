// The words of the reader's own view, by language.
import { ENGLISH_GRAPH, type GraphTexts } from '../ui/graph-texts.ts';
import { GERMAN_GRAPH } from './german-graph.ts';

export interface OwnRecordTexts {
  readonly noAccess: string;
  readonly toGate: string;
  readonly failed: string;
  readonly again: string;
  /** Whose sessions are shown, by how the reader is known. */
  readonly shown: Readonly<Record<'session' | 'invitation' | 'reader', string>>;
  readonly keptFor: (days: number) => string;
  readonly keptUntilErased: string;
  readonly seenBy: (owner: string) => string;
  readonly owner: string;
  readonly nothingRead: string;
  readonly unmeasured: string;
  /** @param length as it is shown; undefined: not measured. */
  readonly visit: (day: string, from: string, to: string) => string;
  readonly read: (length: string) => string;
  readonly download: string;
  readonly erase: string;
  readonly eraseQuestion: string;
  readonly eraseConfirm: string;
  readonly eraseFailed: string;
  readonly cancel: string;
  readonly erased: string;
  readonly notErasable: string;
  readonly graph: GraphTexts;
}

const en: OwnRecordTexts = {
  noAccess: 'What is kept about you is shown while you have access to these pages.',
  toGate: 'Enter your e-mail address',
  failed: 'This could not be loaded.',
  again: 'Try again',
  shown: {
    session: 'Anybody could have typed your address, so only what was read in this browser since then is shown.',
    invitation: 'This is what was read by your personal link.',
    reader: 'You have confirmed your address, so everything that was read with it is shown.',
  },
  keptFor: (days) => `It is deleted ${days === 1 ? '1 day' : `${days} days`} after your last visit.`,
  keptUntilErased: 'It is kept until the owner deletes it.',
  seenBy: (owner) => `${owner} sees the same.`,
  owner: 'The owner of these pages',
  nothingRead: 'Nothing was read yet.',
  unmeasured: 'You chose not to be measured, so nothing but this is recorded.',
  visit: (day, from, to) => `${day}, ${from} to ${to}`,
  read: (length) => `${length} read`,
  download: 'Download as JSON',
  erase: 'Erase what is kept about me',
  eraseQuestion:
    'All that is shown here will be deleted, also for the owner, and your access ends. This can’t be undone.',
  eraseConfirm: 'Erase it',
  eraseFailed: 'It could not be erased. Please try again.',
  cancel: 'Cancel',
  erased: 'It is erased, and your access has ended.',
  notErasable: 'To have it erased, ask the owner.',
  graph: ENGLISH_GRAPH,
};

const de: OwnRecordTexts = {
  noAccess: 'Was über Sie gespeichert ist, wird gezeigt, solange Sie Zugang zu diesen Seiten haben.',
  toGate: 'E-Mail-Adresse eingeben',
  failed: 'Das konnte nicht geladen werden.',
  again: 'Noch einmal versuchen',
  shown: {
    session:
      'Ihre Adresse hätte jeder eingeben können. Deshalb wird nur gezeigt, was seitdem in diesem Browser gelesen wurde.',
    invitation: 'Das wurde über Ihren persönlichen Link gelesen.',
    reader: 'Sie haben Ihre Adresse bestätigt. Deshalb wird alles gezeigt, was mit ihr gelesen wurde.',
  },
  keptFor: (days) => `Es wird ${days === 1 ? '1 Tag' : `${days} Tage`} nach Ihrem letzten Besuch gelöscht.`,
  keptUntilErased: 'Es bleibt gespeichert, bis die verantwortliche Person es löscht.',
  seenBy: (owner) => `${owner} sieht dasselbe.`,
  owner: 'Die für diese Seiten verantwortliche Person',
  nothingRead: 'Es wurde noch nichts gelesen.',
  unmeasured: 'Sie wollten nicht gemessen werden. Mehr als das hier wird nicht aufgezeichnet.',
  visit: (day, from, to) => `${day}, ${from} bis ${to}`,
  read: (length) => `${length} gelesen`,
  download: 'Als JSON herunterladen',
  erase: 'Löschen, was über mich gespeichert ist',
  eraseQuestion:
    'Alles, was hier steht, wird gelöscht, auch für die verantwortliche Person, und Ihr Zugang endet. Das lässt sich nicht rückgängig machen.',
  eraseConfirm: 'Löschen',
  eraseFailed: 'Das Löschen ist nicht gelungen. Bitte versuchen Sie es noch einmal.',
  cancel: 'Abbrechen',
  erased: 'Es ist gelöscht, und Ihr Zugang ist beendet.',
  notErasable: 'Wenn es gelöscht werden soll, wenden Sie sich bitte an die verantwortliche Person.',
  graph: GERMAN_GRAPH,
};

export const OWN_RECORD_TEXTS: Readonly<Record<string, OwnRecordTexts>> = { en, de };

/** @param tag of the page's language; one without texts is shown in English. */
export function textsIn(tag: string): OwnRecordTexts {
  return OWN_RECORD_TEXTS[tag.slice(0, 2).toLowerCase()] ?? en;
}
