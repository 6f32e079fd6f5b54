// The `sessions` command: prints the latest sessions as a table or as JSON.
import { existsSync } from 'node:fs';
import { ConfigError, readConfig } from '../config/config.ts';
import { replaceUnsafeCharacters } from '../http/unsafe-characters.ts';
import type { SessionView } from '../../sw/protocol/owner-api.ts';
import { viewSession } from '../sessions/views.ts';
import { NOCODB } from '../store/outbox.ts';
import { openStore } from '../store/open-store.ts';

const MAX_LIMIT = 10_000;

export async function listSessions(options: {
  readonly email?: string;
  readonly limit: string;
  readonly json?: boolean;
}): Promise<void> {
  const limit = Number(options.limit);
  if (!Number.isInteger(limit) || limit < 1 || limit > MAX_LIMIT)
    throw new ConfigError(`--limit: must be a whole number, 1 to ${MAX_LIMIT}`);
  const { storeFile, nocodb } = readConfig(process.env);
  if (!existsSync(storeFile))
    throw new ConfigError(
      `There is no store ${storeFile}: run this in the folder where the server was started, or set STORE_URL.`,
    );
  const store = await openStore(`file:${storeFile}`);
  const found = await store.listSessions({ email: options.email?.trim().toLowerCase(), pageSize: limit });
  const unmirrored = nocodb ? await store.outboxOf(NOCODB).countUntold() : 0;
  await store.close();
  const sessions = found.map((session) => viewSession(session, Date.now()));
  if (options.json) console.info(JSON.stringify({ sessions }, null, 2));
  else if (sessions.length === 0) console.info('No sessions yet.');
  else for (const line of printSessions(sessions)) console.info(line);
  if (!options.json && unmirrored > 0)
    console.info(`${unmirrored} sessions are not yet written to NocoDB; stillhere nocodb check shows why.`);
}

/** A table with headings, in local time. */
export function printSessions(sessions: readonly SessionView[]): readonly string[] {
  const rows = [
    ['reader', 'from', 'until', 'read', 'page'],
    ...sessions.map(({ emailOfAccessor, sessionStartTime, sessionEndTime, readingTimeMs, currentPage }) => [
      replaceUnsafeCharacters(emailOfAccessor),
      localTime(sessionStartTime),
      sessionEndTime === null ? '–' : localTime(sessionEndTime),
      duration(readingTimeMs),
      currentPage === null ? '–' : replaceUnsafeCharacters(currentPage),
    ]),
  ];
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

function localTime(iso: string): string {
  return new Date(iso).toLocaleString('sv-SE');
}

function duration(ms: number): string {
  const seconds = Math.round(ms / 1000);
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  return parts.map((part) => String(part).padStart(2, '0')).join(':');
}
