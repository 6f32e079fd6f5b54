// Which names in the record mean the same page. Pure.

/** A key that all names of a page share. Same rule as the gate's, except that it is case-sensitive. */
export function pageKey(name: string): string {
  const pathEnd = name.search(/[?#]|$/);
  const path = name.slice(0, pathEnd).replace(/\/$/, '');
  return `${path.replace(/(?:\/index)?\.(?:html?|xhtml)$/i, '')}/${name.slice(pathEnd)}`;
}
