// The gate's texts in the languages that are built in. theme.ts defines how an owner can change them.
import { INVITED_NOTICE, RECORD_NOTICE } from '../../sw/protocol/record-notice.ts';

const AGREED = {
  en: 'By continuing, you agree to this. A cookie keeps your access on this device.',
  de: 'Wenn Sie weiterlesen, stimmen Sie dem zu. Ein Cookie merkt sich auf diesem Gerät, dass Sie Zugang haben.',
};

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
  /** The same for readers who come by a personal link. */
  readonly linkNotice: string;
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
  /** Below the heading, after `intro`: a code will be mailed. */
  readonly codeAnnounced: string;
  /** Below the heading of the page for the code. It says the same for every address, also for one that is not on the list. */
  readonly codeIntro: string;
  /** Label of the field for the code. */
  readonly codeLabel: string;
  /** The button for another code. */
  readonly codeAgain: string;
  /** After that button was pressed. */
  readonly codeSent: string;
  /** The link that leads back to the address. */
  readonly codeOther: string;
  /** Error: the code is wrong, expired, used, or was asked for in another browser. */
  readonly wrongCode: string;
  /** Error: the last code was sent a moment ago. `{wait}` is the time to wait. */
  readonly codeWait: string;
  /** Error: too many codes for one address. `{wait}` is the time to wait. */
  readonly tooManyCodes: string;
  /** Error: the address is invalid. */
  readonly badAddress: string;
  /** Error: the address is not on the list. Used if no contact is set. */
  readonly notOnList: string;
  /** Error: the address is not on the list. `{contact}` is whom to ask. */
  readonly notOnListContact: string;
  /** Below the heading, where a personal link was opened. */
  readonly linkIntro: string;
  /** Below the heading, where only a personal link opens the pages, and none was opened. */
  readonly openLink: string;
  /** While it is found out whose link it is. */
  readonly checkingLink: string;
  /** Shown to browsers without scripts, where a personal link was opened. */
  readonly linkNeedsScript: string;
  /** Error: the personal link is unknown, has expired or was revoked. */
  readonly badLink: string;
  /** Error: no address can be typed. Used if no contact is set. */
  readonly onlyInvited: string;
  /** Error: no address can be typed. `{contact}` is whom to ask. */
  readonly onlyInvitedContact: string;
  /** Error: rate limit. `{wait}` is the time to wait, like "1 second". */
  readonly tooMany: string;
  /** Error: the server failed. */
  readonly failed: string;
  /** Instead of a protected page, while the store can't be read. */
  readonly unavailable: string;
  /** Error: the form can't be sent, because there is no network. */
  readonly offline: string;
  /** Error: the reader was let in, but the browser stored no cookie. */
  readonly noCookies: string;
}

/** The placeholder that a text may contain. */
export const FILLED_IN: Readonly<Partial<Record<keyof GateTexts, string>>> = {
  notice: 'owner',
  linkNotice: 'owner',
  keptFor: 'kept',
  notOnListContact: 'contact',
  onlyInvitedContact: 'contact',
  tooMany: 'wait',
  codeWait: 'wait',
  tooManyCodes: 'wait',
};

const en: GateTexts = {
  title: 'Confidential',
  intro: 'Please enter your e-mail address to read these pages.',
  label: 'E-mail address',
  button: 'Continue',
  opening: 'Opening…',
  notice: `${RECORD_NOTICE.en} ${AGREED.en}`,
  linkNotice: `${INVITED_NOTICE.en} ${AGREED.en}`,
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
  codeAnnounced: 'We will send a code to it.',
  codeIntro: 'If your address has access, a code of six digits is on its way to it. It is valid for 10 minutes.',
  codeLabel: 'Code from the e-mail',
  codeAgain: 'Send a new code',
  codeSent: 'A new code is on its way, if your address has access. The old one is no longer valid.',
  codeOther: 'Use another address',
  wrongCode: 'This code is not right, or no longer valid. Please check it, or have a new one sent.',
  codeWait: 'A code was sent a moment ago. Please wait {wait} before you ask for a new one.',
  tooManyCodes: 'Too many codes were requested for this address. Please try again in {wait}.',
  badAddress: 'Please enter an e-mail address, like name@example.com.',
  notOnList: 'This address is not on the list. Please ask the person who gave you the link.',
  notOnListContact: 'This address is not on the list. To get access, please ask {contact}.',
  linkIntro: 'A personal link opens these pages.',
  openLink: 'Please open the link that was sent to you.',
  checkingLink: 'Checking your link…',
  linkNeedsScript: 'Your personal link needs JavaScript. Please allow it for this site, then open the link again.',
  badLink: 'This link does not work any more. Please ask the person who sent it to you for a new one.',
  onlyInvited: 'These pages open only with a personal link.',
  onlyInvitedContact: 'These pages open only with a personal link. To get one, please ask {contact}.',
  tooMany: 'Too many requests from your network. Please try again in {wait}.',
  failed: 'Something went wrong on our side. Please try again in a moment.',
  unavailable: 'These pages are not available at the moment. Please try again in a minute.',
  offline: 'You are offline. What you entered is still here: please try again when you have a network.',
  noCookies:
    'Your browser did not store the cookie that gives access to these pages. Please allow cookies for this site and try again.',
};

const de: GateTexts = {
  title: 'Vertraulich',
  intro: 'Bitte geben Sie Ihre E-Mail-Adresse ein, um diese Seiten zu lesen.',
  label: 'E-Mail-Adresse',
  button: 'Weiterlesen',
  opening: 'Wird geöffnet …',
  notice: `${RECORD_NOTICE.de} ${AGREED.de}`,
  linkNotice: `${INVITED_NOTICE.de} ${AGREED.de}`,
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
  codeAnnounced: 'Wir senden einen Code an diese Adresse.',
  codeIntro: 'Wenn Ihre Adresse Zugang hat, ist ein Code aus sechs Ziffern an sie unterwegs. Er gilt 10 Minuten.',
  codeLabel: 'Code aus der E-Mail',
  codeAgain: 'Neuen Code senden',
  codeSent: 'Ein neuer Code ist unterwegs, wenn Ihre Adresse Zugang hat. Der alte gilt nicht mehr.',
  codeOther: 'Andere Adresse verwenden',
  wrongCode:
    'Dieser Code stimmt nicht oder gilt nicht mehr. Bitte prüfen Sie ihn, oder lassen Sie sich einen neuen senden.',
  codeWait: 'Gerade wurde ein Code gesendet. Bitte warten Sie {wait}, bevor Sie einen neuen anfordern.',
  tooManyCodes: 'Für diese Adresse wurden zu viele Codes angefordert. Bitte versuchen Sie es in {wait} noch einmal.',
  badAddress: 'Bitte geben Sie eine E-Mail-Adresse ein, zum Beispiel name@example.com.',
  notOnList:
    'Diese Adresse steht nicht auf der Liste. Bitte wenden Sie sich an die Person, von der Sie den Link haben.',
  notOnListContact:
    'Diese Adresse steht nicht auf der Liste. Um Zugang zu erhalten, wenden Sie sich bitte an: {contact}.',
  linkIntro: 'Ein persönlicher Link öffnet diese Seiten.',
  openLink: 'Bitte öffnen Sie den Link, den Sie erhalten haben.',
  checkingLink: 'Ihr Link wird geprüft …',
  linkNeedsScript:
    'Ihr persönlicher Link benötigt JavaScript. Bitte erlauben Sie es für diese Website und öffnen Sie den Link dann noch einmal.',
  badLink:
    'Dieser Link funktioniert nicht mehr. Bitte wenden Sie sich an die Person, von der Sie ihn haben, um einen neuen zu erhalten.',
  onlyInvited: 'Diese Seiten öffnen sich nur mit einem persönlichen Link.',
  onlyInvitedContact:
    'Diese Seiten öffnen sich nur mit einem persönlichen Link. Um einen zu erhalten, wenden Sie sich bitte an: {contact}.',
  tooMany: 'Zu viele Anfragen aus Ihrem Netz. Bitte versuchen Sie es in {wait} noch einmal.',
  failed: 'Auf unserer Seite ist ein Fehler aufgetreten. Bitte versuchen Sie es gleich noch einmal.',
  unavailable: 'Diese Seiten sind im Moment nicht erreichbar. Bitte versuchen Sie es in einer Minute noch einmal.',
  offline:
    'Sie sind offline. Was Sie eingegeben haben, ist noch da: Bitte versuchen Sie es noch einmal, sobald Sie wieder Netz haben.',
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
  codeAnnounced: en.codeAnnounced,
  codeIntro: en.codeIntro,
  codeLabel: en.codeLabel,
  codeAgain: en.codeAgain,
  codeSent: en.codeSent,
  codeOther: en.codeOther,
  wrongCode: en.wrongCode,
  codeWait: en.codeWait,
  tooManyCodes: en.tooManyCodes,
  unavailable: en.unavailable,
  offline: en.offline,
  noCookies: en.noCookies,
  linkNotice: en.linkNotice,
  linkIntro: en.linkIntro,
  openLink: en.openLink,
  checkingLink: en.checkingLink,
  linkNeedsScript: en.linkNeedsScript,
  badLink: en.badLink,
  onlyInvited: en.onlyInvited,
  onlyInvitedContact: en.onlyInvitedContact,
};

/** By language; the default first. */
export const SHIPPED_TEXTS: Readonly<Record<string, GateTexts>> = { en, de };
