// What readers are told about the record: one sentence for the gate, the sample's pages and the documentation.

const IS_SEEN = {
  en: 'which of these pages you open, when, and how long you read them, also offline.',
  de: 'welche dieser Seiten Sie wann öffnen und wie lange Sie darin lesen, auch offline.',
} as const;

/** `{owner}` is who sees it. docs/privacy.md has all that is stored, and for how long. */
export const RECORD_NOTICE = {
  en: `{owner} sees the address you enter, ${IS_SEEN.en}`,
  de: `{owner} sieht die Adresse, die Sie eingeben, ${IS_SEEN.de}`,
} as const;

/** For readers who come by a personal link, and enter nothing. */
export const INVITED_NOTICE = {
  en: `{owner} sees the address that your invitation is for, ${IS_SEEN.en}`,
  de: `{owner} sieht die Adresse, für die Ihre Einladung gilt, ${IS_SEEN.de}`,
} as const;
