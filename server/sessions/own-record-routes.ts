// What readers see of themselves: a page without data, and the data for who has access. They can erase it, where the owner allows that.
import { Readable } from 'node:stream';
import type { Router } from '@koa/router';
import type { Context } from 'koa';
import type { OwnRecord } from '../../sw/protocol/owner-api.ts';
import type { AccessCheck } from '../gate/access-check.ts';
import { answerOwnRecordPage } from '../gate/own-record-page.ts';
import type { GateTheme } from '../gate/theme.ts';
import { HttpError } from '../http/http-error.ts';
import { readKnownQuery } from '../http/query.ts';
import type { SessionStore } from '../store/session-store.ts';
import type { Session } from '../store/session.ts';
import { eraseReader, scrub, type ErasureParts } from './erase-reader.ts';
import { listOwnSessions, shownBy } from './own-sessions.ts';
import { writeReader } from './write-reader.ts';

export const OWN_RECORD_PATH = '/access/mine';
const DATA_PATH = '/api/own-record';

export interface OwnRecordParts extends Pick<ErasureParts, 'findOtherRows'> {
  readonly store: Pick<
    SessionStore,
    'erasures' | 'totals' | 'findSession' | 'searchSessions' | 'listSpans' | 'deleteSessions'
  >;
  readonly access: Pick<AccessCheck, 'find' | 'end'>;
  readonly look: GateTheme;
  /** Readers can erase what they see. */
  readonly mayErase: boolean;
  /** The path under which the site lies; empty at the root. */
  readonly base: string;
  /** Server time in epoch milliseconds. */
  readonly now: () => number;
}

export function addOwnRecordRoutes(router: Router, parts: OwnRecordParts): void {
  const { store, access, look, mayErase, base, now } = parts;

  router.get(OWN_RECORD_PATH, (ctx) => answerOwnRecordPage(ctx, look, base));

  router.get(DATA_PATH, async (ctx) => {
    readKnownQuery(ctx, []);
    const own = await findOwn(ctx);
    const head: Omit<OwnRecord, 'sessions'> = {
      emailOfAccessor: own.email,
      shownBy: shownBy(own),
      keptDays: look.keptDays ?? null,
      owner: look.ownerName ?? null,
      mayErase,
    };
    ctx.type = 'json';
    ctx.body = Readable.from(writeReader(store, listOwnSessions(store, own, now()), head, now()));
  });

  router.delete(DATA_PATH, async (ctx) => {
    readKnownQuery(ctx, []);
    if (!mayErase) throw new HttpError(403, 'The owner of these pages erases records: ask there');
    const own = await findOwn(ctx);
    if (shownBy(own) === 'reader') await eraseReader(parts, own.email, now());
    else {
      const ids: string[] = [];
      for await (const { id } of listOwnSessions(store, own, now())) ids.push(id);
      await store.deleteSessions(ids, now());
      await scrub(store.erasures);
    }
    await access.end(ctx);
    ctx.body = { success: true };
  });

  /** @throws HttpError 401 without access. */
  async function findOwn(ctx: Context): Promise<Session> {
    ctx.set('Cache-Control', 'no-store');
    const found = await access.find(ctx);
    const own = found && (await store.findSession(found.sessionId));
    if (!own) throw new HttpError(401, 'This is shown while your access lasts');
    return own;
  }
}
