// Records which protected files a reader opens directly, like a PDF, a film or an archive. Pages have a heartbeat instead, and the pictures and
// films of a page are part of reading it. Runs after the response has begun, so that it delays nothing.
import { createHash } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import type { Context } from 'koa';
import type { Logger } from 'pino';
import { createCache } from '../http/cache.ts';
import { describeError } from '../http/describe-error.ts';
import { openedFile } from '../store/opened-file.ts';
import type { Sighting } from '../store/session-store.ts';
import { VISIT_GAP_MS } from '../store/visits.ts';

const MAX_KNOWN = 10_000;
const SENT = [200, 206, 304];
/** What pages load, where a browser doesn't say what it loads a file for. */
const PART_OF_PAGES =
  /^(?:text\/(?:css|javascript|html)|application\/(?:javascript|json|manifest\+json|wasm|xhtml\+xml)|font\/)/;
const PAGE = /^(?:text\/html|application\/xhtml\+xml)/;
const NOT_MODIFIED = 304;
/** A 304 doesn't have the type. A page can have any name, like `/guide/v1.2`, so these are the names that only files have. */
const FILE_NAME =
  /\.(?:pdf|docx?|xlsx?|pptx?|od[tsp]|epub|zip|rar|7z|t?gz|csv|txt|mp[34]|m4[av]|mov|webm|og[gv]|wav|flac|png|jpe?g|gif|webp|avif|svg|heic|tiff?)$/i;

export interface OpenedFilesParts {
  readonly record: (sightings: readonly Sighting[]) => Promise<unknown>;
  /** The session of a request that has access. */
  readonly sessionOf: (ctx: Context) => string | undefined;
  /** The name of a path in the record. */
  readonly pageName: (path: string) => string;
  readonly log: Logger;
  /** Server time in epoch milliseconds. */
  readonly now: () => number;
}

/** Call it for a request with access, before it is answered. */
export type NoteOpenedFile = (ctx: Context) => void;

export function createOpenedFiles({ record, sessionOf, pageName, log, now }: OpenedFilesParts): NoteOpenedFile {
  /** Once in a visit, however many ranges of the file are requested. */
  const known = createCache<string, true>({ max: MAX_KNOWN, ttlMs: VISIT_GAP_MS });
  return (ctx) => {
    if (ctx.method !== 'GET') return;
    const opens = readPurpose(ctx);
    const session = opens === 'part' ? undefined : sessionOf(ctx);
    if (session === undefined) return;
    const page = pageName(ctx.path);
    onAnswer(ctx.res, (status, type) => {
      const isFile =
        status === NOT_MODIFIED ? FILE_NAME.test(ctx.path) : !(opens === 'file' ? PAGE : PART_OF_PAGES).test(type);
      if (!isFile || !SENT.includes(status)) return;
      const atMs = now();
      const nameInVisit = `${page} ${Math.floor(atMs / VISIT_GAP_MS)}`;
      const key = `${session} ${nameInVisit}`;
      const isKnown = known.get(key);
      known.set(key, true);
      if (isKnown) return;
      const visit = createHash('sha256').update(nameInVisit).digest('base64url').slice(0, 22);
      record([openedFile(session, page, visit, atMs)]).catch((error: unknown) => {
        known.delete(key);
        log.warn({ err: describeError(error) }, 'an opened file could not be recorded');
      });
    });
  };
}

/**
 * Whether the reader opens this address, or a page loads it. Browsers say so, except old ones and all on plain http hosts
 * (Fetch Metadata, 2.1): there, media are requested in ranges and pictures by their types.
 */
function readPurpose(ctx: Context): 'file' | 'part' | 'unknown' {
  const destination = ctx.get('sec-fetch-dest');
  if (destination) return destination === 'document' ? 'file' : 'part';
  const accepted = ctx.get('accept');
  if (accepted.includes('text/html')) return 'file';
  return ctx.get('range') === '' && ['', '*/*'].includes(accepted) ? 'unknown' : 'part';
}

/** Calls `tell` when the response headers are sent, whether by Koa, by `send` or by a host's own handler. */
function onAnswer(response: ServerResponse, tell: (status: number, type: string) => void): void {
  const writeHead = response.writeHead.bind(response) as (...head: unknown[]) => ServerResponse;
  response.writeHead = (...head: unknown[]) => {
    const written = writeHead(...head);
    tell(response.statusCode, String(response.getHeader('content-type')));
    return written;
  };
}
