// What the gate says to readers, in the languages that it comes with. Texts only: what an owner may change, and how, is
// said in theme.ts.

/** All that a reader of the gate can see. Plain text: it is escaped where it is put in. */
export interface GateTexts {
  /** Title and heading of the page. */
  readonly title: string;
  /** Below the heading: why one is asked. */
  readonly intro: string;
  /** Of the field for the address. */
  readonly label: string;
  readonly button: string;
  /** Below the button: who will see what. */
  readonly notice: string;
  /** The link after it; shown where there is a privacy page. */
  readonly privacy: string;
  /** Refused: that was no e-mail address. */
  readonly badAddress: string;
  /** Refused by the list; shown where no contact is known. */
  readonly notOnList: string;
  /** Refused by the list; `{contact}` is whom to ask. */
  readonly notOnListContact: string;
  /** Refused for now; `{wait}` is for how long, like "1 second". */
  readonly tooMany: string;
  /** It was the server's fault. */
  readonly failed: string;
  /** Let in, but the browser kept no cookie. */
  readonly noCookies: string;
}

/** What may be filled in, and where. */
export const FILLED_IN: Readonly<Partial<Record<keyof GateTexts, string>>> = {
  notOnListContact: 'contact',
  tooMany: 'wait',
};

const en: GateTexts = {
  title: 'Confidential',
  intro: 'These pages are shown to people who say who they are. Your e-mail address is all it takes.',
  label: 'E-mail address',
  button: 'Read on',
  notice:
    'By entering you agree that the owner of these pages sees your address, which pages you read, and for how long. Nothing else is recorded.',
  privacy: 'Privacy notice',
  badAddress: 'Please enter an e-mail address, like name@example.com.',
  notOnList: 'This address is not on the list. Please ask the person who gave you the link.',
  notOnListContact: 'This address is not on the list. To get access, please ask {contact}.',
  tooMany: 'Too many requests from your network. Please try again in {wait}.',
  failed: 'Something went wrong here; it was not your fault. Please try again in a moment.',
  noCookies:
    'Your browser did not keep the cookie that opens these pages. Please allow cookies for this site, then try again.',
};

const de: GateTexts = {
  title: 'Vertraulich',
  intro: 'Diese Seiten sind für alle, die sagen, wer sie sind. Ihre E-Mail-Adresse genügt.',
  label: 'E-Mail-Adresse',
  button: 'Weiterlesen',
  notice:
    'Wenn Sie weiterlesen, sind Sie damit einverstanden, dass die Person, der diese Seiten gehören, Ihre Adresse sieht und welche Seiten Sie wie lange lesen. Sonst wird nichts aufgezeichnet.',
  privacy: 'Datenschutzhinweise',
  badAddress: 'Bitte geben Sie eine E-Mail-Adresse ein, zum Beispiel name@example.com.',
  notOnList:
    'Diese Adresse steht nicht auf der Liste. Bitte wenden Sie sich an die Person, von der Sie den Link haben.',
  notOnListContact: 'Diese Adresse steht nicht auf der Liste. Zugang bekommen Sie auf Anfrage: {contact}.',
  tooMany: 'Zu viele Anfragen aus Ihrem Netz. Bitte versuchen Sie es in {wait} noch einmal.',
  failed: 'Hier ist etwas schiefgegangen; an Ihnen lag es nicht. Bitte versuchen Sie es gleich noch einmal.',
  noCookies:
    'Ihr Browser hat das Cookie nicht behalten, das diese Seiten öffnet. Bitte erlauben Sie Cookies für diese Website und versuchen Sie es noch einmal.',
};

/** Texts that an owner's own language may lack: it was written before they were added. */
export const ADDED_LATER: Readonly<Partial<GateTexts>> = { noCookies: en.noCookies };

/** By language, the default first. */
export const SHIPPED_TEXTS: Readonly<Record<string, GateTexts>> = { en, de };
