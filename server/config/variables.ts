// What each variable of the environment must be, and what is made of it. Those of the gate are in gate-variables.ts.
import * as v from 'valibot';
import { readRequestPath } from '../http/request-path.ts';

const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export const HOUR_MS = 3_600_000;
/** Where the store is if nothing is said. */
export const DEFAULT_STORE_FILE = 'data/stillhere.db';

const list = v.pipe(
  v.string(),
  v.transform((text) => text.split(',').flatMap((part) => part.trim().toLowerCase() || [])),
);
const wholeNumber = (least: number, most: number, what: string) =>
  v.pipe(v.string(), v.regex(/^\d+$/, what), v.transform(Number), v.minValue(least, what), v.maxValue(most, what));
/** How often something may be asked for. */
const limit = wholeNumber(0, 1e9, 'must be a whole number; 0 for no limit');
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
    `file:${DEFAULT_STORE_FILE}`,
  ),
  SITE_DIR: v.optional(v.string()),
  SINGLE: v.optional(oneOf(['true', 'false']), 'false'),
  PROTECT: v.optional(
    v.pipe(
      list,
      v.everyItem(
        (path) => path.startsWith('/') && readRequestPath(path) !== undefined,
        'must be paths like /confidential/, separated by commas',
      ),
      v.mapItems((path) => `${readRequestPath(path) ?? ''}/`.replace(/\/+$/, '/').toLowerCase()),
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
  LIMIT_GATE: v.optional(limit, '60'),
  LIMIT_BEATS: v.optional(limit, '10'),
  LIMIT_NETWORK: v.optional(limit, '500'),
  MAX_CONNECTIONS: v.optional(limit, '10000'),
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
/** All of them together. */
export const Environment = v.pipe(
  Variables,
  v.rawCheck(({ dataset, addIssue }) => {
    const given = dataset.value as Readonly<Record<string, unknown>>;
    const missing = NOCODB.filter((name) => given[name] === undefined);
    if (missing.length > 0 && missing.length < NOCODB.length)
      addIssue({ message: `${missing.join(', ')}: must be set, too, or none of ${NOCODB.join(', ')}` });
  }),
);
