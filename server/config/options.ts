// What code and the command line may say of the configuration. The names are those of the variables.

/** What code says of the configuration; what it leaves out is read from the environment. The names are those of its variables. */
export interface StillhereOptions {
  /** Path prefixes behind the gate, like `['/confidential/']`. */
  readonly protect?: readonly string[] | string;
  /** `file:` and the path of the SQLite file. @default 'file:data/stillhere.db' */
  readonly storeUrl?: string;
  /** Signs the access cookies, at least 32 characters. By default one is made and kept beside the store. */
  readonly secret?: string;
  /** The owner's password for the API, at least 32 characters. By default one is made and kept beside the store. */
  readonly ownerToken?: string;
  /** E-mail addresses and domains that the gate lets in. By default everyone. */
  readonly allow?: readonly string[] | string;
  /** A JSON file with texts of the gate, by language. */
  readonly gateTexts?: string;
  /** An HTML file with `{{form}}` in it: the gate's page. */
  readonly gateTemplate?: string;
  /** A CSS file that comes after ours. */
  readonly gateStyle?: string;
  /** Whom to ask for access, as the gate's refusal names it. */
  readonly gateContact?: string;
  /** A path of the site, or an https address, where the gate's notice leads. */
  readonly privacyUrl?: string;
  /** Other sites whose pages may deliver to this server, like `['https://site.example']`. By default none. */
  readonly corsOrigins?: readonly string[] | string;
  /** How long access lasts. @default 24 */
  readonly accessHours?: number | string;
  /** Tries at the gate, a minute and network (an IPv4 address, an IPv6 /64); 0: no limit. @default 60 */
  readonly limitGate?: number;
  /** Deliveries, a second and session; 0: no limit. @default 10 */
  readonly limitBeats?: number;
  /** Deliveries, a second and network: a mobile carrier's readers share one address; 0: no limit. @default 500 */
  readonly limitNetwork?: number;
  /** The site's address as its readers see it, without a path. By default as their requests say. */
  readonly publicUrl?: string;
  /** A proxy tells the client's address and protocol (X-Forwarded-…). @default false */
  readonly trustProxy?: boolean;
  /** @default 'info' */
  readonly logLevel?: string;
  readonly nocodbUrl?: string;
  readonly nocodbToken?: string;
  readonly nocodbBaseId?: string;
  /** @default 'emailAccess' */
  readonly nocodbTable?: string;
  readonly nocodbRequestsPerSecond?: number;
  /** 0 = no limit. @default 0 */
  readonly nocodbRequestsPerMonth?: number;
  /** Milliseconds. @default 2000 */
  readonly nocodbFreshnessMs?: number;
}

/** For who has a server. */
export interface HostOptions extends StillhereOptions {
  /**
   * `none`: the site has a worker of its own at `/sw.js`, so ours isn't given out there. Its pages say `worker="none"`, too. By default
   * ours comes before whatever the host has at that path.
   */
  readonly worker?: 'none';
}

/** What only the command line has. */
export interface ServeOptions extends StillhereOptions {
  readonly host?: string;
  readonly port?: string;
  readonly siteDir?: string;
  readonly maxConnections?: string;
  readonly single?: boolean;
}
