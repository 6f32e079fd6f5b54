// What readers are told about the record: one sentence for the gate, the sample's pages and the documentation.

/** `{owner}` is who sees it. docs/privacy.md has all that is stored, and for how long. */
export const RECORD_NOTICE = {
  en: '{owner} sees the address you enter, which of these pages you open, when, and how long you read them, also offline.',
  de: '{owner} sieht die Adresse, die Sie eingeben, welche dieser Seiten Sie wann öffnen und wie lange Sie darin lesen, auch offline.',
} as const;
