// All settings, one entry each. From here come the environment's variables, the options in code (options.ts, generated), the
// flags of `serve` and their help, and docs/configuration.md (generated). After a change: npm run generate.
import * as v from 'valibot';
import { GATE_MODES } from '../gate/admission.ts';
import { readEmailAddress } from '../gate/email-address.ts';
import { readRequestPath } from '../http/request-path.ts';
import type { QuietHours } from '../mail/local-time.ts';
import { fileOfStore, isPostgresUrl } from '../store/store-url.ts';
import { readWebhookKey } from '../webhook/signature.ts';
import { readSocketAddress, type SocketAddress } from './socket-address.ts';
import { isSmtpUrl, isTimeZone, readMinute, readQuietHours } from './mail-values.ts';

export type SettingKind = 'text' | 'list' | 'number' | 'switch';
export type SettingGroup = 'server' | 'site' | 'gate' | 'limits' | 'nocodb' | 'webhook' | 'mail';

export interface Setting<Value = unknown> {
  readonly group: SettingGroup;
  /** Decides its type in code, and how its flag is written. */
  readonly kind: SettingKind;
  /** What it does: for the documentation, the help and the docstring. Starts in lower case, without a full stop. */
  readonly about: string;
  /** What is used where nothing is given, as text; undefined: nothing. */
  readonly default?: string;
  /** What happens where nothing is given, where that is more than a value. */
  readonly otherwise?: string;
  /** Only `stillhere serve` has it: it is no option in code. */
  readonly isOfServe?: true;
  /** It has no flag: command lines are visible to other users of the machine. */
  readonly isSecret?: true;
  /** Reads text, or the value as code gives it. Its messages start with "must". */
  readonly schema: v.GenericSchema<unknown, Value>;
}

const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** `open`: whoever types an address is let in. `confirmed`: whoever enters a code that was mailed to it. */

export const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;
/** The store's file where STORE_URL is not set. */
export const DEFAULT_STORE_FILE = 'data/stillhere.db';

const text = v.string('must be text');

/** Text separated by commas, or an array, whose items are taken as they are. */
const list = v.pipe(
  v.union([v.string(), v.array(v.string())], 'must be a list of texts'),
  v.transform((given) => (typeof given === 'string' ? given.split(',') : given)),
  v.transform((items) => items.flatMap((item) => item.trim().toLowerCase() || [])),
);

const wholeNumber = (least: number, most: number, what: string) =>
  v.pipe(
    v.union([v.string(), v.number()], what),
    v.transform(String),
    v.regex(/^\d+$/, what),
    v.transform(Number),
    v.minValue(least, what),
    v.maxValue(most, what),
  );

const limit = wholeNumber(0, 1e9, 'must be a whole number; 0 for no limit');

/** @internal Also checks the secrets that are kept beside the store. */
export const password = v.pipe(v.string(), v.minLength(32, 'must have at least 32 characters'));

const yesOrNo = v.pipe(
  v.union([v.string(), v.boolean()], 'must be true or false'),
  v.transform(String),
  v.picklist(['true', 'false'], 'must be true or false'),
  v.transform((given) => given === 'true'),
);

/** @param hint what to do about a path. */
const origin = (what: string, hint = '') =>
  v.pipe(
    text,
    v.check(
      (address) => URL.canParse(address) && /^https?:\/\/[^/?#@]+\/?$/.test(address),
      `must be the address of ${what} without a path, like https://example.com${hint}`,
    ),
    v.transform((address) => new URL(address)),
  );

/** Characters that are never percent-encoded, so that every server writes the base in the same way. */
const BASE =
  /^(?!\/(?:api|access|healthz|readyz|stillhere[^/]*|sw\.js)(?:\/|$))(?:\/(?!\.{1,2}(?:\/|$))[A-Za-z\d._~-]+)+$/;
const BASE_PROBLEM =
  'must be a path of letters, digits, "-", "." and "_", like /work or /sites/work, without spaces and %, and none that Stillhere uses, like /api';

const PLAIN_ADDRESS = /^https?:\/\/[^?#@]+$/;

/** May have a path. */
const baseAddress = (what: string, example: string) =>
  v.pipe(
    text,
    v.check(
      (given) => URL.canParse(given) && PLAIN_ADDRESS.test(given),
      `must be the address of ${what} without ? and #, like ${example}`,
    ),
    v.transform((given) => new URL(given)),
  );

const emailAddress = 'must be an e-mail address, like owner@example.com';

/** By their names in code; {@link variableOf} and {@link flagOf} give the others. */
export const SETTINGS = {
  host: {
    group: 'server',
    kind: 'text',
    about: 'address to listen on',
    default: '127.0.0.1',
    isOfServe: true,
    schema: text,
  },
  port: {
    group: 'server',
    kind: 'number',
    about: 'port to listen on',
    default: '8080',
    otherwise: '`8080`, or one of the next 20 if it is taken',
    isOfServe: true,
    schema: wholeNumber(0, 65_535, 'must be a port number, 0 to 65535'),
  },
  processes: {
    group: 'server',
    kind: 'number',
    about: 'processes that share the port, one for each core, for a store in PostgreSQL; one uses a store in SQLite',
    default: '1',
    isOfServe: true,
    schema: wholeNumber(1, 64, 'must be a number of processes, 1 to 64'),
  },
  publicUrl: {
    group: 'server',
    kind: 'text',
    about:
      "the site's address as its readers see it, without a path, like `https://example.com`; https makes cookies `Secure` and browsers come by https only",
    otherwise: 'taken from each request',
    schema: origin('the site', '; the path of a site that lies under one is set by BASE or --base'),
  },
  base: {
    group: 'server',
    kind: 'text',
    about:
      'path under which the site lies on its host, like `/work`; a proxy in front may remove it from requests or leave it. The paths in other settings are written without it',
    default: '/',
    schema: v.pipe(
      text,
      v.transform((path) => `/${path.replace(/^\/|\/$/g, '')}`),
      v.check((path) => path === '/' || BASE.test(path), BASE_PROBLEM),
      v.transform((path) => (path === '/' ? '' : path)),
    ),
  },
  trustProxy: {
    group: 'server',
    kind: 'switch',
    about: "a proxy in front sets the client's address and protocol (`X-Forwarded-For`, `X-Forwarded-Proto`)",
    default: 'false',
    schema: yesOrNo,
  },
  corsOrigins: {
    group: 'server',
    kind: 'list',
    about: 'other origins whose pages may deliver here, like `https://site.example`',
    default: '',
    otherwise: 'none',
    schema: v.pipe(
      list,
      v.everyItem(
        (address) => URL.canParse(address) && new URL(address).origin === address && address.startsWith('http'),
        'must be origins like https://site.example, separated by commas',
      ),
    ),
  },
  storeUrl: {
    group: 'server',
    kind: 'text',
    about:
      '`file:` and the path of the SQLite file, on a local disk; or a database of [PostgreSQL](postgresql.md), like `postgres://user@host:5432/database`',
    default: `file:${DEFAULT_STORE_FILE}`,
    schema: v.pipe(
      text,
      v.check(
        (url) => fileOfStore(url) !== undefined || isPostgresUrl(url),
        'must be file: and the path of a file, like file:data/stillhere.db, or a database like postgres://user@host:5432/database',
      ),
    ),
  },
  retentionDays: {
    group: 'server',
    kind: 'number',
    about: 'how many days a session is kept after the last sign of its reader, 1 to 36500',
    otherwise: 'until it is erased',
    schema: wholeNumber(1, 36_500, 'must be a whole number of days, 1 to 36500'),
  },
  secret: {
    group: 'server',
    kind: 'text',
    about: 'signs the access cookies, at least 32 characters',
    otherwise: 'made at the first start and kept beside the store (mode 600)',
    isSecret: true,
    schema: password,
  },
  ownerToken: {
    group: 'server',
    kind: 'text',
    about: "the owner's password for the API, at least 32 characters",
    otherwise: 'made at the first start and kept beside the store (mode 600)',
    isSecret: true,
    schema: password,
  },
  ownerPath: {
    group: 'server',
    kind: 'text',
    about: "path of the owner's pages",
    default: '/owner',
    schema: v.pipe(
      text,
      v.regex(
        /^(?!\/(?:api|access|healthz|readyz|stillhere[^/]*|sw\.js)(?:\/|$))(?:\/[a-z\d][a-z\d_-]*)+$/,
        'must be a path of lower-case letters and digits, like /owner, and none that Stillhere uses, like /api',
      ),
    ),
  },
  ownerOrigin: {
    group: 'server',
    kind: 'text',
    about:
      "the address that the owner's pages and the owner's API have to themselves, without a path, like `https://owner.example.com`; elsewhere they answer 404",
    otherwise: "the site's",
    schema: origin("the owner's pages"),
  },
  metricsAddress: {
    group: 'server',
    kind: 'text',
    about: 'address of its own on which `/metrics` is answered for Prometheus, like `127.0.0.1:9464`',
    otherwise: 'no metrics',
    schema: v.pipe(
      text,
      v.transform(readSocketAddress),
      v.custom<SocketAddress>((address) => address !== undefined, 'must be an address and a port, like 127.0.0.1:9464'),
    ),
  },
  metricsToken: {
    group: 'server',
    kind: 'text',
    about:
      'what Prometheus has to send (`Authorization: Bearer …`), at least 32 characters; needed where METRICS_ADDRESS can be reached from other machines',
    otherwise: 'none',
    isSecret: true,
    schema: password,
  },
  logLevel: {
    group: 'server',
    kind: 'text',
    about: LOG_LEVELS.map((level) => `\`${level}\``).join(', '),
    default: 'info',
    schema: v.picklist(LOG_LEVELS, `must be one of ${LOG_LEVELS.join(', ')}`),
  },
  siteDir: {
    group: 'site',
    kind: 'text',
    about: 'folder of the built site; the argument of `serve`',
    otherwise: 'the sample portfolio',
    isOfServe: true,
    schema: text,
  },
  single: {
    group: 'site',
    kind: 'switch',
    about: 'a single-page site: paths without a file get its `index.html`',
    default: 'false',
    isOfServe: true,
    schema: yesOrNo,
  },
  protect: {
    group: 'gate',
    kind: 'list',
    about: 'path prefixes behind the gate, like `/confidential/`',
    default: '/portfolio/confidential/',
    schema: v.pipe(
      list,
      v.everyItem(
        (path) => path.startsWith('/') && readRequestPath(path) !== undefined,
        'must be paths like /confidential/, separated by commas',
      ),
      v.mapItems((path) => `${readRequestPath(path) ?? ''}/`.replace(/\/+$/, '/').toLowerCase()),
    ),
  },
  readerErase: {
    group: 'gate',
    kind: 'switch',
    about: 'readers can erase what is kept about them, on `/access/mine`',
    default: 'false',
    schema: yesOrNo,
  },
  optOut: {
    group: 'gate',
    kind: 'switch',
    about:
      'readers can choose at the gate that their reading is not measured; a browser that sends `Sec-GPC: 1` makes this choice for them',
    default: 'false',
    schema: yesOrNo,
  },
  gateMode: {
    group: 'gate',
    kind: 'text',
    about:
      'what a reader has to do: `open`, type an address; `invited`, open a personal link; `confirmed`, enter a code that is mailed to the address, which needs SMTP_URL and MAIL_FROM',
    default: 'open',
    schema: v.picklist(GATE_MODES, `must be one of ${GATE_MODES.join(', ')}`),
  },
  allow: {
    group: 'gate',
    kind: 'list',
    about: 'e-mail addresses and domains that the gate lets in',
    default: '',
    otherwise: 'everyone',
    schema: list,
  },
  accessHours: {
    group: 'gate',
    kind: 'number',
    about: 'how long access lasts, in hours: 1 to 8760',
    default: '24',
    schema: wholeNumber(1, 24 * 365, 'must be a whole number of hours, at least 1'),
  },
  frameAncestors: {
    group: 'gate',
    kind: 'list',
    about:
      'https origins whose pages may show the gated pages in a frame, like `https://wiki.example`; cookies are `SameSite=None; Secure; Partitioned` then',
    default: '',
    otherwise: 'none',
    schema: v.pipe(
      list,
      v.everyItem(
        (address) => /^https:\/\/[\w.-]+(?::\d+)?$/.test(address) && URL.parse(address)?.origin === address,
        'must be https origins like https://wiki.example, without a path, separated by commas: browsers send no cookies to frames on plain http',
      ),
    ),
  },
  ownerName: {
    group: 'gate',
    kind: 'text',
    about: 'whose pages these are: the person or company that the gate names, like `Jane Doe`',
    otherwise: '"the owner of these pages"',
    schema: text,
  },
  gateTexts: {
    group: 'gate',
    kind: 'text',
    about: "JSON file with the gate's texts, by language",
    otherwise: 'English and German',
    schema: text,
  },
  gateTemplate: {
    group: 'gate',
    kind: 'text',
    about: "HTML file with `{{form}}` in it: the gate's page",
    otherwise: "Stillhere's own",
    schema: text,
  },
  gateStyle: {
    group: 'gate',
    kind: 'text',
    about: "CSS file that comes after the gate's own styles",
    schema: text,
  },
  gateContact: {
    group: 'gate',
    kind: 'text',
    about: 'whom a refused reader can ask for access, like an e-mail address',
    schema: text,
  },
  privacyUrl: {
    group: 'gate',
    kind: 'text',
    about: "where the gate's notice links to: a path of the site outside of PROTECT, or an https address",
    otherwise: 'no link',
    schema: text,
  },
  limitGate: {
    group: 'limits',
    kind: 'number',
    about: 'tries at the gate per minute and network (an IPv4 address or an IPv6 /64); 0: no limit',
    default: '60',
    schema: limit,
  },
  limitBeats: {
    group: 'limits',
    kind: 'number',
    about: 'deliveries per second and session; 0: no limit',
    default: '10',
    schema: limit,
  },
  limitNetwork: {
    group: 'limits',
    kind: 'number',
    about: "deliveries per second and network (a mobile carrier's readers share one address); 0: no limit",
    default: '500',
    schema: limit,
  },
  maxConnections: {
    group: 'limits',
    kind: 'number',
    about: 'open connections, a quarter of them from one network; 0: no limit',
    default: '10000',
    isOfServe: true,
    schema: limit,
  },
  nocodbUrl: {
    group: 'nocodb',
    kind: 'text',
    about:
      'address of NocoDB, with the path under which it lies, if any; turns the copy on, together with the next two',
    otherwise: 'no copy in NocoDB',
    schema: baseAddress('NocoDB', 'https://example.com or https://example.com/nocodb'),
  },
  nocodbToken: { group: 'nocodb', kind: 'text', about: 'API token of NocoDB', isSecret: true, schema: text },
  nocodbBaseId: {
    group: 'nocodb',
    kind: 'text',
    about: 'id of the base, like `p1a2b3c4d5e6f7g`',
    schema: v.pipe(text, v.regex(/^\w+$/, 'must be the id of a base, like p1a2b3c4d5e6f7g')),
  },
  nocodbTable: { group: 'nocodb', kind: 'text', about: 'title of the table', default: 'emailAccess', schema: text },
  nocodbRequestsPerSecond: {
    group: 'nocodb',
    kind: 'number',
    about: "requests per second, at most; NocoDB's cloud allows 5",
    default: '4',
    schema: wholeNumber(1, 1_000, 'must be a whole number, 1 to 1000'),
  },
  nocodbRequestsPerMonth: {
    group: 'nocodb',
    kind: 'number',
    about:
      'requests per month, at most; the free plan has 1000: start and end of each session, more when there is room; 0: no limit',
    default: '0',
    schema: v.pipe(
      wholeNumber(0, 1e9, 'must be 0 for no limit, or at least 100'),
      v.check((count) => count === 0 || count >= 100, 'must be 0 for no limit, or at least 100'),
    ),
  },
  nocodbFreshnessMs: {
    group: 'nocodb',
    kind: 'number',
    about: 'how long a change may wait, in milliseconds (10 to 3600000), so that one request carries many',
    default: '2000',
    schema: wholeNumber(10, HOUR_MS, 'must be milliseconds, 10 to 3600000'),
  },
  webhookUrl: {
    group: 'webhook',
    kind: 'text',
    about: 'where events are posted, like `https://example.com/hooks/stillhere`',
    otherwise: 'no events are posted',
    isSecret: true,
    schema: v.pipe(
      text,
      v.check(
        (address) => URL.canParse(address) && /^https?:\/\/[^/?#@]+([/?][^#]*)?$/.test(address),
        'must be an address that begins with https:// or http://, without a user, a password and a fragment',
      ),
      v.transform((address) => new URL(address)),
    ),
  },
  webhookSecret: {
    group: 'webhook',
    kind: 'text',
    about: 'signs the events: `whsec_` and 24 to 64 random bytes in base64',
    isSecret: true,
    schema: v.pipe(
      text,
      v.transform(readWebhookKey),
      v.custom<Buffer>(
        (key) => key !== undefined,
        'must be whsec_ and 24 to 64 bytes in base64; to make one: echo "whsec_$(head -c 32 /dev/urandom | base64)"',
      ),
    ),
  },
  smtpUrl: {
    group: 'mail',
    kind: 'text',
    about:
      'the mail server, like `smtps://user:password@mail.example`; turns mail to you on, together with the next two',
    otherwise: 'no mail',
    isSecret: true,
    schema: v.pipe(
      text,
      v.check(
        isSmtpUrl,
        'must be like smtps://user:password@mail.example or smtp://mail.example:587; encode other characters than letters and digits in user and password (@ as %40)',
      ),
      v.transform((address) => new URL(address)),
    ),
  },
  mailFrom: {
    group: 'mail',
    kind: 'text',
    about: 'the address that mail comes from',
    schema: v.pipe(
      text,
      v.transform((address) => readEmailAddress(address)),
      v.custom<string>((address) => address !== undefined, emailAddress),
    ),
  },
  mailTo: {
    group: 'mail',
    kind: 'list',
    about: 'your addresses, to which mail about visits goes',
    schema: v.pipe(
      list,
      v.minLength(1, emailAddress),
      v.everyItem((address) => readEmailAddress(address) !== undefined, emailAddress),
    ),
  },
  mailDigest: {
    group: 'mail',
    kind: 'text',
    about: '`off`: one mail per visit; a time of day like `07:00`: one mail a day instead',
    default: 'off',
    schema: v.pipe(
      text,
      v.check((time) => time === 'off' || readMinute(time) !== undefined, 'must be off, or a time of day like 07:00'),
      v.transform((time) => (time === 'off' ? undefined : readMinute(time))),
    ),
  },
  quietHours: {
    group: 'mail',
    kind: 'text',
    about: 'hours in which no mail is sent, like `22-7` or `22:30-06:45`; it is sent afterwards',
    otherwise: 'none',
    schema: v.pipe(
      text,
      v.transform(readQuietHours),
      v.custom<QuietHours>((hours) => hours !== undefined, 'must be two different times of day, like 22-7'),
    ),
  },
  timeZone: {
    group: 'mail',
    kind: 'text',
    about: 'time zone of the digest, of quiet hours, and of the times in mails, like `Europe/Berlin`',
    otherwise: "the machine's",
    schema: v.pipe(text, v.check(isTimeZone, 'must be the name of a time zone, like Europe/Berlin')),
  },
} as const satisfies Readonly<Record<string, Setting>>;

export type SettingName = keyof typeof SETTINGS;

/** The values as {@link SETTINGS} reads them; undefined: nothing is given, and there is no default. */
export type SettingValues = {
  readonly [Name in SettingName]:
    | v.InferOutput<(typeof SETTINGS)[Name]['schema']>
    | ((typeof SETTINGS)[Name] extends { readonly default: string } ? never : undefined);
};

/** Variables that are not named as the setting is in code, where GATE would be the gate's look. */
const VARIABLES: Readonly<Record<string, string>> = { gateMode: 'GATE' };

/** `storeUrl` → `STORE_URL`. */
export function variableOf(name: string): string {
  return VARIABLES[name] ?? name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase();
}

/** `storeUrl` → `--store-url`. */
export function flagOf(name: string): string {
  return `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}
