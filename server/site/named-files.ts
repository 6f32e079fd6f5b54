// Recognizes requests for files by their names alone, for files whose names are unique, like `plan.DfR3x_1.webp`.
import { basename } from 'node:path';

const MAX_DECODINGS = 5;

/**
 * @param paths of files.
 * @returns whether a request target names one of them, anywhere, also in its query, as in `/_image?href=%2F_astro%2Fplan.webp`.
 */
export function createNamedFiles(paths: readonly string[]): (target: string) => boolean {
  const names = [...new Set(paths.map((path) => fold(basename(path))))];
  return (target) => {
    if (names.length === 0) return false;
    let reading = target;
    for (let at = 0; at <= MAX_DECODINGS; at++) {
      const folded = fold(reading);
      if (names.some((name) => folded.includes(name))) return true;
      const decoded = decode(reading);
      if (decoded === reading) return false;
      reading = decoded;
    }
    // Nobody means a file that way.
    return true;
  };
}

/** File systems may not distinguish these. */
function fold(name: string): string {
  return name.normalize('NFKC').toLowerCase();
}

/** Each escape by itself, because another one may be broken. */
function decode(text: string): string {
  return text.replace(/(?:%[\da-f]{2})+/gi, (escapes) => {
    try {
      return decodeURIComponent(escapes);
    } catch {
      return escapes;
    }
  });
}
