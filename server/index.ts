// The public door of the server: re-exports, nothing else.
export { createApp, type AppParts } from './app.ts';
export { fetchEmailAccessSessions, type EmailAccessRecord } from './sessions/fetch-email-access-sessions.ts';
export type { SessionStore } from './store/session-store.ts';
export { openSqliteStore } from './store/sqlite-store.ts';
