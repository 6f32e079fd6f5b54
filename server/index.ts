// The public door of the server: re-exports, nothing else.
export { ConfigError } from './config.ts';
export type { HostOptions, StillhereOptions } from './options.ts';
export { fetchEmailAccessSessions, type EmailAccessRecord } from './sessions/fetch-email-access-sessions.ts';
export { stillhere, type Stillhere } from './stillhere.ts';
export type { SessionStore } from './store/session-store.ts';
export { openSqliteStore } from './store/sqlite-store.ts';
