// Reads the settings once, from code and environment, and reports everything that is wrong at once.
import * as v from 'valibot';
import type { GateMode } from '../gate/admission.ts';
import type { GateTheme } from '../gate/theme.ts';
import { isUnder, readRequestPath } from '../http/request-path.ts';
import { toSitePath } from '../http/site-base.ts';
import type { CodeMailConfig, MailConfig } from '../mail/mail-config.ts';
import type { NocoConfig } from '../nocodb/client.ts';
import { fileOfStore } from '../store/store-url.ts';
import type { WebhookConfig } from '../webhook/post-message.ts';
import { isLoopback } from '../http/loopback.ts';
import { readGateSettings } from './gate-settings.ts';
import type { SocketAddress } from './socket-address.ts';
import { findOwnerUrl } from './owner-url.ts';
import type { ServeOptions } from './options.ts';
import {
  DAY_MS,
  HOUR_MS,
  SETTINGS,
  variableOf,
  type LogLevel,
  type SettingName,
  type SettingValues,
} from './settings.ts';

/** What the server needs to know. Paths are as they were given; times are in milliseconds. */
export interface Config {
  readonly host: string;
  readonly port: number;
  /** As `openStore` takes it. May contain a password. */
  readonly storeUrl: string;
  /** The SQLite file of the store; undefined: it is in another database. */
  readonly storeFile: string | undefined;
  /** A built site; undefined: the sample portfolio. */
  readonly siteDir: string | undefined;
  /** A single-page site: a path that names no file gets its `index.html`. */
  readonly single: boolean;
  /** Path prefixes behind the gate, each beginning and ending with a slash, lower case. */
  readonly protect: readonly string[];
  /** Signs the access cookies; undefined: one is made and kept beside the store. */
  readonly secret: string | undefined;
  /** The owner's password for the API; undefined: one is made and kept beside the store. */
  readonly ownerToken: string | undefined;
  /** Path of the owner's pages, like `/owner`. */
  readonly ownerPath: string;
  /** The path under which the site lies, like `/work`; empty: at the root of its host. */
  readonly base: string;
  /** Where the owner's pages and API are, and nowhere else; undefined: where the site is. */
  readonly ownerOrigin: URL | undefined;
  /** What a reader has to do at the gate. */
  readonly gateMode: GateMode;
  /** E-mail addresses and domains that the gate lets in, lower case; empty: everyone. */
  readonly allow: readonly string[];
  /** The gate as readers see it. */
  readonly gate: GateTheme;
  /** Origins whose pages may show the gated pages in a frame. */
  readonly frameAncestors: readonly string[];
  /** Other sites whose pages may deliver to this server. */
  readonly corsOrigins: readonly string[];
  readonly accessMs: number;
  /** Readers can erase what is kept about them. */
  readonly readerErase: boolean;
  /** How long a session is kept after the last sign of its reader, in milliseconds; undefined: until it is erased. */
  readonly retentionMs: number | undefined;
  readonly limits: Limits;
  /** Open connections at a time; 0: no limit. */
  readonly maxConnections: number;
  /** Where readers see the site, without a path; undefined: taken from each request. */
  readonly publicUrl: URL | undefined;
  /** A proxy in front sets the client's address and protocol (X-Forwarded-…). */
  readonly trustProxy: boolean;
  /** How many processes `serve` starts. */
  readonly processes: number;
  readonly logLevel: LogLevel;
  /** Where `/metrics` is answered; undefined: nowhere. */
  readonly metrics: MetricsConfig | undefined;
  /** Where sessions are copied to; undefined: nowhere. */
  readonly nocodb: NocoConfig | undefined;
  /** Where events are posted; undefined: nowhere. */
  readonly webhook: WebhookConfig | undefined;
  /** How the owner gets mail; undefined: not at all. */
  readonly mail: MailConfig | undefined;
  /** How readers get their codes; undefined: the gate asks for none. */
  readonly codeMail: CodeMailConfig | undefined;
}

export interface MetricsConfig extends SocketAddress {
  /** What is asked of those who read them; undefined: nothing. */
  readonly token: string | undefined;
}

/** How often a reader may call; 0: no limit. */
export interface Limits {
  /** Tries at the gate, per minute and network. */
  readonly gate: number;
  /** Deliveries, per second and session. */
  readonly beats: number;
  /** Deliveries, per second and network. */
  readonly network: number;
}

/** Everything that is wrong with the settings, one line each. */
export class ConfigError extends Error {
  readonly code = 'CONFIG';
}

/** A setting with what was given for it. */
interface Given {
  readonly value: unknown;
  /** What the person who gave it calls it. */
  readonly source: string;
}

const FOR_MAIL: readonly SettingName[] = ['smtpUrl', 'mailFrom', 'mailTo'];
const FOR_CODES: readonly SettingName[] = ['smtpUrl', 'mailFrom'];

/** Of each group, all are needed, or none. */
const TOGETHER: readonly (readonly SettingName[])[] = [
  ['nocodbUrl', 'nocodbToken', 'nocodbBaseId'],
  ['webhookUrl', 'webhookSecret'],
  FOR_MAIL,
];
const NAMES = Object.keys(SETTINGS) as SettingName[];

/**
 * Reads the configuration. An empty variable counts as not set; an option comes before its variable.
 * @param sayOption what an option is called by the person who gives it.
 * @throws ConfigError that names each wrong variable or option and says what it must be.
 */
export function readConfig(
  environment: Readonly<Record<string, string | undefined>>,
  options: ServeOptions = {},
  sayOption = (name: string): string => name,
): Config {
  const given = new Map<SettingName, Given>();
  for (const name of NAMES) {
    const option: unknown = options[name];
    const variable = environment[variableOf(name)];
    if (option !== undefined && option !== '') given.set(name, { value: option, source: sayOption(name) });
    else if (variable) given.set(name, { value: variable, source: variableOf(name) });
  }
  const problems: string[] = [];
  const read: Record<string, unknown> = {};
  for (const name of NAMES) {
    const setting: { readonly schema: v.GenericSchema; readonly default?: string } = SETTINGS[name];
    const { value = setting.default, source = variableOf(name) } = given.get(name) ?? {};
    if (value === undefined) continue;
    const parsed = v.safeParse(setting.schema, value);
    read[name] = parsed.output;
    for (const { message } of parsed.issues ?? []) problems.push(`${source}: ${message}`);
  }
  // Each has been read by its own schema.
  const values = read as unknown as SettingValues;

  const sourceOf = (name: SettingName): string => given.get(name)?.source ?? variableOf(name);
  const isConfirmed = values.gateMode === 'confirmed';
  const forCodes = isConfirmed ? FOR_CODES.filter((name) => !given.has(name)) : [];
  if (forCodes.length > 0)
    problems.push(
      `${sourceOf('gateMode')}: confirmed mails codes to readers, so ${forCodes.map(sourceOf).join(' and ')} must be set, too`,
    );
  // With codes, mail to the owner is not the only one.
  for (const names of isConfirmed ? TOGETHER.filter((one) => one !== FOR_MAIL) : TOGETHER) {
    const missing = names.filter((name) => !given.has(name));
    if (missing.length > 0 && missing.length < names.length)
      problems.push(
        `${missing.map(sourceOf).join(', ')}: must be set, too, or none of ${names.map(sourceOf).join(', ')}`,
      );
  }
  if (values.metricsAddress && !isLoopback(values.metricsAddress.host) && !given.has('metricsToken'))
    problems.push(
      `${sourceOf('metricsAddress')}: can be reached from other machines, so ${sourceOf('metricsToken')} must be set, too`,
    );
  const gate = readGateSettings(values, sourceOf);
  problems.push(...gate.problems);
  if (problems.length === 0 && isBehindGate(gate.theme?.privacyUrl, values))
    problems.push(`${sourceOf('privacyUrl')}: must lie outside of PROTECT, where it can be read before the gate`);
  if (problems.length === 0 && values.frameAncestors.length > 0 && values.publicUrl?.protocol === 'http:')
    problems.push(
      `${sourceOf('frameAncestors')}: needs https, because browsers send no cookies to frames on plain http; ${sourceOf('publicUrl')} is an http address`,
    );
  if (!gate.theme || problems.length > 0)
    throw new ConfigError(`The configuration can't be used:\n  ${[...new Set(problems)].join('\n  ')}`);
  const theme = { ...gate.theme, keptDays: values.retentionDays, hasOptOut: values.optOut };
  return toConfig(values, theme);
}

function toConfig(values: SettingValues, gate: GateTheme): Config {
  const { host, port, siteDir, single, protect, secret, ownerToken, ownerPath, ownerOrigin, allow, corsOrigins } =
    values;
  const {
    base,
    frameAncestors,
    maxConnections,
    publicUrl,
    trustProxy,
    logLevel,
    webhookUrl: url,
    webhookSecret: key,
  } = values;
  return {
    host,
    port,
    storeUrl: values.storeUrl,
    storeFile: fileOfStore(values.storeUrl),
    siteDir,
    single,
    protect,
    secret,
    ownerToken,
    ownerPath,
    ownerOrigin,
    base,
    gateMode: values.gateMode,
    allow,
    gate,
    frameAncestors,
    corsOrigins,
    readerErase: values.readerErase,
    accessMs: values.accessHours * HOUR_MS,
    retentionMs: values.retentionDays && values.retentionDays * DAY_MS,
    limits: { gate: values.limitGate, beats: values.limitBeats, network: values.limitNetwork },
    maxConnections,
    publicUrl,
    trustProxy,
    processes: values.processes,
    logLevel,
    metrics: values.metricsAddress && { ...values.metricsAddress, token: values.metricsToken },
    nocodb: toNocoConfig(values),
    webhook: url && key && { url, key },
    mail: toMailConfig(values),
    codeMail: toCodeMailConfig(values),
  };
}

function isBehindGate(address: string | undefined, { protect, base }: SettingValues): boolean {
  const [path] = address?.match(/^\/[^?#]*/) ?? [];
  return path !== undefined && isUnder(toSitePath(base, readRequestPath(path) ?? path), protect);
}

function toNocoConfig(values: SettingValues): NocoConfig | undefined {
  const { nocodbUrl: url, nocodbToken: token, nocodbBaseId: baseId } = values;
  if (!url || !token || !baseId) return undefined;
  return {
    url: url.href.replace(/\/+$/, ''),
    token,
    baseId,
    table: values.nocodbTable,
    requestsPerSecond: values.nocodbRequestsPerSecond,
    requestsPerMonth: values.nocodbRequestsPerMonth,
    freshnessMs: values.nocodbFreshnessMs,
  };
}

function toMailConfig(values: SettingValues): MailConfig | undefined {
  const { smtpUrl, mailFrom: from, mailTo: to, mailDigest: digestMinute, quietHours } = values;
  if (!smtpUrl || !from || !to) return undefined;
  const timeZone = values.timeZone ?? new Intl.DateTimeFormat().resolvedOptions().timeZone;
  return { smtpUrl, from, to, digestMinute, quietHours, timeZone, ownerUrl: findOwnerUrl(values) };
}

function toCodeMailConfig(values: SettingValues): CodeMailConfig | undefined {
  const { gateMode, smtpUrl, mailFrom: from, ownerName, publicUrl, base } = values;
  if (gateMode !== 'confirmed' || !smtpUrl || !from) return undefined;
  return { smtpUrl, from, ownerName, site: publicUrl && publicUrl.host + base };
}
