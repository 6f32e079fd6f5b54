// The address of a store: a file of SQLite, or a database of PostgreSQL.

const FILE = 'file:';
const POSTGRES = /^postgres(?:ql)?:\/\//;

export function isPostgres(url: string): boolean {
  return POSTGRES.test(url);
}

/** Names a host and a database, and can be read. */
export function isPostgresUrl(url: string): boolean {
  return isPostgres(url) && URL.canParse(url) && /^\/[^/]+$/.test(new URL(url).pathname);
}

/** Undefined: it is not in a file. */
export function fileOfStore(url: string): string | undefined {
  return url.startsWith(FILE) && url.length > FILE.length ? url.slice(FILE.length) : undefined;
}

/** For messages: the file, or the database without user and password. */
export function nameOfStore(url: string): string {
  const file = fileOfStore(url);
  if (file !== undefined) return file;
  if (!URL.canParse(url)) return 'of STORE_URL';
  const { host, pathname } = new URL(url);
  return host + pathname;
}
