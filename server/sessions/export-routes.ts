// The owner's API: all sessions as a file.
import { Readable } from 'node:stream';
import type { Router } from '@koa/router';
import type { Middleware } from 'koa';
import { readKnownQuery } from '../http/query.ts';
import type { SessionStore } from '../store/session-store.ts';
import type { Session } from '../store/session.ts';
import { exportSessions, type ExportFormat } from './export-sessions.ts';
import type { GiveWay } from './give-way.ts';
import { readSessionFilter, SESSION_FILTER } from './session-search.ts';
import { refuseSomePages, sharedSession, shareOf } from './share-scope.ts';
import { checkFilter } from './shared-sessions.ts';

const TYPES: Readonly<Record<ExportFormat, string>> = {
  csv: 'text/csv; charset=utf-8; header=present',
  ndjson: 'application/x-ndjson; charset=utf-8',
};

export interface ExportRouteParts {
  /** The check before each route. */
  readonly viewer: Middleware;
  readonly giveWay: GiveWay;
  /** Server time in epoch milliseconds. */
  readonly now: () => number;
}

export function addExportRoutes(router: Router, store: SessionStore, { viewer, giveWay, now }: ExportRouteParts): void {
  for (const format of ['csv', 'ndjson'] as const)
    router.get(`/api/sessions.${format}`, viewer, async (ctx) => {
      const filtered = readSessionFilter(readKnownQuery(ctx, Object.keys(SESSION_FILTER)));
      const share = shareOf(ctx);
      refuseSomePages(share, 'an export');
      if (share) await checkFilter(store, share, filtered);
      const shown = share && ((session: Session) => sharedSession(session, store.totals));
      ctx.attachment(`sessions.${format}`);
      ctx.set('Content-Type', TYPES[format]);
      // One part waits for the client, and none is read before that.
      ctx.body = Readable.from(exportSessions(store, filtered, format, now(), giveWay, shown), { highWaterMark: 1 });
    });
}
