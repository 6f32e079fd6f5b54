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
  'server/store': {
    mutate: ['server/store/*.ts'],
    tests: [
      'test/unit/server/store/*.test.ts',
      ...server('outbox', 'bounds', 'store-contract', 'store-upgrade', 'totals', 'totals-properties'),
    ],
  },
  'server/nocodb': {
    mutate: ['server/nocodb/*.ts'],
    tests: [
      'test/unit/server/nocodb/*.test.ts',
      ...server('nocodb-deletions', 'nocodb-mirror', 'nocodb-faults', 'nocodb-bad-rows', 'nocodb-redirect'),
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
