// Which names in the record mean the same page. Pure.

/** The path, then the query and fragment. */
const SPLIT = /^([^?#]*)(.*)$/s;

/** A key that all names of a page share. Same rule as the gate's, except that it is case-sensitive. */
export function pageKey(name: string): string {
  const [, path = '', rest = ''] = SPLIT.exec(name) ?? [];
  return `${path.replace(/\/$/, '').replace(/(?:\/index)?\.(?:html?|xhtml)$/i, '')}/${rest}`;
}
