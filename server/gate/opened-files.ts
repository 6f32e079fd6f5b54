// Notes which protected files a reader opens by themselves, like a PDF, a film or an archive. Pages have a heartbeat, and what belongs to a page
// (its pictures, its films) is part of reading it. Runs after the answer has begun, so that it delays nothing.
import { createHash } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import type { Context } from 'koa';
import type { Logger } from 'pino';
import { createCache } from '../http/cache.ts';
import { describeError } from '../http/describe-error.ts';
import { openedFile } from '../store/opened-file.ts';
import type { Sighting } from '../store/session-store.ts';

/** A visit ends after so long without a sign (docs/internals/architecture.md, "visit"). */
const VISIT_MS = 30 * 60_000;
const MAX_KNOWN = 10_000;
const SENT = [200, 206, 304];
/** What pages load, where a browser doesn't say what it loads a file for. */
const PART_OF_PAGES =
  /^(?:text\/(?:css|javascript|html)|application\/(?:javascript|json|manifest\+json|wasm|xhtml\+xml)|font\/)/;
const PAGE = /^(?:text\/html|application\/xhtml\+xml)/;

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
  const known = createCache<string, true>({ max: MAX_KNOWN, ttlMs: VISIT_MS });
  return (ctx) => {
    if (ctx.method !== 'GET') return;
    const opens = readPurpose(ctx);
    const session = opens === 'part' ? undefined : sessionOf(ctx);
    if (session === undefined) return;
    const page = pageName(ctx.path);
    onAnswer(ctx.res, (status, type) => {
      const isFile = !(opens === 'file' ? PAGE : PART_OF_PAGES).test(type);
      if (!isFile || !SENT.includes(status)) return;
      const key = `${session} ${page}`;
      const isKnown = known.get(key);
      known.set(key, true);
      if (isKnown) return;
      const atMs = now();
      const visit = createHash('sha256')
        .update(`${page} ${Math.floor(atMs / VISIT_MS)}`)
        .digest('base64url')
        .slice(0, 22);
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

/** Calls `tell` when the head of the answer is known, by whoever gives it: Koa, `send`, or a host's own handler. */
function onAnswer(response: ServerResponse, tell: (status: number, type: string) => void): void {
  const writeHead = response.writeHead.bind(response) as (...head: unknown[]) => ServerResponse;
  response.writeHead = (...head: unknown[]) => {
    const written = writeHead(...head);
    tell(response.statusCode, String(response.getHeader('content-type') ?? ''));
    return written;
  };
}
