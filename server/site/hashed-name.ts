// Detects file names that change with the content, as bundlers create them. Pure. In doubt the answer is no: a file
// cached for a year can't be corrected, while an uncached one only costs a short request.

/** Folders that contain only hashed files. */
const TOOL_FOLDER = /\/(?:_astro|_next\/static|_app\/immutable|_nuxt)\//;
/** The last part of a name before its extensions. */
const HEX = /[-._]([\da-f]{8,64})(?:\.[a-z][a-z\d]*)+$/;
const MIXED = /[-.]([\w-]{8})(?:\.[a-z][a-z\d]*)+$/;
/** Words and numbers as people write them: `Base64`, `iPhone15`. */
const WORDS = /[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+/g;
const LEAST_WORDS = 5;
/** For `/assets/`, which Vite and others use, but people do, too. */
const LEAST_WORDS_OF_ASSETS = 4;

/** @param path of the file in the site. */
export function isHashedName(path: string): boolean {
  const name = path.slice(path.lastIndexOf('/') + 1);
  const hex = HEX.exec(name)?.[1];
  // Excludes dates and words.
  if (hex && changes(hex) >= 2) return true;
  const mixed = MIXED.exec(name)?.[1];
  if (!mixed || !/[a-z]/.test(mixed) || !/[A-Z]/.test(mixed)) return false;
  const words = mixed.match(WORDS)?.length ?? 0;
  return TOOL_FOLDER.test(path) || words >= (path.includes('/assets/') ? LEAST_WORDS_OF_ASSETS : LEAST_WORDS);
}

/** Counts the places where a digit is next to a letter. */
function changes(text: string): number {
  return text.match(/\d(?=\D)|\D(?=\d)/g)?.length ?? 0;
}
