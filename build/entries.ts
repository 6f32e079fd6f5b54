// The package's entries: the source of each, by the name of its built file. Must match `exports` in package.json.

/** For pages. Bundled, so that they need no other package. */
export const PAGE_ENTRIES = {
  index: 'client/index.ts',
  element: 'client/element.ts',
  'astro-client': 'client/integrations/follow-router.ts',
} as const;

/** For service workers. Bundled, too. */
export const WORKER_ENTRIES = { sw: 'sw/worker/index.ts' } as const;

/** For Node. One file per source file. */
export const NODE_ENTRIES = {
  server: 'server/index.ts',
  vite: 'server/vite-plugin.ts',
  'astro-integration': 'server/astro-integration.ts',
  'astro-server': 'server/astro-server.ts',
} as const;

/**
 * The entries with public types. For the inspector, the built file is the one that the server serves; React uses the
 * element.
 */
export const TYPED_ENTRIES = {
  ...PAGE_ENTRIES,
  ...WORKER_ENTRIES,
  ...NODE_ENTRIES,
  react: 'client/integrations/react.ts',
  inspector: 'client/inspector/heartbeat-inspector.ts',
} as const;
