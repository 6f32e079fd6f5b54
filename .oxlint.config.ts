// Lint rules, and two rules of the project: imports only go down between folders, and each dependency has one owner.
import { posix } from 'node:path';
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
  keygrip: 'server/gate/access-cookie.ts',
  tsscmp: 'server/owner/require-owner.ts',
  'csv-stringify': 'server/sessions/csv.ts',
  '@valibot/to-json-schema': 'server/sessions/openapi.ts',
  'escape-html': 'server/http/escape-html.ts',
  nodemailer: 'server/mail/smtp.ts',
  parse5: 'server/site/html-reader.ts',
  commander: 'server/cli.ts',
  'prom-client': 'server/ops/metrics.ts',
  vite: 'server/commands/build.ts',
  pg: 'server/store/postgres/pool.ts',
  fflate: 'build/extension.vite.config.ts',
};

type Pattern = ({ group: string[] } | { regex: string }) & { message: string };

/** Forbids all dependencies except those `allowed`. */
const owned = (...allowed: string[]): Pattern[] =>
  Object.entries(OWNERS)
    .filter(([name]) => !allowed.includes(name))
    .map(([name, owner]) => ({ group: [name, `${name}/*`], message: `Only ${owner} imports ${name}.` }));

const ownedBy = (file: string): string[] => Object.keys(OWNERS).filter((name) => OWNERS[name] === file);

/**
 * The other folders that a folder's files may import, including type imports. Each folder is listed above all that it
 * imports, so imports only go down.
 */
const LAYERS: Readonly<Record<string, readonly string[]>> = {
  build: ['client/extension', 'server/config'],
  server: [
    'server/commands',
    'server/app',
    'server/sessions',
    'server/config',
    'server/site',
    'server/store',
    'server/http',
  ],
  'server/commands': [
    'server/store/copy',
    'server/store/check',
    'server/store/sqlite',
    'server/app',
    'server/owner',
    'server/sessions',
    'server/config',
    'server/site',
    'server/gate',
    'server/nocodb',
    'server/webhook',
    'server/mail',
    'server/store',
    'server/http',
    'sw/protocol',
  ],
  'server/app': [
    'server/ops',
    'server/owner',
    'server/sessions',
    'server/config',
    'server/site',
    'server/gate',
    'server/deliveries',
    'server/jobs',
    'server/nocodb',
    'server/webhook',
    'server/mail',
    'server/store',
    'server/http',
    'sw/protocol',
  ],
  'server/owner': ['server/store', 'server/http'],
  'server/ops': [
    'server/owner',
    'server/sessions',
    'server/deliveries',
    'server/nocodb',
    'server/store',
    'server/http',
    'sw/protocol',
  ],
  'server/sessions': [
    'server/config',
    'server/gate',
    'server/deliveries',
    'server/nocodb',
    'server/store',
    'server/http',
    'sw/protocol',
  ],
  'server/config': ['server/gate', 'server/nocodb', 'server/webhook', 'server/mail', 'server/store', 'server/http'],
  'server/site': ['server/http'],
  'server/gate': ['server/store', 'server/http', 'sw/protocol'],
  'server/deliveries': ['server/store', 'server/http', 'sw/protocol'],
  'server/nocodb': ['server/outbox', 'server/store'],
  'server/webhook': ['server/outbox', 'server/store'],
  'server/mail': ['server/outbox', 'server/store', 'server/http'],
  'server/jobs': ['server/store', 'server/http'],
  'server/outbox': ['server/store', 'server/http'],
  // Commands on a store as a whole.
  'server/store/copy': ['server/store', 'server/store/postgres'],
  'server/store/check': ['server/store'],
  // One part in three folders: sqlite/ and postgres/ are behind the interfaces of store/.
  'server/store': ['server/store/sqlite', 'server/store/postgres'],
  'server/store/sqlite': ['server/store'],
  'server/store/postgres': ['server/store'],
  'server/http': [],
  'client/extension': ['client/inspector', 'sw/protocol'],
  'client/portfolio/app': ['client', 'sw/offline', 'sw/protocol'],
  'client/integrations': ['client'],
  'client/inspector': ['client', 'client/ui', 'sw/channel', 'sw/protocol'],
  'client/dashboard': ['client/ui', 'sw/protocol'],
  'client/own-record': ['client/ui', 'sw/protocol'],
  'client/gate': [],
  client: ['client/debug', 'sw/channel', 'sw/protocol'],
  'client/debug': ['client/ui', 'sw/channel', 'sw/protocol'],
  'client/ui': ['sw/protocol'],
  'sw/worker': ['sw/offline', 'sw/channel', 'sw/protocol'],
  'sw/offline': ['sw/protocol'],
  'sw/channel': ['sw/protocol'],
  'sw/protocol': [],
};

/** Patterns for the imports that {@link LAYERS} doesn't allow in `folder`. */
function upwards(folder: string): Pattern[] {
  const allowed = LAYERS[folder] ?? [];
  const message = `${folder} may import ${['itself', ...allowed].join(', ')}.`;
  return Object.keys(LAYERS)
    .filter((other) => other !== folder && !allowed.includes(other))
    .map((other) => {
      const path = posix.relative(folder, other);
      return { regex: `^${(path.startsWith('.') ? path : `./${path}`).replaceAll('.', '\\.')}/[^/]+$`, message };
    });
}

const restrict = (patterns: Pattern[]) => ({ 'no-restricted-imports': ['error', { patterns }] as const });

export default defineConfig({
  plugins: ['typescript', 'import', 'unicorn', 'promise', 'node'],
  categories: { correctness: 'error', suspicious: 'error', perf: 'error' },
  ignorePatterns: ['dist/**', 'test/helpers/nocodb/**', 'test/fixtures/**'],
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
    'import/no-cycle': ['error', { ignoreTypes: false }],
    // Sequential awaits are often intended: in a queue, a transaction, a test.
    'no-await-in-loop': 'off',
    // At boundaries (SQLite rows, JSON, DOM), a type is asserted once.
    'typescript/no-unsafe-type-assertion': 'off',
    'import/no-unassigned-import': 'off',
    'import/no-named-as-default-member': 'off',
    // A list of three is easier to read than a set.
    'unicorn/prefer-set-has': 'off',
    'unicorn/consistent-function-scoping': 'off',
  },
  overrides: [
    { files: ['test/**/*.ts'], rules: restrict(owned()) },
    // Messages between threads have no origin.
    { files: ['server/store/sqlite/*.ts'], rules: { 'unicorn/require-post-message-target-origin': 'off' } },
    ...Object.keys(LAYERS).map((folder) => ({
      files: [`${folder}/*.ts`],
      rules: restrict([...upwards(folder), ...owned()]),
    })),
    ...[...new Set(Object.values(OWNERS))].map((file) => ({
      files: [file],
      rules: restrict([...upwards(posix.dirname(file)), ...owned(...ownedBy(file))]),
    })),
    // These build the project's own scripts, or act as a site's bundler.
    {
      files: [
        'test/faults/scripts.ts',
        'test/package/**/*.test.ts',
        'test/server/vite-plugin.test.ts',
        'build/package.vite.config.ts',
      ],
      rules: restrict(owned('vite')),
    },
    // This test checks the edited page with parse5 itself.
    { files: ['test/unit/server/site/inject-heartbeat-tree.test.ts'], rules: restrict(owned('parse5')) },
    // This test distinguishes the library's refusals from its failures.
    {
      files: ['test/unit/server/http/rate-limit.test.ts'],
      rules: restrict(owned('rate-limiter-flexible')),
    },
    // The test unpacks the zip file.
    {
      files: ['build/extension.vite.config.ts', 'test/systems/devtools-extension.test.ts'],
      rules: restrict(owned('fflate', 'vite')),
    },
    // The objects of the fault tests refer to each other, but only by types.
    { files: ['test/faults/*.ts'], rules: { 'import/no-cycle': 'error' } },
    // Astro and Vitest require default exports.
    {
      files: [
        '*.config.ts',
        '.*.config.ts',
        'server/astro-integration.ts',
        'test/sites/**',
        'test/helpers/second-tries.ts',
      ],
      rules: { 'import/no-default-export': 'off' },
    },
  ],
});
