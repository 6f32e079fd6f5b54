// What a site's Content-Security-Policy must allow for the heartbeat, and nothing more. Pure.

export interface Allowed {
  readonly policy: string;
  /** The script needs this nonce. */
  readonly nonce?: string | undefined;
  /** The policy allows the script by the hash of an inline loader. */
  readonly isByHash: boolean;
}

type Directives = Map<string, readonly string[]>;

/** What the page library may load. Listing paths is stricter than `'self'`. */
const SCRIPTS = ['', '-register-worker', '-deliver', '-frames', '-gap', '-history', '-media', '-successor'].map(
  (part) => `/stillhere${part}.js`,
);
const SELF = "'self'";

/** The first of these directives that is present decides (CSP Level 3, 6.8.3). */
const FALLBACKS = {
  'script-src-elem': ['script-src-elem', 'script-src', 'default-src'],
  'connect-src': ['connect-src', 'default-src'],
  'worker-src': ['worker-src', 'child-src', 'script-src', 'default-src'],
} as const;

/**
 * Extends a policy so that it allows the heartbeat.
 * @param policy the site's policy; a single one, as in a `meta` element.
 * @param site the site's origin and base, without a slash at the end; undefined if unknown, then all scripts of the origin are
 * allowed.
 * @param loaderHash hash of the inline script that loads the page library, like `sha256-…`.
 */
export function extendPolicy(policy: string, site: string | undefined, loaderHash: string): Allowed {
  const directives: Directives = new Map();
  for (const part of policy.split(';')) {
    const [name, ...values] = part.trim().split(/\s+/);
    if (name && !directives.has(name.toLowerCase())) directives.set(name.toLowerCase(), values);
  }
  const before = print(directives);
  const scripts = decisive(directives, 'script-src-elem');
  const nonce = scripts?.map((value) => /^'nonce-(.+)'$/i.exec(value)?.[1]).find(Boolean);
  // With `'strict-dynamic'`, browsers ignore host names.
  const isByHash = !nonce && Boolean(scripts?.some((value) => value.toLowerCase() === "'strict-dynamic'"));
  if (isByHash) add(directives, 'script-src-elem', [`'${loaderHash}'`]);
  else if (!nonce && !isOpen(scripts))
    add(directives, 'script-src-elem', site ? SCRIPTS.map((path) => site + path) : [SELF]);
  for (const name of ['connect-src', 'worker-src'] as const)
    if (!isOpen(decisive(directives, name))) add(directives, name, [SELF]);
  return { policy: print(directives) === before ? policy : print(directives), nonce, isByHash };
}

function decisive(directives: Directives, name: keyof typeof FALLBACKS): readonly string[] | undefined {
  const found = FALLBACKS[name].find((one) => directives.has(one));
  return found && directives.get(found);
}

function isOpen(values: readonly string[] | undefined): boolean {
  return !values || values.some((value) => value === '*' || value.toLowerCase() === SELF);
}

function add(directives: Directives, name: keyof typeof FALLBACKS, sources: readonly string[]): void {
  const so = (decisive(directives, name) ?? []).filter((value) => value.toLowerCase() !== "'none'");
  directives.set(name, [...new Set([...so, ...sources])]);
}

function print(directives: Directives): string {
  return Array.from(directives, ([name, values]) => [name, ...values].join(' ')).join('; ');
}
