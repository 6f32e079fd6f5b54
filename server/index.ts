// The public server API: re-exports only.
export { ConfigError } from './config/config.ts';
export type { HostOptions, StillhereOptions } from './config/options.ts';
export { fetchEmailAccessSessions } from './sessions/fetch-email-access-sessions.ts';
export type { EmailAccessRecord } from './sessions/email-access-records.ts';
export type { RecordsQuery, Sessions, SessionsQuery } from './sessions/read-sessions.ts';
export { stillhere, type Stillhere } from './app/embed.ts';
export type { SessionStore } from './store/session-store.ts';
export { openSqliteStore, openStore } from './store/open-store.ts';
