// The doors of the package: the source behind each, by the name that its built file has. package.json's `exports` says the same.

/** For pages: bundled, so that they bring no other package with them. */
export const PAGE_ENTRIES = {
  index: 'client/index.ts',
  element: 'client/element.ts',
  'astro-integration': 'client/integrations/astro.ts',
} as const;

/** For service workers: bundled, too. */
export const WORKER_ENTRIES = { sw: 'sw/worker/index.ts' } as const;

/** For Node: file by file as the sources are. */
export const NODE_ENTRIES = {
  server: 'server/index.ts',
  vite: 'server/vite-plugin.ts',
} as const;

/** Whose types are shown to the world. The inspector is the file that the server gives out; what React gets is the element. */
export const TYPED_ENTRIES = {
  ...PAGE_ENTRIES,
  ...WORKER_ENTRIES,
  ...NODE_ENTRIES,
  react: 'client/integrations/react.ts',
  inspector: 'client/inspector/heartbeat-inspector.ts',
} as const;
