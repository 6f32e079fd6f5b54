// Says at the start of `serve` what the site's own service worker would do to the gate.
import type { Config } from '../config/config.ts';
import { GATE_PATH } from '../gate/gate-paths.ts';
import { findKeptPages, findOwnWorkers } from '../site/own-workers.ts';
import { findTakenPaths } from '../site/worker-fallback.ts';

export function warnOfWorkers({ siteDir, protect, base, ownerPath, ownerOrigin }: Config): void {
  if (siteDir === undefined) return;
  // Stillhere's channel in a site's worker keeps gated pages for readers who have access; a plain precache list takes what the
  // installing browser gets.
  for (const { worker, page } of findKeptPages(siteDir, protect, base))
    console.warn(
      `The site's service worker ${worker} keeps pages behind the gate, like ${page}: readers who passed the gate would go on seeing it, ` +
        'or the page after their access has ended. Take these pages out of the list of files that it caches (for Workbox: globIgnores).',
    );
  const ours = [...protect, GATE_PATH, ...(ownerOrigin === undefined ? [ownerPath] : [])];
  const workers = findOwnWorkers(siteDir, protect);
  for (const { worker, paths } of findTakenPaths(
    siteDir,
    workers,
    ours.map((path) => base + path),
  ))
    console.warn(
      `The site's service worker ${worker} answers ${paths.join(', ')} with a page that it keeps: whoever has been on the site before sees that page ` +
        'there. Exclude these paths (for Angular: navigationUrls; for Workbox: navigateFallbackDenylist).',
    );
}
