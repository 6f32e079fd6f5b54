// Generated from settings.ts by `npm run generate`: the settings as options in code, and of `stillhere serve`.

/** Options in code. What they leave out is read from the environment: `storeUrl` is STORE_URL there. */
export interface StillhereOptions {
  /** The site's address as its readers see it, without a path, like `https://example.com`; https makes cookies `Secure` and browsers come by https only. By default: taken from each request. */
  readonly publicUrl?: string | undefined;
  /** Path under which the site lies on its host, like `/work`; a proxy in front may remove it from requests or leave it. The paths in other settings are written without it. @default '/' */
  readonly base?: string | undefined;
  /** A proxy in front sets the client's address and protocol (`X-Forwarded-For`, `X-Forwarded-Proto`). @default false */
  readonly trustProxy?: boolean | undefined;
  /** Other origins whose pages may deliver here, like `https://site.example`. By default: none. */
  readonly corsOrigins?: readonly string[] | string | undefined;
  /** `file:` and the path of the SQLite file, on a local disk; or a database of [PostgreSQL](postgresql.md), like `postgres://user@host:5432/database`. @default 'file:data/stillhere.db' */
  readonly storeUrl?: string | undefined;
  /** How many days a session is kept after the last sign of its reader, 1 to 36500. By default: until it is erased. */
  readonly retentionDays?: number | string | undefined;
  /** Signs the access cookies, at least 32 characters. By default: made at the first start and kept beside the store (mode 600). */
  readonly secret?: string | undefined;
  /** The owner's password for the API, at least 32 characters. By default: made at the first start and kept beside the store (mode 600). */
  readonly ownerToken?: string | undefined;
  /** Path of the owner's pages. @default '/owner' */
  readonly ownerPath?: string | undefined;
  /** The address that the owner's pages and the owner's API have to themselves, without a path, like `https://owner.example.com`; elsewhere they answer 404. By default: the site's. */
  readonly ownerOrigin?: string | undefined;
  /** Address of its own on which `/metrics` is answered for Prometheus, like `127.0.0.1:9464`. By default: no metrics. */
  readonly metricsAddress?: string | undefined;
  /** What Prometheus has to send (`Authorization: Bearer …`), at least 32 characters; needed where METRICS_ADDRESS can be reached from other machines. By default: none. */
  readonly metricsToken?: string | undefined;
  /** `trace`, `debug`, `info`, `warn`, `error`, `fatal`, `silent`. @default 'info' */
  readonly logLevel?: string | undefined;
  /** Path prefixes behind the gate, like `/confidential/`. @default ['/portfolio/confidential/'] */
  readonly protect?: readonly string[] | string | undefined;
  /** Readers can erase what is kept about them, on `/access/mine`. @default false */
  readonly readerErase?: boolean | undefined;
  /** Readers can choose at the gate that their reading is not measured; a browser that sends `Sec-GPC: 1` makes this choice for them. @default false */
  readonly optOut?: boolean | undefined;
  /** What a reader has to do: `open`, type an address; `invited`, open a personal link; `confirmed`, enter a code that is mailed to the address, which needs SMTP_URL and MAIL_FROM. @default 'open' */
  readonly gateMode?: string | undefined;
  /** E-mail addresses and domains that the gate lets in. By default: everyone. */
  readonly allow?: readonly string[] | string | undefined;
  /** How long access lasts, in hours: 1 to 8760. @default 24 */
  readonly accessHours?: number | string | undefined;
  /** Https origins whose pages may show the gated pages in a frame, like `https://wiki.example`; cookies are `SameSite=None; Secure; Partitioned` then. By default: none. */
  readonly frameAncestors?: readonly string[] | string | undefined;
  /** Whose pages these are: the person or company that the gate names, like `Jane Doe`. By default: "the owner of these pages". */
  readonly ownerName?: string | undefined;
  /** JSON file with the gate's texts, by language. By default: English and German. */
  readonly gateTexts?: string | undefined;
  /** HTML file with `{{form}}` in it: the gate's page. By default: Stillhere's own. */
  readonly gateTemplate?: string | undefined;
  /** CSS file that comes after the gate's own styles. */
  readonly gateStyle?: string | undefined;
  /** Whom a refused reader can ask for access, like an e-mail address. */
  readonly gateContact?: string | undefined;
  /** Where the gate's notice links to: a path of the site outside of PROTECT, or an https address. By default: no link. */
  readonly privacyUrl?: string | undefined;
  /** Tries at the gate per minute and network (an IPv4 address or an IPv6 /64); 0: no limit. @default 60 */
  readonly limitGate?: number | string | undefined;
  /** Deliveries per second and session; 0: no limit. @default 10 */
  readonly limitBeats?: number | string | undefined;
  /** Deliveries per second and network (a mobile carrier's readers share one address); 0: no limit. @default 500 */
  readonly limitNetwork?: number | string | undefined;
  /** Address of NocoDB, with the path under which it lies, if any; turns the copy on, together with the next two. By default: no copy in NocoDB. */
  readonly nocodbUrl?: string | undefined;
  /** API token of NocoDB. */
  readonly nocodbToken?: string | undefined;
  /** Id of the base, like `p1a2b3c4d5e6f7g`. */
  readonly nocodbBaseId?: string | undefined;
  /** Title of the table. @default 'emailAccess' */
  readonly nocodbTable?: string | undefined;
  /** Requests per second, at most; NocoDB's cloud allows 5. @default 4 */
  readonly nocodbRequestsPerSecond?: number | string | undefined;
  /** Requests per month, at most; the free plan has 1000: start and end of each session, more when there is room; 0: no limit. @default 0 */
  readonly nocodbRequestsPerMonth?: number | string | undefined;
  /** How long a change may wait, in milliseconds (10 to 3600000), so that one request carries many. @default 2000 */
  readonly nocodbFreshnessMs?: number | string | undefined;
  /** Where events are posted, like `https://example.com/hooks/stillhere`. By default: no events are posted. */
  readonly webhookUrl?: string | undefined;
  /** Signs the events: `whsec_` and 24 to 64 random bytes in base64. */
  readonly webhookSecret?: string | undefined;
  /** The mail server, like `smtps://user:password@mail.example`; turns mail to you on, together with the next two. By default: no mail. */
  readonly smtpUrl?: string | undefined;
  /** The address that mail comes from. */
  readonly mailFrom?: string | undefined;
  /** Your addresses, to which mail about visits goes. */
  readonly mailTo?: readonly string[] | string | undefined;
  /** `off`: one mail per visit; a time of day like `07:00`: one mail a day instead. @default 'off' */
  readonly mailDigest?: string | undefined;
  /** Hours in which no mail is sent, like `22-7` or `22:30-06:45`; it is sent afterwards. By default: none. */
  readonly quietHours?: string | undefined;
  /** Time zone of the digest, of quiet hours, and of the times in mails, like `Europe/Berlin`. By default: the machine's. */
  readonly timeZone?: string | undefined;
}

/** Options for a host's own server. */
export interface HostOptions extends StillhereOptions {
  /**
   * `none`: the site has its own worker at `/sw.js`, so Stillhere doesn't serve one there. Its pages then say `worker="none"`.
   * By default Stillhere's worker comes before anything that the host has at that path.
   */
  readonly worker?: 'none';
}

/** Options of `stillhere serve`. */
export interface ServeOptions extends StillhereOptions {
  /** Address to listen on. @default '127.0.0.1' */
  readonly host?: string | undefined;
  /** Port to listen on. By default: `8080`, or one of the next 20 if it is taken. */
  readonly port?: number | string | undefined;
  /** Processes that share the port, one for each core, for a store in PostgreSQL; one uses a store in SQLite. @default 1 */
  readonly processes?: number | string | undefined;
  /** Folder of the built site; the argument of `serve`. By default: the sample portfolio. */
  readonly siteDir?: string | undefined;
  /** A single-page site: paths without a file get its `index.html`. @default false */
  readonly single?: boolean | undefined;
  /** Open connections, a quarter of them from one network; 0: no limit. @default 10000 */
  readonly maxConnections?: number | string | undefined;
}
