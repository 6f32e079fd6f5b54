// The modules that mutation tests look at, each with the tests that are to find its mutants. A mutant that survives is run
// against all of them, so each list is short.

export interface Module {
  readonly mutate: readonly string[];
  readonly tests: readonly string[];
}

const server = (...names: string[]): string[] => names.map((name) => `test/server/${name}.test.ts`);

export const MODULES: Readonly<Record<string, Module>> = {
  'server/gate': {
    // What texts.ts says to readers is nothing that a test should repeat.
    mutate: ['server/gate/!(texts).ts'],
    tests: ['test/unit/server/gate/*.test.ts', ...server('access', 'protected-paths')],
  },
  'server/http': {
    mutate: ['server/http/*.ts'],
    tests: ['test/unit/server/http/*.test.ts', ...server('describe-error')],
  },
  'server/deliveries': {
    mutate: ['server/deliveries/*.ts'],
    tests: ['test/unit/server/deliveries/*.test.ts', ...server('acknowledgement', 'bad-input', 'deliveries', 'limits')],
  },
  // What decides, without a database.
  'server/store/record': {
    mutate: [
      'server/store/{bounds,contribution,coverage,days,device-clock,distribution,histogram,place-spans,reading-time}.ts',
      'server/store/{record,session-state,stretches,time-slots,totals-change,visits}.ts',
    ],
    tests: ['test/unit/server/store/*.test.ts'],
  },
  'server/store/outbox': {
    mutate: ['server/store/{chunk,delete-sessions,leases,sql-deletions,sql-outbox}.ts'],
    tests: server('outbox'),
  },
  'server/store/totals': {
    mutate: [
      'server/store/{keyed-hash,recount,sql-counted,sql-counting,sql-contributions,sql-days,sql-totals*}.ts',
      'server/store/{sql-exclusion,sql-pages-of-rows,sql-rows,sql-uncounted}.ts',
    ],
    tests: [
      'test/unit/server/store/*.test.ts',
      ...server('totals', 'totals-lists', 'totals-properties'),
      ...server('counting-groups', 'counting-retries', 'counting-steps', 'counting-twice'),
    ],
  },
  'server/store/sessions': {
    mutate: ['server/store/{rows,session-query,sql-session-search,sql-store}.ts'],
    tests: server('session-search', 'session-search-far', 'inline-store'),
  },
  // Whom the store lets in and refuses, and what it deletes.
  'server/store/access': {
    mutate: ['server/store/{codes,invitations,kept-with-address,key-hash,owner-keys,refusals,shares,sql-erasures}.ts'],
    tests: [
      'test/unit/server/store/key-hash.test.ts',
      ...server('erasures', 'inline-store', 'owner-login', 'refusals', 'retention', 'shares'),
    ],
  },
  'server/store/pages': {
    mutate: ['server/store/{notes,opened-file,page-key,page-prefix,page-times,session-id,sql-session-state}.ts'],
    tests: [
      'test/unit/server/deliveries/page-name.test.ts',
      'test/unit/server/gate/opened-files.test.ts',
      'test/unit/server/outbox/session-events.test.ts',
      'test/unit/server/store/{page-times,session-id}.test.ts',
      ...server('inline-store', 'opened-files', 'session-routes', 'session-search', 'shares'),
    ],
  },
  'server/store/sqlite': {
    mutate: ['server/store/sqlite/{find-access,record-statements,sqlite-connection,sqlite-recorder,transaction}.ts'],
    tests: ['test/unit/server/store/sqlite/*.test.ts', ...server('outbox', 'inline-store')],
  },
  'server/outbox': { mutate: ['server/outbox/*.ts'], tests: ['test/unit/server/outbox/*.test.ts'] },
  // What the routes answer. The rest of the folder is pure, or tested with the commands.
  'server/sessions': {
    mutate: ['server/sessions/{*-routes,routes,erase-reader}.ts'],
    tests: [
      'test/unit/server/sessions/*.test.ts',
      ...server('erasures', 'export', 'invitations-api', 'openapi', 'own-record', 'owner-api', 'revoked-access'),
      ...server('session-routes', 'shares', 'totals-api'),
    ],
  },
  'server/nocodb': {
    mutate: ['server/nocodb/*.ts'],
    tests: [
      'test/unit/server/nocodb/*.test.ts',
      ...server('nocodb-bad-rows', 'nocodb-commands', 'nocodb-deletions', 'nocodb-mirror', 'nocodb-month'),
      ...server('nocodb-older-rows', 'nocodb-redirect'),
    ],
  },
  'sw/channel': {
    mutate: ['sw/channel/*.ts', 'sw/protocol/*.ts'],
    tests: ['test/unit/sw/{channel,protocol}/*.test.ts'],
  },
  'sw/offline': { mutate: ['sw/offline/{page-cache,sign-out}.ts'], tests: ['test/unit/sw/offline/*.test.ts'] },
  'sw/worker': {
    mutate: ['sw/worker/{background-sync,listeners,sync-tags}.ts'],
    tests: ['test/unit/sw/worker/*.test.ts'],
  },
  // What connects these to a browser is tested in browsers, where Stryker can't switch mutants on.
  client: {
    mutate: ['client/{activity,beat-schedule,gap,options,page-lifecycle,page-name,reading}.ts'],
    tests: ['test/unit/client/*.test.ts'],
  },
};
