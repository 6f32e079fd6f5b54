// The module that Vite generates for the worker with pages: the list of the site's built files (vite.config.ts).
declare module 'stillhere:precache' {
  import type { PrecacheEntry } from './offline-pages.ts';

  export const files: readonly PrecacheEntry[];
}
