// What Vite puts into the worker with pages: the files of the site as they were built (vite.config.ts).
declare module 'stillhere:precache' {
  import type { PrecacheEntry } from './offline-pages.ts';

  export const files: readonly PrecacheEntry[];
}
