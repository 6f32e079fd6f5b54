// Lint rules, and the two rules of the house about imports: one way between the folders, one owner for each dependency.
import { defineConfig } from 'oxlint';

/** Each dependency has one owner: only this file imports it. */
const OWNERS: Readonly<Record<string, string>> = {
  idb: 'sw/channel/stores.ts',
  'workbox-window': 'client/register-worker.ts',
  'workbox-background-sync': 'sw/worker/background-sync.ts',
  'workbox-precaching': 'sw/offline/offline-pages.ts',
  'workbox-routing': 'sw/offline/offline-pages.ts',
  'raw-body': 'server/http/body.ts',
  'koa-helmet': 'server/http/security-headers.ts',
  'rate-limiter-flexible': 'server/http/rate-limit.ts',
  'ipaddr.js': 'server/http/client-network.ts',
  '@koa/cors': 'server/http/cors.ts',
  send: 'server/site/send-file.ts',
  'lru-cache': 'server/http/cache.ts',
  parse5: 'server/site/html-reader.ts',
  'light-my-request': 'server/http/adapters.ts',
  commander: 'server/cli.ts',
  vite: 'server/commands/build.ts',
  fflate: 'build/extension.vite.config.ts',
};

type Pattern = { group: string[]; message: string };

const owned = (file?: string): Pattern[] =>
  Object.entries(OWNERS)
    .filter(([, owner]) => owner !== file)
    .map(([name, owner]) => ({ group: [name, `${name}/*`], message: `Only ${owner} imports ${name}.` }));

/** Imports go client → sw, server → sw/protocol, and nowhere else. */
const oneWay: Readonly<Record<string, Pattern[]>> = {
  client: [{ group: ['**/server/**', '**/test/**'], message: 'client imports client and sw only.' }],
  sw: [{ group: ['**/client/**', '**/server/**', '**/test/**'], message: 'sw imports sw only.' }],
  server: [
    { group: ['**/client/**', '**/test/**'], message: 'server imports server and sw/protocol only.' },
    { group: ['**/sw/**', '!**/sw/protocol/*.ts'], message: 'server imports server and sw/protocol only.' },
  ],
  test: [],
};

const restrict = (patterns: Pattern[]) => ({ 'no-restricted-imports': ['error', { patterns }] as const });
const folderOf = (file: string): string => file.split('/')[0] ?? '';

export default defineConfig({
  plugins: ['typescript', 'import', 'unicorn', 'promise', 'node'],
  categories: { correctness: 'error', suspicious: 'error', perf: 'error' },
  ignorePatterns: ['dist/**', 'test/helpers/nocodb/**'],
  rules: {
    eqeqeq: 'error',
    'typescript/no-explicit-any': 'error',
    'typescript/no-non-null-assertion': 'error',
    'typescript/no-floating-promises': 'error',
    'typescript/no-misused-promises': 'error',
    'typescript/consistent-type-imports': 'error',
    'typescript/switch-exhaustiveness-check': 'error',
    'typescript/only-throw-error': 'error',
    'import/no-default-export': 'error',
    'import/no-cycle': 'error',
    // One after the other is often the point: a queue, a transaction, a test.
    'no-await-in-loop': 'off',
    // At borders (SQLite rows, JSON, DOM) a type is asserted once.
    'typescript/no-unsafe-type-assertion': 'off',
    'import/no-unassigned-import': 'off',
    'import/no-named-as-default-member': 'off',
    // A list of three is read faster as a list.
    'unicorn/prefer-set-has': 'off',
    'unicorn/consistent-function-scoping': 'off',
  },
  overrides: [
    ...Object.entries(oneWay).map(([folder, patterns]) => ({
      files: [`${folder}/**/*.ts`],
      rules: restrict([...patterns, ...owned()]),
    })),
    ...Object.values(OWNERS).map((file) => ({
      files: [file],
      rules: restrict([...(oneWay[folderOf(file)] ?? []), ...owned(file)]),
    })),
    // The project's own scripts are built anew from their sources; a site's bundler takes the package.
    {
      files: [
        'test/faults/scripts.ts',
        'test/package/*.test.ts',
        'test/server/vite-plugin.test.ts',
        'build/package.vite.config.ts',
      ],
      rules: restrict(owned(OWNERS['vite'])),
    },
    // What our reading of a page leads to is seen with its own parser.
    { files: ['test/unit/server/site/inject-heartbeat-tree.test.ts'], rules: restrict(owned(OWNERS['parse5'])) },
    // A zip file is opened again by its test.
    {
      files: ['build/extension.vite.config.ts', 'test/systems/devtools-extension.test.ts'],
      rules: restrict(owned(OWNERS['vite']).filter(({ group }) => !group.includes('fflate'))),
    },
    // As Astro wants it.
    {
      files: ['*.config.ts', '.*.config.ts', 'client/integrations/astro.ts', 'test/sites/**'],
      rules: { 'import/no-default-export': 'off' },
    },
  ],
});
