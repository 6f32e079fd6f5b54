// Reads the environment once and reports everything that is wrong with it at once.
import * as v from 'valibot';
import type { GateTheme } from '../gate/theme.ts';
import { readGateVariables } from './gate-variables.ts';
import type { NocoConfig } from '../nocodb/client.ts';
import type { ServeOptions } from './options.ts';
import { isUnder, readRequestPath } from '../http/request-path.ts';
import { Environment, HOUR_MS, type LogLevel } from './variables.ts';

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
  readonly gate: GateTheme;
  /** Other sites whose pages may deliver to this server. */
  readonly corsOrigins: readonly string[];
  readonly accessMs: number;
  /** How often readers may come; 0: no limit. */
  readonly limits: Limits;
  /** Open connections at a time; 0: no limit. */
  readonly maxConnections: number;
  /** Where readers see the site, without a path; undefined: as their requests say. */
  readonly publicUrl: URL | undefined;
  /** A proxy in front tells the client's address and protocol (X-Forwarded-…). */
  readonly trustProxy: boolean;
  readonly logLevel: LogLevel;
  /** Where sessions are mirrored to; undefined: nowhere. */
  readonly nocodb: NocoConfig | undefined;
}

export interface Limits {
  /** Tries at the gate, a minute and network. */
  readonly gate: number;
  /** Deliveries, a second and session. */
  readonly beats: number;
  /** Deliveries, a second and network. */
  readonly network: number;
}

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
    limits: { gate: output.LIMIT_GATE, beats: output.LIMIT_BEATS, network: output.LIMIT_NETWORK },
    maxConnections: output.MAX_CONNECTIONS,
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
  return path !== undefined && isUnder(readRequestPath(path) ?? path, protect);
}

function toNocoConfig(output: v.InferOutput<typeof Environment>): NocoConfig | undefined {
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
