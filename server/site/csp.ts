// What a Content-Security-Policy of a site must let through for the heartbeat, and no more. Pure.

export interface Allowed {
  readonly policy: string;
  /** The script needs this nonce. */
  readonly nonce?: string | undefined;
  /** It is let in by the hash of a script that brings it. */
  readonly isByHash: boolean;
}

type Directives = Map<string, readonly string[]>;

/** What the page library may load: the paths are narrower than `'self'`. */
const SCRIPTS = ['', '-register-worker', '-deliver', '-frames', '-gap', '-history', '-media', '-successor'].map(
  (part) => `/stillhere${part}.js`,
);
const SELF = "'self'";

/** Which directive decides, the first one that is there (CSP Level 3, 6.8.3). */
const FALLBACKS = {
  'script-src-elem': ['script-src-elem', 'script-src', 'default-src'],
  'connect-src': ['connect-src', 'default-src'],
  'worker-src': ['worker-src', 'child-src', 'script-src', 'default-src'],
} as const;

/**
 * @param policy as the site has it: one, as in a `meta` element.
 * @param origin of the site; undefined: not known, then all scripts of the site are let through.
 * @param loaderHash of a script in the page that brings the page library, like `sha256-…`.
 */
export function extendPolicy(policy: string, origin: string | undefined, loaderHash: string): Allowed {
  const directives: Directives = new Map();
  for (const part of policy.split(';')) {
    const [name, ...values] = part.trim().split(/\s+/);
    if (name && !directives.has(name.toLowerCase())) directives.set(name.toLowerCase(), values);
  }
  const before = print(directives);
  const scripts = decisive(directives, 'script-src-elem');
  const nonce = scripts?.map((value) => /^'nonce-(.+)'$/i.exec(value)?.[1]).find(Boolean);
  // Where trust is passed on, names of hosts count for nothing.
  const isByHash = !nonce && Boolean(scripts?.some((value) => value.toLowerCase() === "'strict-dynamic'"));
  if (isByHash) add(directives, 'script-src-elem', [`'${loaderHash}'`]);
  else if (!nonce && !isOpen(scripts))
    add(directives, 'script-src-elem', origin ? SCRIPTS.map((path) => origin + path) : [SELF]);
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
