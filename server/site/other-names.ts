// The names of a file that tell what another one holds: compressed beside it, or a page's text in another form. Pure.
import { isUnder } from '../http/request-path.ts';

/** What lies beside a file and is made of it. */
const MADE_OF_IT = /(?:\.(?:gz|br|zst|zip|xz|bz2|map|bak|old|orig|tmp|swp|save)|~)$/i;
/** What a page loads for its looks. Any other file that is named as a page may be the page in another form. */
const LOOKS = /\.(?:css|m?js|map|png|jpe?g|gif|svg|webp|avif|ico|woff2?|ttf|otf)$/i;
const EXTENSION = /\.[^./]+$/;

/** The path is protected, or that of the file that it is a copy of, however a file system spells it. */
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

/** The same for all names that a file system may take for one: in any case, composed or not, with signs that nobody sees. */
export function fold(path: string): string {
  return path
    .normalize('NFKD')
    .replaceAll(/[\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]/g, '')
    .toUpperCase()
    .toLowerCase()
    .normalize('NFKC');
}
