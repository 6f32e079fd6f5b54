// Names pages as people would, by the last part of their paths. Pure.

/** `/work/four-minutes/` is `Four minutes`. */
export function pageName(page: string): string {
  return nameBy(partsOf(page), 1);
}

/**
 * Names pages that are shown together: where two have the same name, more of their paths is added, as in `2025 / Plans` and
 * `2026 / Plans`. What can't be told apart in this way is called by its whole path.
 */
export function namePages(pages: Iterable<string>): (page: string) => string {
  const names = new Map<string, string>();
  let left = [...new Set(pages)].map((page) => ({ page, parts: partsOf(page) }));
  for (let depth = 1; left.length > 0; depth++) {
    const named = Map.groupBy(left, ({ parts }) => nameBy(parts, depth));
    left = [];
    for (const [name, same] of named) {
      const [only] = same;
      if (only && same.length === 1) names.set(only.page, name);
      else if (same.some(({ parts }) => parts.length > depth)) left.push(...same);
      else for (const { page } of same) names.set(page, page);
    }
  }
  return (page) => names.get(page) ?? pageName(page);
}

function partsOf(page: string): readonly string[] {
  return page.split('/').filter((part) => part !== '' && part !== 'index.html');
}

function nameBy(parts: readonly string[], depth: number): string {
  return parts.length === 0 ? 'Home' : parts.slice(-depth).map(toWords).join(' / ');
}

function toWords(part: string): string {
  const words = decode(part)
    .replace(/\.html?$/, '')
    .replaceAll(/[-_]+/g, ' ')
    .trim();
  return words === '' ? part : words[0]?.toUpperCase() + words.slice(1);
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
