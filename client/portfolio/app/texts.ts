// The app's words, in English, as the pages are, and in German. vite.config.ts puts the English ones into the pages, and
// translate.ts replaces them for readers of German.
import { RECORD_NOTICE } from '../../../sw/protocol/record-notice.ts';

const OWNER = 'Maren Achterberg';

const en = {
  recorded: RECORD_NOTICE.en.replace('{owner}', OWNER),
  confidential: 'These pages are confidential: please do not pass them on.',
  ownRecord: 'What is kept about you',
  publicPage: 'Reading is recorded on the confidential pages only.',
  address: 'You need an e-mail address to read them.',
  close: 'Close this note',

  offline: 'Offline. What you read is saved.',
  offlineOnPublicPage: 'You are offline.',
  offlineTitle: 'No line out here.',
  offlinePage:
    'There is no network, and this page has not been opened on this device before. You can still read these:',
  firstPage: 'The first page',

  place: 'Where you left off',
  toBeginning: 'To the beginning',

  newVersion: 'There is a new version.',
  update: 'Update',
  updating: 'Loading the new version…',

  install: 'Install these pages as an app to read them offline, too.',
  installOnIos:
    'To read these pages offline, too, tap Share, then “Add to Home Screen”. The app asks for your address once more.',
  installButton: 'Install',
  noInstall: 'No, thank you',

  forget: 'Forget this device',
  forgetTitle: 'Forget this device?',
  forgetHere:
    'Deleted here: your access, the pages kept for reading offline, and your place in them. To read on, you will have to enter your address again.',
  forgetUnsent: 'Reading that has not been sent yet stays on this device, without your address, until it is sent.',
  forgetThere: 'What was recorded stays.',
  cancel: 'Cancel',

  farewell: 'Thank you for reading.',
  onThisDevice: 'On this device',
  forgotten: 'This device has forgotten you: your access and the pages kept on it are deleted.',
  whatStays: 'What was recorded stays',
  lastCookie: 'The last cookie will be deleted when you are back online. It opens nothing any more.',
  oneWaits: 'One reading waits for the network, with the page, the time and the duration, but no name.',
  manyWait: '{count} readings wait for the network, with the page, the time and the duration, but no name.',
  toHome: 'Go to the home page',
} as const;

export type TextName = keyof typeof en;
export type Texts = Readonly<Record<TextName, string>>;

const de: Texts = {
  recorded: RECORD_NOTICE.de.replace('{owner}', OWNER),
  confidential: 'Diese Seiten sind vertraulich: Bitte geben Sie sie nicht weiter.',
  ownRecord: 'Was über Sie gespeichert ist',
  publicPage: 'Was gelesen wird, wird nur auf den vertraulichen Seiten aufgezeichnet.',
  address: 'Um sie zu lesen, brauchen Sie eine E-Mail-Adresse.',
  close: 'Hinweis schließen',

  offline: 'Offline. Gelesenes wird gespeichert.',
  offlineOnPublicPage: 'Sie sind offline.',
  offlineTitle: 'Kein Netz auf dieser Strecke.',
  offlinePage: 'Sie sind offline, und diese Seite wurde auf diesem Gerät noch nicht geöffnet. Lesen können Sie:',
  firstPage: 'Die erste Seite',

  place: 'Ihre letzte Stelle',
  toBeginning: 'Zum Anfang',

  newVersion: 'Es gibt eine neue Version.',
  update: 'Neu laden',
  updating: 'Neue Version wird geladen …',

  install: 'Installieren Sie diese Seiten als App, um sie auch offline zu lesen.',
  installOnIos:
    'Um diese Seiten auch offline zu lesen, tippen Sie auf „Teilen“, dann auf „Zum Home-Bildschirm“. Die App fragt noch einmal nach Ihrer Adresse.',
  installButton: 'Installieren',
  noInstall: 'Nein, danke',

  forget: 'Dieses Gerät vergessen',
  forgetTitle: 'Dieses Gerät vergessen?',
  forgetHere:
    'Hier gelöscht werden Ihr Zugang, die für unterwegs behaltenen Seiten und Ihre Stelle darin. Um weiterzulesen, müssen Sie Ihre Adresse neu eingeben.',
  forgetUnsent:
    'Was gelesen, aber noch nicht gesendet wurde, bleibt ohne Ihre Adresse auf diesem Gerät, bis es gesendet ist.',
  forgetThere: 'Was aufgezeichnet wurde, bleibt.',
  cancel: 'Abbrechen',

  farewell: 'Danke fürs Lesen.',
  onThisDevice: 'Auf diesem Gerät',
  forgotten: 'Dieses Gerät hat Sie vergessen: Ihr Zugang und die hier behaltenen Seiten sind gelöscht.',
  whatStays: 'Was aufgezeichnet wurde, bleibt',
  lastCookie: 'Das letzte Cookie wird gelöscht, sobald Sie wieder online sind. Es öffnet nichts mehr.',
  oneWaits: 'Ein Leseabschnitt wartet auf das Netz, mit Seite, Zeit und Dauer, aber ohne Namen.',
  manyWait: '{count} Leseabschnitte warten auf das Netz, mit Seite, Zeit und Dauer, aber ohne Namen.',
  toHome: 'Zur Startseite',
};

export const TEXTS = { en, de } as const satisfies Readonly<Record<string, Texts>>;
export type Language = keyof typeof TEXTS;
