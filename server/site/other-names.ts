// Recognizes file names that reveal another file's content: compressed copies, or a page's text in another format.
// Pure.
import { isUnder } from '../http/request-path.ts';

/** Endings of files derived from another one. */
const MADE_OF_IT = /(?:\.(?:gz|br|zst|zip|xz|bz2|map|bak|old|orig|tmp|swp|save)|~)$/i;
/** Files that only affect a page's appearance. Any other file named like a page may be the page in another format. */
const LOOKS = /\.(?:css|m?js|map|png|jpe?g|gif|svg|webp|avif|ico|woff2?|ttf|otf)$/i;
const EXTENSION = /\.[^./]+$/;

/** True if the path is protected, or is a copy of a protected file, in any spelling that a file system accepts. */
export function isUnderAnyName(path: string, protect: readonly string[]): boolean {
  const folded = protect.map(fold);
  return namesOf(fold(path)).some((name) => isUnder(name, folded));
}

function namesOf(path: string): readonly string[] {
  const names = [path];
  let original = path;
  while (MADE_OF_IT.test(original)) names.push((original = original.replace(MADE_OF_IT, '')));
  if (!LOOKS.test(original)) names.push(original.replace(EXTENSION, ''));
  return names;
}

/**
 * Maps all spellings that a file system may treat as equal to one: upper and lower case, composed or not, with
 * invisible characters.
 */
export function fold(path: string): string {
  return path
    .normalize('NFKD')
    .replaceAll(/[\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]/g, '')
    .toUpperCase()
    .toLowerCase()
    .normalize('NFKC');
}
