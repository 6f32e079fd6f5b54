// Reads the environment once and reports everything that is wrong with it at once.
import * as v from 'valibot';
import type { GateLook } from './access/gate-look.ts';
import { readGateVariables } from './access/gate-variables.ts';
import type { NocoConfig } from './nocodb/client.ts';
import type { ServeOptions } from './options.ts';
import { isUnder, readSitePath } from './site/site-path.ts';

/** What the server needs to know. Paths are as they were given; times are in milliseconds. */
export interface Config {
  readonly host: string;
  readonly port: number;
  /** The SQLite file of the store. */
  readonly storeFile: string;
  /** A built site; undefined: the sample portfolio. */
  readonly siteDir: string | undefined;
  /** It is a single-page site: a path that names no file is shown its `index.html`. */
  readonly single: boolean;
  /** Path prefixes behind the gate, each beginning and ending with a slash, lower case. */
  readonly protect: readonly string[];
  /** Signs the access cookies; undefined: one is made and kept beside the store. */
  readonly secret: string | undefined;
  /** The owner's password for the API; undefined: one is made and kept beside the store. */
  readonly ownerToken: string | undefined;
  /** E-mail addresses and domains that the gate lets in, lower case; empty: everyone. */
  readonly allow: readonly string[];
  /** The gate as readers see it. */
  readonly gate: GateLook;
  /** Other sites whose pages may deliver to this server. */
  readonly corsOrigins: readonly string[];
  readonly accessMs: number;
  /** Where readers see the site, without a path; undefined: as their requests say. */
  readonly publicUrl: URL | undefined;
  /** A proxy in front tells the client's address and protocol (X-Forwarded-…). */
  readonly trustProxy: boolean;
  readonly logLevel: (typeof LOG_LEVELS)[number];
  /** Where sessions are mirrored to; undefined: nowhere. */
  readonly nocodb: NocoConfig | undefined;
}

const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
const HOUR_MS = 3_600_000;

const list = v.pipe(
  v.string(),
  v.transform((text) => text.split(',').flatMap((part) => part.trim().toLowerCase() || [])),
);
const wholeNumber = (least: number, most: number, what: string) =>
  v.pipe(v.string(), v.regex(/^\d+$/, what), v.transform(Number), v.minValue(least, what), v.maxValue(most, what));
/** A secret that is not to be guessed. */
export const password = v.pipe(v.string(), v.minLength(32, 'must have at least 32 characters'));
const oneOf = <const T extends readonly string[]>(values: T) =>
  v.picklist(values, `must be one of ${values.join(', ')}`);

const origin = (what: string) =>
  v.pipe(
    v.string(),
    v.check(
      (address) => URL.canParse(address) && /^https?:\/\/[^/?#@]+\/?$/.test(address),
      `must be the address of ${what} without a path, like https://example.com`,
    ),
    v.transform((address) => new URL(address)),
  );

const Variables = v.object({
  HOST: v.optional(v.string(), '127.0.0.1'),
  PORT: v.optional(wholeNumber(0, 65_535, 'must be a port number, 0 to 65535'), '8080'),
  STORE_URL: v.optional(
    v.pipe(
      v.string(),
      v.regex(/^file:./, 'must be file: and the path of a file, like file:data/stillhere.db'),
      v.transform((url) => url.slice('file:'.length)),
    ),
    'file:data/stillhere.db',
  ),
  SITE_DIR: v.optional(v.string()),
  SINGLE: v.optional(oneOf(['true', 'false']), 'false'),
  PROTECT: v.optional(
    v.pipe(
      list,
      v.everyItem(
        (path) => path.startsWith('/') && readSitePath(path) !== undefined,
        'must be paths like /confidential/, separated by commas',
      ),
      v.mapItems((path) => `${readSitePath(path) ?? ''}/`.replace(/\/+$/, '/').toLowerCase()),
    ),
    '/portfolio/confidential/',
  ),
  SECRET: v.optional(password),
  OWNER_TOKEN: v.optional(password),
  ALLOW: v.optional(list, ''),
  CORS_ORIGINS: v.optional(
    v.pipe(
      list,
      v.everyItem(
        (address) => URL.canParse(address) && new URL(address).origin === address && address.startsWith('http'),
        'must be origins like https://site.example, separated by commas',
      ),
    ),
    '',
  ),
  ACCESS_HOURS: v.optional(wholeNumber(1, 24 * 365, 'must be a whole number of hours, at least 1'), '24'),
  PUBLIC_URL: v.optional(origin('the site')),
  TRUST_PROXY: v.optional(oneOf(['true', 'false']), 'false'),
  LOG_LEVEL: v.optional(oneOf(LOG_LEVELS), 'info'),
  NOCODB_URL: v.optional(origin('NocoDB')),
  NOCODB_TOKEN: v.optional(v.string()),
  NOCODB_BASE_ID: v.optional(v.pipe(v.string(), v.regex(/^\w+$/, 'must be the id of a base, like p1a2b3c4d5e6f7g'))),
  NOCODB_TABLE: v.optional(v.string(), 'emailAccess'),
  NOCODB_REQUESTS_PER_SECOND: v.optional(wholeNumber(1, 1_000, 'must be a whole number, 1 to 1000'), '4'),
  NOCODB_REQUESTS_PER_MONTH: v.optional(
    v.union(
      [v.pipe(v.literal('0'), v.transform(Number)), wholeNumber(100, 1e9, 'must be 0 for no limit, or at least 100')],
      'must be 0 for no limit, or at least 100',
    ),
    '0',
  ),
  NOCODB_FRESHNESS_MS: v.optional(wholeNumber(10, HOUR_MS, 'must be milliseconds, 10 to 3600000'), '2000'),
});

/** NocoDB needs these three: all or none. */
const NOCODB = ['NOCODB_URL', 'NOCODB_TOKEN', 'NOCODB_BASE_ID'] as const;
const Environment = v.pipe(
  Variables,
  v.rawCheck(({ dataset, addIssue }) => {
    const given = dataset.value as Readonly<Record<string, unknown>>;
    const missing = NOCODB.filter((name) => given[name] === undefined);
    if (missing.length > 0 && missing.length < NOCODB.length)
      addIssue({ message: `${missing.join(', ')}: must be set, too, or none of ${NOCODB.join(', ')}` });
  }),
);

/** Everything that is wrong with the environment, one line each. */
export class ConfigError extends Error {
  readonly code = 'CONFIG';
}

/**
 * Reads the configuration. An empty variable counts as not set; an option comes before its variable.
 * @param sayOption how an option is called by who gives it.
 * @throws ConfigError that names each wrong variable or option and says what it must be.
 */
export function readConfig(
  environment: Readonly<Record<string, string | undefined>>,
  options: ServeOptions = {},
  sayOption = (name: string): string => name,
): Config {
  const isGiven = ([, value]: [string, unknown]): boolean => value !== undefined && value !== '';
  const optionOf = new Map(
    Object.entries(options)
      .filter(isGiven)
      .map(([name, value]) => [toVariable(name), { name, value: String(value) }]),
  );
  const given = {
    ...(Object.fromEntries(Object.entries(environment).filter(isGiven)) as Record<string, string>),
    ...Object.fromEntries(Array.from(optionOf, ([variable, { value }]) => [variable, value])),
  };
  const parsed = v.safeParse(Environment, given);
  const gate = readGateVariables(given);
  const lines = [
    ...(parsed.issues ?? []).map((issue) => [v.getDotPath(issue), issue.message].filter(Boolean).join(': ')),
    ...(gate.problems ?? []),
  ];
  if (parsed.success && isBehindGate(gate.look?.privacyUrl, parsed.output.PROTECT))
    lines.push('PRIVACY_URL: must lie outside of PROTECT, where it can be read before the gate');
  if (!parsed.success || !gate.look || lines.length > 0) {
    const said = lines.map((line) => {
      const [variable = ''] = line.match(/^\w+/) ?? [];
      const option = optionOf.get(variable);
      return option ? sayOption(option.name) + line.slice(variable.length) : line;
    });
    throw new ConfigError(`The configuration can't be used:\n  ${[...new Set(said)].join('\n  ')}`);
  }
  const { output } = parsed;
  return {
    host: output.HOST,
    port: output.PORT,
    storeFile: output.STORE_URL,
    siteDir: output.SITE_DIR,
    single: output.SINGLE === 'true',
    protect: output.PROTECT,
    secret: output.SECRET,
    ownerToken: output.OWNER_TOKEN,
    allow: output.ALLOW,
    gate: gate.look,
    corsOrigins: output.CORS_ORIGINS,
    accessMs: output.ACCESS_HOURS * HOUR_MS,
    publicUrl: output.PUBLIC_URL,
    trustProxy: output.TRUST_PROXY === 'true',
    logLevel: output.LOG_LEVEL,
    nocodb: toNocoConfig(output),
  };
}

/** `storeUrl` → `STORE_URL`. */
function toVariable(option: string): string {
  return option.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase();
}

function isBehindGate(address: string | undefined, protect: readonly string[]): boolean {
  const [path] = address?.match(/^\/[^?#]*/) ?? [];
  return path !== undefined && isUnder(readSitePath(path) ?? path, protect);
}

function toNocoConfig(output: v.InferOutput<typeof Variables>): NocoConfig | undefined {
  const { NOCODB_URL: url, NOCODB_TOKEN: token, NOCODB_BASE_ID: baseId } = output;
  if (!url || !token || !baseId) return undefined;
  return {
    url: url.origin,
    token,
    baseId,
    table: output.NOCODB_TABLE,
    requestsPerSecond: output.NOCODB_REQUESTS_PER_SECOND,
    requestsPerMonth: output.NOCODB_REQUESTS_PER_MONTH,
    freshnessMs: output.NOCODB_FRESHNESS_MS,
  };
}
