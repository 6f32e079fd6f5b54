// Each variable's limits: accepted and rejected values.
import { describe, expect, it } from 'vitest';
import { readConfig, type Config } from '../../server/config/config.ts';

const of = (length: number): string => 'x'.repeat(length);

describe('accepted', () => {
  it.for<[string, string, Partial<Config>]>([
    ['HOST', '::1', { host: '::1' }],
    ['PORT', '0', { port: 0 }],
    ['PORT', '65535', { port: 65_535 }],
    ['STORE_URL', 'file:/var/lib/a b.db', { storeUrl: 'file:/var/lib/a b.db', storeFile: '/var/lib/a b.db' }],
    [
      'STORE_URL',
      'postgres://ann:x@db:5433/reading',
      { storeUrl: 'postgres://ann:x@db:5433/reading', storeFile: undefined },
    ],
    [
      'STORE_URL',
      'postgresql://db/reading?sslmode=verify-full',
      { storeUrl: 'postgresql://db/reading?sslmode=verify-full', storeFile: undefined },
    ],
    ['SITE_DIR', 'dist/site', { siteDir: 'dist/site' }],
    ['PROTECT', '/', { protect: ['/'] }],
    ['SECRET', of(32), { secret: of(32) }],
    ['OWNER_TOKEN', of(32), { ownerToken: of(32) }],
    ['OWNER_PATH', '/desk/who-read', { ownerPath: '/desk/who-read' }],
    ['OWNER_PATH', '/accessories', { ownerPath: '/accessories' }],
    ['OWNER_ORIGIN', 'https://owner.example.com/', { ownerOrigin: new URL('https://owner.example.com') }],
    ['ALLOW', ' , Example.org,', { allow: ['example.org'] }],
    ['ACCESS_HOURS', '1', { accessMs: 3_600_000 }],
    ['ACCESS_HOURS', '8760', { accessMs: 8_760 * 3_600_000 }],
    ['PUBLIC_URL', 'http://localhost:8080', { publicUrl: new URL('http://localhost:8080') }],
    ['METRICS_ADDRESS', 'localhost:9464', { metrics: { host: 'localhost', port: 9464, token: undefined } }],
    ['METRICS_ADDRESS', '[::1]:9464', { metrics: { host: '::1', port: 9464, token: undefined } }],
    ['METRICS_TOKEN', of(32), {}],
    ['TRUST_PROXY', 'true', { trustProxy: true }],
    ['TRUST_PROXY', 'false', { trustProxy: false }],
    ...(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const).map(
      (logLevel): [string, string, Partial<Config>] => ['LOG_LEVEL', logLevel, { logLevel }],
    ),
  ])('%s=%s, and changes nothing else', ([name, value, change]) => {
    expect(readConfig({ [name]: value })).toEqual({ ...readConfig({}), ...change });
  });
});

describe('rejected', () => {
  it.for([
    ['PORT', '1e3'],
    ['PORT', ' 80'],
    ['STORE_URL', 'sqlite:data/x.db'],
    ['STORE_URL', 'postgres://host/'],
    ['STORE_URL', 'postgres:reading'],
    ['PROTECT', '/a/,b/'],
    ['SECRET', of(31)],
    ['OWNER_TOKEN', of(31)],
    ['OWNER_PATH', 'owner'],
    ['OWNER_PATH', '/'],
    ['OWNER_PATH', '/desk/'],
    ['OWNER_PATH', '/Desk'],
    ['OWNER_PATH', '/{*all}'],
    ['OWNER_PATH', '/api/desk'],
    ['OWNER_PATH', '/access'],
    ['OWNER_PATH', '/stillhere-owner'],
    ['OWNER_ORIGIN', 'https://owner.example.com/desk'],
    ['OWNER_ORIGIN', 'owner.example.com'],
    ['ACCESS_HOURS', '8761'],
    ['ACCESS_HOURS', '-1'],
    ['PUBLIC_URL', 'ftp://example.com'],
    ['PUBLIC_URL', 'https://example.com?x=1'],
    ['PUBLIC_URL', 'https://example.com#x'],
    ['PUBLIC_URL', 'https://ann:password@example.com'],
    ['METRICS_ADDRESS', '9464'],
    ['METRICS_ADDRESS', '::1:9464'],
    ['METRICS_ADDRESS', '127.0.0.1:65536'],
    ['METRICS_ADDRESS', 'http://127.0.0.1:9464'],
    ['METRICS_TOKEN', of(31)],
    ['TRUST_PROXY', 'TRUE'],
    ['TRUST_PROXY', '1'],
    ['LOG_LEVEL', 'INFO'],
  ] as const)('%s=%s', ([name, value]) => {
    expect(() => readConfig({ [name]: value })).toThrow(new RegExp(`\n  ${name}: must .+`));
  });
});

it('an address of the site with a path names the setting for the path', () => {
  expect(() => readConfig({ PUBLIC_URL: 'https://example.com/pitch/' })).toThrow(/PUBLIC_URL: .+ BASE or --base$/m);
});

it.for(['0.0.0.0:9464', '[::]:9464', '10.0.0.7:9464', 'metrics.internal:9464'])(
  'metrics that other machines can reach (%s) need a token',
  (address) => {
    expect(() => readConfig({ METRICS_ADDRESS: address })).toThrow(
      '\n  METRICS_ADDRESS: can be reached from other machines, so METRICS_TOKEN must be set, too',
    );
    expect(readConfig({ METRICS_ADDRESS: address, METRICS_TOKEN: of(32) }).metrics).toMatchObject({ token: of(32) });
  },
);

it('a secret that is refused is not shown', () => {
  expect(() => readConfig({ SECRET: 'hunter2', OWNER_TOKEN: 'hunter3' })).toThrow(
    expect.objectContaining({ message: expect.not.stringContaining('hunter') as unknown }) as Error,
  );
});

it('reports all errors together, each once', () => {
  const wrong = { PORT: 'x', STORE_URL: 'x', PROTECT: 'x', SECRET: 'x', OWNER_TOKEN: 'x', ACCESS_HOURS: 'x' };
  const more = { PUBLIC_URL: 'x', TRUST_PROXY: 'x', LOG_LEVEL: 'x' };
  let message = '';
  try {
    readConfig({ ...wrong, ...more });
  } catch (error) {
    message = (error as Error).message;
  }
  const names = message.split('\n').flatMap((line) => /^ {2}(\w+): must/.exec(line)?.[1] ?? []);
  expect(names.toSorted()).toEqual(Object.keys({ ...wrong, ...more }).toSorted());
});
