// The gate's texts in the languages that are built in. theme.ts defines how an owner can change them.
import { RECORD_NOTICE } from '../../sw/protocol/record-notice.ts';

/** All texts that a reader of the gate can see. Plain text: it is escaped when inserted. */
export interface GateTexts {
  /** Title and heading of the page. */
  readonly title: string;
  /** Below the heading: why the address is needed. */
  readonly intro: string;
  /** Label of the e-mail field. */
  readonly label: string;
  readonly button: string;
  /** On the button while the form is being sent. */
  readonly opening: string;
  /** Below the button: who sees which data. `{owner}` is the owner's name, or else the text `owner`. */
  readonly notice: string;
  /** After it: when a session is deleted by itself. `{kept}` is a time, like "30 days". */
  readonly keptFor: string;
  /** Or instead, that it isn't. */
  readonly keptUntilErased: string;
  /** Title of the page on which readers see what is kept about them. */
  readonly ownRecord: string;
  /** There, without scripts. */
  readonly needsScripts: string;
  /** The choice not to be measured, if there is one. */
  readonly optOut: string;
  /** Who sees the data, where the owner gives no name. Begins a sentence. */
  readonly owner: string;
  /** The link to the page from which the reader came. */
  readonly back: string;
  /** The link that is there instead, if the reader came from elsewhere. */
  readonly home: string;
  /** Above the form in an app installed on iOS, which has cookies of its own. */
  readonly installed: string;
  /** The link after the notice; shown if there is a privacy page. */
  readonly privacy: string;
  /** Error: the address is invalid. */
  readonly badAddress: string;
  /** Error: the address is not on the list. Used if no contact is set. */
  readonly notOnList: string;
  /** Error: the address is not on the list. `{contact}` is whom to ask. */
  readonly notOnListContact: string;
  /** Error: rate limit. `{wait}` is the time to wait, like "1 second". */
  readonly tooMany: string;
  /** Error: the server failed. */
  readonly failed: string;
  /** Error: the reader was let in, but the browser stored no cookie. */
  readonly noCookies: string;
}

/** The placeholder that a text may contain. */
export const FILLED_IN: Readonly<Partial<Record<keyof GateTexts, string>>> = {
  notice: 'owner',
  keptFor: 'kept',
  notOnListContact: 'contact',
  tooMany: 'wait',
};

const en: GateTexts = {
  title: 'Confidential',
  intro: 'Please enter your e-mail address to read these pages.',
  label: 'E-mail address',
  button: 'Continue',
  opening: 'Opening…',
  notice: `${RECORD_NOTICE.en} By continuing, you agree to this. A cookie keeps your access on this device.`,
  keptFor: 'What is recorded is deleted {kept} after your last visit.',
  keptUntilErased: 'What is recorded is kept until the owner deletes it.',
  ownRecord: 'What is kept about you',
  needsScripts: 'This page needs JavaScript.',
  optOut: 'Don’t measure my reading. You get access all the same.',
  owner: 'The owner of these pages',
  back: 'Back to the previous page',
  home: 'To the home page',
  installed: 'This app does not share your browser’s access. Please enter the same address once more.',
  privacy: 'Privacy notice',
  badAddress: 'Please enter an e-mail address, like name@example.com.',
  notOnList: 'This address is not on the list. Please ask the person who gave you the link.',
  notOnListContact: 'This address is not on the list. To get access, please ask {contact}.',
  tooMany: 'Too many requests from your network. Please try again in {wait}.',
  failed: 'Something went wrong on our side. Please try again in a moment.',
  noCookies:
    'Your browser did not store the cookie that gives access to these pages. Please allow cookies for this site and try again.',
};

const de: GateTexts = {
  title: 'Vertraulich',
  intro: 'Bitte geben Sie Ihre E-Mail-Adresse ein, um diese Seiten zu lesen.',
  label: 'E-Mail-Adresse',
  button: 'Weiterlesen',
  opening: 'Wird geöffnet …',
  notice: `${RECORD_NOTICE.de} Wenn Sie weiterlesen, stimmen Sie dem zu. Ein Cookie merkt sich auf diesem Gerät, dass Sie Zugang haben.`,
  keptFor: 'Das Aufgezeichnete wird {kept} nach Ihrem letzten Besuch gelöscht.',
  keptUntilErased: 'Das Aufgezeichnete bleibt gespeichert, bis die verantwortliche Person es löscht.',
  ownRecord: 'Was über Sie gespeichert ist',
  needsScripts: 'Diese Seite braucht JavaScript.',
  optOut: 'Nicht messen, wie lange ich lese. Zugang erhalten Sie trotzdem.',
  owner: 'Die für diese Seiten verantwortliche Person',
  back: 'Zurück zur vorigen Seite',
  home: 'Zur Startseite',
  installed:
    'Diese App hat einen eigenen Zugang, getrennt von Ihrem Browser. Bitte geben Sie dieselbe Adresse noch einmal ein.',
  privacy: 'Datenschutzhinweise',
  badAddress: 'Bitte geben Sie eine E-Mail-Adresse ein, zum Beispiel name@example.com.',
  notOnList:
    'Diese Adresse steht nicht auf der Liste. Bitte wenden Sie sich an die Person, von der Sie den Link haben.',
  notOnListContact:
    'Diese Adresse steht nicht auf der Liste. Um Zugang zu erhalten, wenden Sie sich bitte an: {contact}.',
  tooMany: 'Zu viele Anfragen aus Ihrem Netz. Bitte versuchen Sie es in {wait} noch einmal.',
  failed: 'Auf unserer Seite ist ein Fehler aufgetreten. Bitte versuchen Sie es gleich noch einmal.',
  noCookies:
    'Ihr Browser hat das Cookie nicht gespeichert, das Ihnen Zugang zu diesen Seiten gibt. Bitte erlauben Sie Cookies für diese Website und versuchen Sie es noch einmal.',
};

/** Texts that were added later, so an owner's own language may lack them. */
export const ADDED_LATER: Readonly<Partial<GateTexts>> = {
  opening: en.opening,
  keptFor: en.keptFor,
  keptUntilErased: en.keptUntilErased,
  ownRecord: en.ownRecord,
  needsScripts: en.needsScripts,
  optOut: en.optOut,
  owner: en.owner,
  back: en.back,
  home: en.home,
  installed: en.installed,
  noCookies: en.noCookies,
};

/** By language; the default first. */
export const SHIPPED_TEXTS: Readonly<Record<string, GateTexts>> = { en, de };
